"""Residents: the code by e-mail, and "my page"."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kuyakusho.core import access
from kuyakusho.core.accounts import attempts, backends, kept, sessions
from kuyakusho.core.accounts.devices import origin_of
from kuyakusho.core.accounts.forms import AddressForm, CodeForm
from kuyakusho.core.accounts.models import Account, EmailCode, IdentityLink, SignIn
from kuyakusho.core.accounts.services import directories, email_codes, residents
from kuyakusho.core.accounts.source import source_of
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import KuyakushoError, Missing, Refused
from kuyakusho.core.http.request import Request

from .shared import next_page, refused, show, signed_in


@access.visitor
def resident_sign_in(request: Request) -> HttpResponse:
    """Where a resident begins: the national app, or an address to send a code to."""
    page = next_page(request)
    by_code = sessions.policy_of(request.ward).email_codes
    form = AddressForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and by_code and form.is_valid():
        email = form.cleaned_data["email"].lower()
        origin = origin_of(request, Account.objects.filter(email=email).first())
        try:
            row = email_codes.send_code(
                request.ward,
                email,
                origin,
                variant=request.variant.segment,
                next_page=page,
                now=clock.now(),
            )
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            request.session["email_code"] = row.public_id
            return HttpResponseRedirect(reverse("accounts:email-code"))
    return show(
        request,
        "resident_sign_in",
        status,
        form=form if by_code else None,
        next=page,
        directories=directories.providers(request.ward, "resident"),
    )


@access.visitor
def email_code(request: Request) -> HttpResponse:
    """Typing the six digits, in the browser that asked for them."""
    public_id = request.session.get("email_code", "")
    if not public_id:
        return HttpResponseRedirect(reverse("accounts:resident-sign-in"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    status, over = 200, False
    if request.method == "POST" and form.is_valid():
        try:
            row = email_codes.use_code(
                request.ward, public_id, form.cleaned_data["code"], source_of(request), clock.now()
            )
        except KuyakushoError as error:
            status, over = refused(form, error), error.code == "code_over"
        else:
            return _enter(request, row, "email_code")
    return show(request, "email_code", status, form=form, over=over)


@access.visitor
def email_link(request: Request, token: str) -> HttpResponse:
    """The link of the same e-mail. Opening it does nothing yet: mail programs open links by themselves."""
    if request.method == "POST":
        return _enter(request, email_codes.use_link(request.ward, token, clock.now()), "email_link")
    email_codes.look_at_link(request.ward, token, clock.now())
    return show(request, "email_link")


def _enter(request: Request, row: EmailCode, method: str) -> HttpResponse:
    account = residents.account_for_address(request.ward, row.email)
    if not backends.may_act(account):
        raise Refused(
            "account_closed", _("このアカウントは使えません。"), _("区役所にお問い合わせください。")
        )
    attempts.clear("email-code", row.email, origin_of(request, account))
    residents.enter(request.ward, account, row.variant)
    sessions.open_session(request, account, audience=backends.RESIDENT, method=method, ward=request.ward)
    return signed_in(request, next_page(request, row.next) or reverse("accounts:me"))


@access.resident
@require_GET
def me(request: Request) -> HttpResponse:
    """What is kept about me, and everything one can do about it."""
    resident = request.resident
    joined = IdentityLink.objects.filter(account=resident.account).select_related("provider")
    joined_keys = {link.provider.key for link in joined}
    return show(
        request,
        "me",
        resident=resident,
        account=resident.account,
        joined=[link.provider for link in joined if link.provider.audience == "resident"],
        joinable=[p for p in directories.providers(request.ward, "resident") if p.key not in joined_keys],
        open_sign_ins=[s for s in sessions.open_sign_ins(resident.account) if s.audience == "resident"],
        past_sign_ins=[s for s in residents.sign_ins_of(resident) if s.ended_at][:10],
        this_sign_in=request.session.get("sign_in"),
        sections=[(section.title, section.show(resident)) for section in kept.sections()],
    )


@access.resident
@require_GET
def my_data(request: Request) -> HttpResponse:
    """All of it as a file."""
    body = json.dumps(residents.everything_kept(request.resident), ensure_ascii=False, indent=2)
    response = HttpResponse(body + "\n", content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{request.ward.slug}-my-data.json"'
    return response


@access.resident
@require_POST
def end_sign_in(request: Request, public_id: str) -> HttpResponse:
    """Ends one of my sessions, `others` all but this one."""
    account = request.resident.account
    if public_id == "others":
        mine = SignIn.objects.filter(account=account, audience="resident", ended_at=None)
        for row in mine.exclude(public_id=request.session.get("sign_in")):
            sessions.end_sign_in(row, "elsewhere")
    else:
        found = SignIn.objects.filter(
            account=account, public_id=public_id, audience="resident", ended_at=None
        ).first()
        if found is None:
            raise Missing
        sessions.end_sign_in(found, "elsewhere")
    messages.success(request, _("サインアウトしました。"))
    return HttpResponseRedirect(reverse("accounts:me"))


@access.resident
def leave(request: Request) -> HttpResponse:
    """Deleting my account, after asking once."""
    if request.method != "POST":
        return show(request, "leave", resident=request.resident)
    residents.leave(request.resident)
    sessions.end_session(request, "removed")
    return show(request, "left")
