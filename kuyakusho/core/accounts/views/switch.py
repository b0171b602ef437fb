"""Changing the person at a counter PC: choose, PIN, Enter.

Only on a browser that an administrator registered, only for people who signed in there today with both factors, and
only for the rest of that day. Keys: `u` at the desk, the number beside the name, then the PIN and Enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kuyakusho.core import access
from kuyakusho.core.access.acting import ActingStaff, staff_on
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts import attempts, backends, rules, sessions
from kuyakusho.core.accounts.devices import counter_pc
from kuyakusho.core.accounts.factors import passkeys, pins
from kuyakusho.core.accounts.forms import PinForm
from kuyakusho.core.accounts.models import CounterPin, Device, SignIn
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.models import Ward

from .shared import (
    ask_passkey,
    desk_address,
    next_page,
    passkey_question,
    refused,
    show,
    signed_in,
    with_next,
)


@dataclass(frozen=True)
class Person:
    """Somebody who may come back on this PC today."""

    staff: ActingStaff
    key: str
    is_here: bool


def people_at(device: Device, ward: Ward, now: datetime, here: int | None) -> list[Person]:
    """Those who signed in on the PC today with both factors and are posted today, the latest first."""
    midnight = now.astimezone(rules.JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = (
        SignIn.objects.filter(
            device=device, ward=ward, audience="staff", method__in=sessions.FULL, started_at__gte=midnight
        )
        .order_by("-started_at")
        .values_list("account", flat=True)
    )
    found: list[Person] = []
    for account in dict.fromkeys(rows):
        staff = staff_on(ward, account, clock.today())
        if staff is not None and backends.may_act(staff.member.account):
            number = len(found) + 1
            found.append(Person(staff, str(number) if number <= 9 else "", account == here))
    return found


@access.visitor
@require_GET
def switch(request: Request) -> HttpResponse:
    """Who is next at this PC?"""
    page = next_page(request)
    device = counter_pc(request, request.ward)
    if device is None:
        return with_next("accounts:staff-sign-in", page)
    people = people_at(device, request.ward, clock.now(), request.user.pk)
    return show(request, "switch", people=people, device=device, next=page)


@access.visitor
def switch_to(request: Request, public_id: str) -> HttpResponse:
    """The PIN, or a passkey, of the one who was chosen."""
    page = next_page(request)
    device = counter_pc(request, request.ward)
    if device is None:
        return with_next("accounts:staff-sign-in", page)
    staff = _chosen(request, device, public_id)
    account = staff.member.account
    answer = request.POST.get("answer", "")
    form = PinForm(request.POST if request.method == "POST" and not answer else None)
    status = 200
    if request.method == "POST" and (answer or form.is_valid()):
        try:
            if answer:
                method = _by_passkey(request, staff, answer)
            else:
                attempts.take_pin(account.public_id, device, clock.now())
                method = _by_pin(staff, form.cleaned_data["pin"])
        except KuyakushoError as error:
            if answer:
                form = PinForm({})
                form.full_clean()
                form.errors.clear()
            status = refused(form, error)
            record(
                ward=request.ward,
                actor=Actor("visitor"),
                action="accounts.session.switch_refused",
                target=f"accounts.staff:{staff.public_id}",
                device=device.public_id,
                why=error.code,
            )
        else:
            attempts.clear_pin(account.public_id, device)
            sessions.open_session(request, account, audience=backends.STAFF, method=method, ward=request.ward)
            return signed_in(request, page or desk_address())
    return show(
        request,
        "switch_to",
        status,
        staff=staff,
        form=form,
        device=device,
        next=page,
        has_pin=CounterPin.objects.filter(account=account).exists(),
        has_passkey=account.passkeys.exists(),
    )


@access.visitor
@require_GET
def switch_options(request: Request, public_id: str) -> HttpResponse:
    """The passkey question for the one who was chosen."""
    device = counter_pc(request, request.ward)
    if device is None:
        raise Missing
    staff = _chosen(request, device, public_id)
    return ask_passkey(request, f"switch:{public_id}", staff.member.account)


def _chosen(request: Request, device: Device, public_id: str) -> ActingStaff:
    for person in people_at(device, request.ward, clock.now(), None):
        if person.staff.public_id == public_id:
            return person.staff
    raise Missing


def _by_passkey(request: Request, staff: ActingStaff, answer: str) -> str:
    state = passkey_question(request, f"switch:{staff.public_id}")
    if state is None or passkeys.prove(state, answer, clock.now(), staff.member.account) is None:
        raise Invalid("passkey_wrong", _("パスキーを確かめられませんでした。"), _("もう一度お試しください。"))
    return "counter_passkey"


def _by_pin(staff: ActingStaff, pin: str) -> str:
    if not pins.accept(staff.member.account, pin):
        raise Invalid("pin_wrong", _("暗証番号が違います。"), fields={"pin": _("暗証番号が違います。")})
    return "pin"
