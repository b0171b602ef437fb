"""Passwords: checking without telling who exists, and choosing one by a link."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import lru_cache

from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kuyakusho.core import tokens
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts import mail, sessions
from kuyakusho.core.accounts.attempts import Origin, take
from kuyakusho.core.accounts.backends import may_act
from kuyakusho.core.accounts.models import Account, StaffMember
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Invalid
from kuyakusho.core.wards.addresses import ward_address
from kuyakusho.core.wards.models import Ward

PURPOSE = "choose-password"
RESET_HOLDS, INVITATION_HOLDS = timedelta(hours=1), timedelta(days=7)
LONGEST = 512


@lru_cache(maxsize=4)
def _nobodys(algorithm: str) -> str:
    return make_password("nobody's password")


def is_right(account: Account | None, password: str) -> bool:
    """Whether the password is the account's. Costs one hash whether or not there is such an account."""
    known = account is not None and account.has_usable_password() and may_act(account)
    if account is not None and known:
        return account.check_password(password[:LONGEST])
    check_password(password[:LONGEST], _nobodys(get_hasher().algorithm))
    return False


def staff_account(ward: Ward, email: str) -> Account | None:
    """The account with that address, if it belongs to somebody on the ward's staff."""
    return Account.objects.filter(email=email.strip().lower(), staff_memberships__ward=ward).first()


def ask_for_link(ward: Ward, email: str, origin: Origin) -> None:
    """Sends a link for choosing a new password, if the address is a staff member's. The same answer either way.

    Raises TooSoon when the address is written to too often.
    """
    address = email.strip().lower()
    take("password-link", address, origin, clock.now(), sending=True)
    account = staff_account(ward, address)
    genuine = account is not None and may_act(account) and not account.is_demo
    with transaction.atomic():
        # For an unknown address the same work is done and undone, so that the time tells nothing.
        link = link_for(ward, account, RESET_HOLDS) if account is not None else ""
        mail.write(ward=ward, to=address, template="password_link", link=link)
        if account is not None and genuine:
            record(
                ward=ward,
                actor=Actor("visitor"),
                action="accounts.password.link_sent",
                target=f"accounts.account:{account.public_id}",
            )
        else:
            transaction.set_rollback(True)


def link_for(ward: Ward, account: Account, holds: timedelta) -> str:
    """The address at which the account's password is chosen, once. A new password makes former links void."""
    token = tokens.make(PURPOSE, f"{account.public_id}.{_fingerprint(account)}", lifetime=holds)
    return ward_address(ward, "accounts:choose-password", token, absolute=True)


def account_of_link(ward: Ward, token: str) -> tuple[Account, tokens.Claim]:
    """Whose link it is. Raises Invalid for one that holds no longer."""
    claim = tokens.read(PURPOSE, token)
    public_id, _dot, fingerprint = claim.subject.partition(".")
    member = (
        StaffMember.objects.select_related("account").filter(ward=ward, account__public_id=public_id).first()
    )
    if member is None or not may_act(member.account) or _fingerprint(member.account) != fingerprint:
        raise Invalid(
            "token_void",
            _("このリンクはもう使えません。"),
            _("パスワードがすでに変更されています。必要なら、もう一度リンクをお求めください。"),
        )
    return member.account, claim


def choose(ward: Ward, token: str, password: str) -> Account:
    """Sets the password that the holder of the link chose, ends every session, and tells the person.

    Raises Invalid for a link that does not hold or a password that is too weak, Conflict for a link used before.
    """
    account, claim = account_of_link(ward, token)
    _check_strength(account, password)
    with transaction.atomic():
        tokens.spend(claim)
        _set(ward, account, password, Actor("visitor"), "accounts.password.chosen")
        sessions.end_everywhere(account, "password_changed")
    return account


def change(ward: Ward, account: Account, password: str, actor: Actor, *, keep: str) -> None:
    """Changes the password of somebody who has just proved who they are; ends every session but `keep`."""
    _check_strength(account, password)
    with transaction.atomic():
        _set(ward, account, password, actor, "accounts.password.changed")
        sessions.end_everywhere(account, "password_changed", but=keep)


def _set(ward: Ward, account: Account, password: str, actor: Actor, action: str) -> None:
    account.set_password(password)
    account.save(update_fields=["password"])
    record(ward=ward, actor=actor, action=action, target=f"accounts.account:{account.public_id}")
    mail.write(ward=ward, to=account.email, template="password_changed")


def _check_strength(account: Account, password: str) -> None:
    if len(password) > LONGEST:
        raise Invalid("password_weak", _("パスワードが長すぎます。"), fields={"password": _("長すぎます。")})
    try:
        validate_password(password, account)
    except ValidationError as fault:
        raise Invalid(
            "password_weak",
            _("このパスワードは使えません。"),
            _("もっと長い、ほかの人が思いつかないものにしてください。"),
            fields={"password": " ".join(fault.messages)},
        ) from fault


def _fingerprint(account: Account) -> str:
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]
