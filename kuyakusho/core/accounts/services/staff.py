"""The people of a ward: inviting, posting, transferring, and the end of employment.

A posting is dated, so that nothing has to happen at midnight: what somebody may do is read from the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts import mail, rules, sessions
from kuyakusho.core.accounts.models import ADMINISTRATOR, ROLES, Account, Posting, StaffMember
from kuyakusho.core.accounts.services.passwords import INVITATION_HOLDS, link_for
from kuyakusho.core.accounts.transfers import Transfer
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.core.wards.services import one_at_a_time


def invite(
    ward: Ward,
    *,
    email: str,
    name: str,
    name_kana: str,
    section: Section,
    roles: Sequence[str],
    since: date,
    actor: Actor,
) -> StaffMember:
    """Puts somebody on the staff and sends them a link for choosing a password.

    Somebody who has an account (a colleague from another ward) keeps it. Raises Conflict for one who is on the staff
    already.
    """
    address = email.strip().lower()
    _check_roles(roles)
    with transaction.atomic():
        account = Account.objects.filter(email=address).first()
        if account is None:
            account = Account.objects.create_user(address, name=name, name_kana=name_kana)
        if StaffMember.objects.filter(ward=ward, account=account).exists():
            raise Conflict(
                "already_on_staff",
                _("この人はすでに職員として登録されています。"),
                _("職員の一覧から、配属を変えてください。"),
            )
        if not account.name:
            Account.objects.filter(pk=account.pk).update(name=name, name_kana=name_kana)
        member = StaffMember.objects.create(ward=ward, account=account)
        Posting.objects.create(member=member, section=section, roles=sorted(set(roles)), valid_from=since)
        record(
            ward=ward,
            actor=actor,
            action="accounts.staff.invited",
            target=_target(member),
            section=section.key,
            roles=sorted(set(roles)),
            since=since,
        )
        _send_invitation(ward, account)
    return member


def invite_again(member: StaffMember, actor: Actor) -> None:
    """Sends the link once more. Raises Conflict for somebody who has a password already."""
    if member.account.has_usable_password():
        raise Conflict(
            "has_password",
            _("この職員はすでにパスワードを決めています。"),
            _("忘れたときは、サインインの画面の「パスワードを忘れたとき」から本人が決め直せます。"),
        )
    with transaction.atomic():
        record(ward=member.ward, actor=actor, action="accounts.staff.invited_again", target=_target(member))
        _send_invitation(member.ward, member.account)


def post(
    member: StaffMember,
    section: Section,
    roles: Sequence[str],
    since: date,
    actor: Actor,
    *,
    until: date | None = None,
) -> None:
    """Posts somebody to a section with roles from a day on; the posting before ends that day.

    `until` is the first day on which it no longer holds, for a post of limited time. Raises Invalid when it is not
    after `since`.
    """
    _check_roles(roles)
    if until is not None and until <= since:
        sentence = _("始まりの日より後の日にしてください。")
        raise Invalid("until", sentence, fields={"until": sentence})
    with transaction.atomic(), _an_administrator_stays(member.ward):
        _apply(member, rules.Post(section.key, frozenset(roles), since, until), actor)


def end_employment(member: StaffMember, on: date, actor: Actor) -> None:
    """Ends the last posting: `on` is the first day on which the person is no longer there."""
    with transaction.atomic(), _an_administrator_stays(member.ward):
        _end(member, on, actor)


def transfer(ward: Ward, transfers: Iterable[Transfer], actor: Actor) -> int:
    """Applies a list of transfers, all or none; returns how many. `person` is a public id, `section` a key."""
    moved = 0
    with transaction.atomic(), _an_administrator_stays(ward):
        members = {m.public_id: m for m in StaffMember.objects.filter(ward=ward).select_related("ward")}
        for line in transfers:
            member = members[line.person]
            if line.section:
                _apply(member, rules.Post(line.section, frozenset(line.roles), line.on), actor)
            else:
                _end(member, line.on, actor)
            moved += 1
        record(
            ward=ward,
            actor=actor,
            action="accounts.staff.transfers_applied",
            target=f"wards.ward:{ward.slug}",
            people=moved,
        )
    return moved


def end_sessions(member: StaffMember, actor: Actor) -> None:
    """Signs somebody out everywhere: a lost phone, a PC left open."""
    with transaction.atomic():
        ended = sessions.end_everywhere(member.account, "removed")
        record(
            ward=member.ward,
            actor=actor,
            action="accounts.staff.sessions_ended",
            target=_target(member),
            ended=ended,
        )


def posts_of(member: StaffMember) -> list[rules.Post]:
    """The postings as the rules see them, in order."""
    return [_post(posting) for posting in member.postings.select_related("section").order_by("valid_from")]


def _post(posting: Posting) -> rules.Post:
    return rules.Post(posting.section.key, frozenset(posting.roles), posting.valid_from, posting.valid_until)


def _apply(member: StaffMember, new: rules.Post, actor: Actor) -> None:
    _write(member, rules.posted(posts_of(member), new))
    record(
        ward=member.ward,
        actor=actor,
        action="accounts.staff.posted",
        target=_target(member),
        section=new.section,
        roles=sorted(new.roles),
        since=new.since,
    )


def _end(member: StaffMember, on: date, actor: Actor) -> None:
    _write(member, rules.ended(posts_of(member), on))
    record(
        ward=member.ward, actor=actor, action="accounts.staff.employment_ended", target=_target(member), on=on
    )


def _write(member: StaffMember, posts: list[rules.Post]) -> None:
    """Makes the rows what the rules say: rows that stay keep their ids."""
    sections = {s.key: s for s in Section.objects.filter(ward=member.ward)}
    wanted = {post.since: post for post in posts}
    for row in member.postings.all():
        post = wanted.pop(row.valid_from, None)
        if post is None:
            row.delete()
            continue
        row.section, row.roles, row.valid_until = sections[post.section], sorted(post.roles), post.until
        row.save()
    for post in wanted.values():
        Posting.objects.create(
            member=member,
            section=sections[post.section],
            roles=sorted(post.roles),
            valid_from=post.since,
            valid_until=post.until,
        )


@contextmanager
def _an_administrator_stays(ward: Ward) -> Iterator[None]:
    """Raises Conflict when the change inside makes days on which nobody can look after the staff.

    One change of a ward's people at a time, so that two administrators can't remove each other.
    """
    one_at_a_time(ward, "accounts.staff")
    before = _posts_of_all(ward)
    yield
    today = clock.today()
    for day in rules.days_without_administrator(_posts_of_all(ward), today):
        if rules.administrators_on(before, day):
            raise Conflict(
                "no_administrator",
                _("この変更をすると、区の管理者がいない日（%(day)sから）ができます。") % {"day": day},
                _("先に、ほかの職員を管理者にしてください。"),
            )


def _posts_of_all(ward: Ward) -> list[list[rules.Post]]:
    people: dict[int, list[rules.Post]] = {}
    rows = Posting.objects.filter(member__ward=ward, member__account__is_active=True)
    for posting in rows.select_related("section"):
        people.setdefault(posting.member_id, []).append(_post(posting))
    return list(people.values())


def _check_roles(roles: Sequence[str]) -> None:
    if not roles or not set(roles) <= set(ROLES):
        raise Invalid(
            "roles", _("役割を一つ以上選んでください。"), fields={"roles": _("一つ以上選んでください。")}
        )


def _send_invitation(ward: Ward, account: Account) -> None:
    with translation.override("ja"):
        mail.write(
            ward=ward,
            to=account.email,
            template="invitation",
            name=account.name,
            link=link_for(ward, account, INVITATION_HOLDS),
            days=INVITATION_HOLDS.days,
        )


def administrators(ward: Ward, day: date) -> list[StaffMember]:
    """The ward administrators of a day."""
    found = []
    for posting in Posting.objects.filter(
        member__ward=ward, member__account__is_active=True, valid_from__lte=day
    ).select_related("member__account"):
        if (posting.valid_until is None or posting.valid_until > day) and ADMINISTRATOR in posting.roles:
            found.append(posting.member)
    return found


def _target(member: StaffMember) -> str:
    return f"accounts.staff:{member.public_id}"
