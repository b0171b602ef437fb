"""Staff: password and second factor, passkey, forgotten password, signing out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kuyakusho.core import access
from kuyakusho.core.accounts import attempts, backends, sessions
from kuyakusho.core.accounts.devices import counter_pc, give_cookie, origin_of, remember
from kuyakusho.core.accounts.factors import passkeys, recovery, totp
from kuyakusho.core.accounts.forms import AddressForm, NewPasswordForm, PasswordForm, SecondFactorForm
from kuyakusho.core.accounts.models import Account
from kuyakusho.core.accounts.services import directories, factors, passwords
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, KuyakushoError
from kuyakusho.core.http.limits import rate_limited
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.addresses import ward_address

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

PENDING_SECONDS = 600


def wrong() -> Invalid:
    """One answer for an unknown address, a wrong password, and an account that may not sign in."""
    return Invalid(
        "sign_in_wrong",
        _("メールアドレスかパスワードが違います。"),
        _("確かめてもう一度入れるか、「パスワードを忘れたとき」からお進みください。"),
    )


@access.visitor
def staff_sign_in(request: Request) -> HttpResponse:
    """First step: address and password. Beside it passkey and the city's directory."""
    page = next_page(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            account = _first_factor(request, form.cleaned_data["email"], form.cleaned_data["password"])
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            return _after_password(request, account, page)
    return show(
        request,
        "staff_sign_in",
        status,
        form=form,
        next=page,
        directories=directories.providers(request.ward, "staff"),
        counter=counter_pc(request, request.ward),
    )


def _first_factor(request: Request, email: str, password: str) -> Account:
    account = passwords.staff_account(request.ward, email)
    origin = origin_of(request, account)
    attempts.take("password", email.lower(), origin, clock.now())
    if not passwords.is_right(account, password) or account is None:
        raise wrong()
    attempts.clear("password", email.lower(), origin)
    return account


def _after_password(request: Request, account: Account, page: str) -> HttpResponse:
    if factors.has_second(account):
        if request.user.is_authenticated:
            sessions.end_session(request, "replaced")
        request.session.cycle_key()
        request.session["pending"] = {"account": account.public_id, "at": clock.now().timestamp()}
        return with_next("accounts:second-factor", page)
    sessions.open_session(
        request, account, audience=backends.FIRST_FACTOR, method="password", ward=request.ward
    )
    required = sessions.policy_of(request.ward).second_factor_required
    return signed_in(request, reverse("accounts:security") if required else page or desk_address())


@access.visitor
def second_factor(request: Request) -> HttpResponse:
    """Second step: the app's code, a recovery code, or a passkey."""
    page = next_page(request)
    account = _pending(request)
    if account is None:
        return with_next("accounts:staff-sign-in", page)
    answer = request.POST.get("answer", "")
    form = SecondFactorForm(request.POST if request.method == "POST" and not answer else None)
    status = 200
    if request.method == "POST" and (answer or form.is_valid()):
        origin = origin_of(request, account)
        try:
            attempts.take("second", account.public_id, origin, clock.now())
            method = _second_method(request, account, answer, form)
        except KuyakushoError as error:
            if answer:  # no code was sent, but the form still says what went wrong
                form = SecondFactorForm({})
                form.full_clean()
                form.errors.clear()
            status = refused(form, error)
        else:
            attempts.clear("second", account.public_id, origin)
            sessions.open_session(request, account, audience=backends.STAFF, method=method, ward=request.ward)
            return signed_in(request, page or desk_address())
    return show(request, "second_factor", status, form=form, next=page, has_passkey=account.passkeys.exists())


def _pending(request: Request) -> Account | None:
    pending: dict[str, Any] | None = request.session.get("pending")
    if not pending or clock.now().timestamp() - pending["at"] > PENDING_SECONDS:
        return None
    account = Account.objects.filter(public_id=pending["account"]).first()
    return account if account is not None and backends.may_act(account) else None


def _second_method(request: Request, account: Account, answer: str, form: SecondFactorForm) -> str:
    now = clock.now()
    if answer:
        state = passkey_question(request, "second")
        if state is not None and passkeys.prove(state, answer, now, account) is not None:
            return "passkey"
        raise Invalid("passkey_wrong", _("パスキーを確かめられませんでした。"), _("もう一度お試しください。"))
    code = form.cleaned_data["code"]
    if len(code) == totp.DIGITS and totp.accept(account, code, now):
        return "password_totp"
    if recovery.accept(account, code, now):
        return "password_recovery_code"
    raise Invalid(
        "code_wrong",
        _("番号が違います。"),
        fields={"code": _("番号が違うか、すでに使われています。アプリの新しい番号を入れてください。")},
    )


@access.visitor
@require_GET
@rate_limited("300/minute")
def passkey_options(request: Request) -> HttpResponse:
    """The question for the browser's passkey: for the pending account, or for whoever has one."""
    account = _pending(request)
    return ask_passkey(request, "second" if account else "sign-in", account)


@access.visitor
@require_POST
def passkey_sign_in(request: Request) -> HttpResponse:
    """A passkey alone: it proves both factors."""
    page = next_page(request)
    state = passkey_question(request, "sign-in")
    account = None
    if state is not None:
        attempts.take_place("passkey", origin_of(request, None).source, clock.now())
        account = passkeys.prove(state, request.POST.get("answer", ""), clock.now())
    on_staff = account is not None and account.staff_memberships.filter(ward=request.ward).exists()
    if account is None or not on_staff or not backends.may_act(account):
        return show(
            request,
            "staff_sign_in",
            422,
            form=PasswordForm(),
            next=page,
            passkey_refused=True,
            directories=directories.providers(request.ward, "staff"),
            counter=counter_pc(request, request.ward),
        )
    sessions.open_session(request, account, audience=backends.STAFF, method="passkey", ward=request.ward)
    return signed_in(request, page or desk_address())


@access.visitor
def forgotten(request: Request) -> HttpResponse:
    """Asks for a link by which a new password is chosen. The answer is the same for every address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        account = passwords.staff_account(request.ward, email)
        try:
            passwords.ask_for_link(request.ward, email, origin_of(request, account))
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            return show(request, "link_sent")
    return show(request, "forgotten", status, form=form)


@access.visitor
def choose_password(request: Request, token: str) -> HttpResponse:
    """Choosing a password by a link. The browser that did it is known from then on."""
    account, _token = passwords.account_of_link(request.ward, token)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            passwords.choose(request.ward, token, form.cleaned_data["password"])
        except Conflict:
            raise
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            remember(request, account, clock.now())
            return give_cookie(request, show(request, "password_chosen"))
    return show(request, "choose_password", status, form=form, account=account)


@access.visitor
def sign_out(request: Request) -> HttpResponse:
    """Asks, and ends the session; where a directory vouched for it, that session too."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse("home"))
    if request.method != "POST":
        return show(request, "sign_out", counter=counter_pc(request, request.ward))
    was_staff = sessions.audience_of(request) != backends.RESIDENT
    leave = _directory_address(request)
    sessions.end_session(request, "sign_out")
    request.session["left"] = {"staff": was_staff, "address": leave}
    return HttpResponseRedirect(reverse("accounts:signed-out"))


def _directory_address(request: Request) -> str:
    key, id_token = request.session.get("provider"), request.session.get("id_token")
    if not key or not id_token:
        return ""
    provider = directories.provider(request.ward, key, "oidc")
    if provider is None:
        return ""
    from kuyakusho.core.accounts import oidc

    return oidc.sign_out_address(
        provider, id_token, ward_address(request.ward, "accounts:signed-out", absolute=True)
    )


@access.visitor
@require_GET
def signed_out(request: Request) -> HttpResponse:
    """Signed out. The directory's own sign-out follows by itself, once.

    Not by a redirect of the form: the policy on form targets would stop the browser on its way there.
    """
    left = request.session.pop("left", {})
    response = show(request, "signed_out", left=left, counter=counter_pc(request, request.ward))
    if left.get("address"):
        response["Refresh"] = f"0; url={left['address']}"
    return response
