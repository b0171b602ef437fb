"""Ward administrators look after the people of their ward."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuyakusho.core import access
from kuyakusho.core.accounts import sessions, transfers
from kuyakusho.core.accounts.forms import (
    ROLE_LABELS,
    EndForm,
    InvitationForm,
    PostForm,
    ReasonForm,
    TransfersForm,
)
from kuyakusho.core.accounts.models import ROLES, FactorReset, Posting, StaffMember
from kuyakusho.core.accounts.services import factors, staff
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import KuyakushoError
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.models import Section

from .shared import proved, refused, show

administrator = access.staff("administrator")
LARGEST_FILE = 1024 * 1024


def _sections(request: Request, day: date) -> QuerySet[Section]:
    """The sections that exist on that day or will."""
    return Section.objects.filter(ward=request.ward).filter(Q(valid_until=None) | Q(valid_until__gt=day))


def _member(request: Request, public_id: str) -> StaffMember:
    rows = access.scope(StaffMember.objects.select_related("account", "ward"), request)
    return access.find(rows, public_id=public_id)


def _back_to(member: StaffMember) -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:person", args=[member.public_id]))


def role_names(roles: object) -> str:
    """Roles in words, in the order of the list."""
    held = set(roles) if isinstance(roles, list | tuple | set | frozenset) else set()
    return "・".join(str(ROLE_LABELS[role]) for role in ROLES if role in held)


@administrator
def people(request: Request) -> HttpResponse:
    """Everybody, with today's posting and the next one; those who have left below."""
    today = clock.today()
    asked = transfers.fold(request.GET.get("q", "")[:80])
    postings: dict[int, list[Posting]] = {}
    for posting in Posting.objects.filter(member__ward=request.ward).select_related("section"):
        postings.setdefault(posting.member_id, []).append(posting)
    rows: list[dict] = []
    former: list[dict] = []
    for member in StaffMember.objects.filter(ward=request.ward).select_related("account"):
        account = member.account
        words = transfers.fold(f"{account.name}\0{account.name_kana}\0{account.email or ''}\0{member.key}")
        if asked and asked not in words:
            continue
        held = sorted(postings.get(member.pk, []), key=lambda p: p.valid_from)
        now = next((p for p in held if _holds(p, today)), None)
        coming = next((p for p in held if p.valid_from > today), None)
        row = {
            "member": member,
            "now": now,
            "roles": role_names(now.roles) if now else "",
            "coming": coming,
            "invited": not account.has_usable_password()
            and not account.is_demo
            and account.last_login is None,
        }
        (rows if now or coming else former).append(row)
    rows.sort(key=_place)
    resets = FactorReset.objects.filter(member__ward=request.ward, state="asked").select_related(
        "member__account", "asked_by__account"
    )
    return show(request, "people", rows=rows, former=former, resets=resets, q=request.GET.get("q", ""))


def _holds(posting: Posting, day: date) -> bool:
    return posting.valid_from <= day and (posting.valid_until is None or day < posting.valid_until)


def _place(row: dict) -> tuple[int, str]:
    posting = row["now"] or row["coming"]
    return posting.section.order, row["member"].account.name_kana or row["member"].account.name


@administrator
def person(request: Request, public_id: str) -> HttpResponse:
    """One person: postings, what they sign in with, open sessions; posting anew, end of employment, reset."""
    member = _member(request, public_id)
    today = clock.today()
    form = PostForm(
        request.POST if request.method == "POST" else None,
        sections=_sections(request, today),
        initial={"since": today},
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            staff.post(
                member,
                given["section"],
                given["roles"],
                given["since"],
                request.actor,
                until=given["until"],
            )
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("配属を決めました。"))
            return _back_to(member)
    return show(
        request,
        "person",
        status,
        member=member,
        account=member.account,
        form=form,
        postings=[
            {
                "posting": p,
                "roles": role_names(p.roles),
                "now": _holds(p, today),
                "coming": p.valid_from > today,
            }
            for p in member.postings.select_related("section").order_by("-valid_from")
        ],
        has_app=hasattr(member.account, "totp"),
        passkeys=member.account.passkeys.count(),
        has_second=factors.has_second(member.account),
        sign_ins=[s for s in sessions.open_sign_ins(member.account) if s.audience != "resident"],
        reset=FactorReset.objects.filter(member=member, state="asked")
        .select_related("asked_by__account")
        .first(),
        is_me=member.pk == request.staff.member.pk,
    )


@administrator
@proved
def invite(request: Request) -> HttpResponse:
    """Putting somebody on the staff."""
    today = clock.today()
    form = InvitationForm(
        request.POST if request.method == "POST" else None,
        sections=_sections(request, today),
        initial={"since": today, "roles": ["clerk"]},
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            member = staff.invite(request.ward, actor=request.actor, **form.cleaned_data)
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("招待のメールを送りました。"))
            return _back_to(member)
    return show(request, "invite", status, form=form)


@administrator
@require_POST
def invite_again(request: Request, public_id: str) -> HttpResponse:
    """The link once more."""
    member = _member(request, public_id)
    staff.invite_again(member, request.actor)
    messages.success(request, _("招待のメールをもう一度送りました。"))
    return _back_to(member)


@administrator
@proved
def end_employment(request: Request, public_id: str) -> HttpResponse:
    """The end of employment, on a day."""
    member = _member(request, public_id)
    form = EndForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            staff.end_employment(member, form.cleaned_data["on"], request.actor)
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("在職の終わりを決めました。"))
            return _back_to(member)
    return show(request, "end_employment", status, member=member, form=form)


@administrator
@require_POST
def end_sessions(request: Request, public_id: str) -> HttpResponse:
    """Signs somebody out everywhere."""
    member = _member(request, public_id)
    staff.end_sessions(member, request.actor)
    messages.success(request, _("すべての端末でサインアウトさせました。"))
    return _back_to(member)


@administrator
@proved
def reset_factors(request: Request, public_id: str) -> HttpResponse:
    """Asking to take a colleague's second factors away."""
    member = _member(request, public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            reset = factors.ask_for_reset(
                member, form.cleaned_data["reason"], request.staff.member, request.actor
            )
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            reset.refresh_from_db()
            done = reset.state == "done"
            messages.success(
                request,
                _("第二要素を解除しました。")
                if done
                else _("解除を依頼しました。ほかの管理者が承認すると解除されます。"),
            )
            return _back_to(member)
    return show(request, "reset_factors", status, member=member, form=form)


@administrator
@proved
def decide_reset(request: Request, public_id: str) -> HttpResponse:
    """Confirming a colleague's question, or dropping it."""
    rows = access.scope(
        FactorReset.objects.filter(state="asked").select_related("member__account", "asked_by__account"),
        request,
        ward="member__ward",
    )
    reset = access.find(rows, public_id=public_id)
    if request.method != "POST":
        return show(
            request, "decide_reset", reset=reset, is_mine=reset.asked_by_id == request.staff.member.pk
        )
    if request.POST.get("decision") == "withdraw":
        factors.withdraw_reset(request.ward, public_id, request.staff.member, request.actor)
        messages.success(request, _("解除の依頼を取り下げました。"))
    else:
        factors.confirm_reset(request.ward, public_id, request.staff.member, request.actor)
        messages.success(request, _("第二要素を解除しました。"))
    return HttpResponseRedirect(reverse("accounts:people"))


@administrator
@proved
def transfer_list(request: Request) -> HttpResponse:
    """A list of transfers: read, shown line by line with every fault, and applied only when it is shown again."""
    form = TransfersForm(request.POST or None, request.FILES or None)
    text, reading, preview = "", None, []
    refusal: KuyakushoError | None = None
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        upload = form.cleaned_data["file"]
        if upload is not None:
            text = _text_of(form, upload)
        if not form.errors:
            reading = transfers.read_transfers(text, *_names(request))
            preview = _preview(request, reading)
            form = TransfersForm(initial={"text": text})
            if request.POST.get("step") == "apply" and upload is None and not reading.faults:
                try:
                    moved = staff.transfer(request.ward, reading.transfers, request.actor)
                except KuyakushoError as error:
                    refusal = error
                else:
                    messages.success(request, _("%(people)s人の異動を登録しました。") % {"people": moved})
                    return HttpResponseRedirect(reverse("accounts:people"))
    faults = [(fault.line, fault_in_words(fault)) for fault in reading.faults] if reading else []
    return show(
        request,
        "transfers",
        refusal.status if refusal else 422 if faults else 200,
        form=form,
        refusal=refusal,
        text=text,
        preview=preview,
        faults=faults,
        was_read=reading is not None,
    )


def _text_of(form: TransfersForm, upload) -> str:  # type: ignore[no-untyped-def]
    if upload.size > LARGEST_FILE:
        form.add_error("file", _("ファイルが大きすぎます（1MBまで）。"))
        return ""
    try:
        return transfers.decode(upload.read())
    except UnicodeDecodeError:
        form.add_error("file", _("文字として読めません。CSV（UTF-8かShift_JIS）で保存してください。"))
        return ""


def _names(request: Request) -> tuple[dict[str, str], dict[str, str]]:
    people: dict[str, str] = {}
    for member in StaffMember.objects.filter(ward=request.ward).select_related("account"):
        for name in (member.key, member.public_id, member.account.email or ""):
            if name:
                people[transfers.fold(name)] = member.public_id
    sections: dict[str, str] = {}
    for section in _sections(request, clock.today()):
        sections[transfers.fold(section.key)] = sections[transfers.fold(section.name)] = section.key
    return people, sections


def _preview(request: Request, reading: transfers.Reading) -> list[dict]:
    members = {
        m.public_id: m for m in StaffMember.objects.filter(ward=request.ward).select_related("account")
    }
    sections = {s.key: s for s in Section.objects.filter(ward=request.ward)}
    found = []
    for line in reading.transfers:
        member = members[line.person]
        before = member.posting_on(line.on)
        found.append(
            {
                "line": line.line,
                "member": member,
                "before": before,
                "before_roles": role_names(before.roles) if before else "",
                "section": sections.get(line.section),
                "roles": role_names(line.roles),
                "on": line.on,
            }
        )
    return found


def fault_in_words(fault: transfers.Fault) -> str:
    """What is wrong and how to mend it."""
    words = {
        "empty": _("一覧に行がありません。1行目に見出し、2行目から異動を書いてください。"),
        "too_long": _("行が多すぎます（2000行まで）。"),
        "no_column": _("見出しに「%(value)s」の列がありません。"),
        "no_person": _("「%(value)s」という職員は見つかりません。職員キーかメールアドレスで書いてください。"),
        "twice": _("同じ職員が%(value)s行目にもあります。"),
        "no_section": _("「%(value)s」という所属は見つかりません。課の名前かキーで書いてください。"),
        "no_role": _(
            "「%(value)s」という役割はありません。担当・課長・企画・管理者・監査から選んでください。"
        ),
        "no_day": _("「%(value)s」は日付として読めません。例：2027-04-01、令和9年4月1日"),
    }
    names = {"person": _("職員"), "section": _("所属"), "from": _("発令日")}
    value = names.get(fault.value, fault.value) if fault.code == "no_column" else fault.value
    return str(words[fault.code]) % {"value": value}
