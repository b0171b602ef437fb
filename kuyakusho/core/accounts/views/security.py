"""One's own sign-in: factors, recovery codes, PIN, password, sessions; and proving once more who one is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kuyakusho.core import access
from kuyakusho.core.accounts import attempts, backends, sessions
from kuyakusho.core.accounts.devices import counter_pc, device_of, origin_of
from kuyakusho.core.accounts.factors import passkeys, recovery, totp
from kuyakusho.core.accounts.forms import (
    AppCodeForm,
    CounterPcForm,
    NewPasswordForm,
    PasskeyNameForm,
    PinForm,
    ProveForm,
    SecondFactorForm,
)
from kuyakusho.core.accounts.models import CounterPin, SignIn
from kuyakusho.core.accounts.services import directories, factors, passwords, policies
from kuyakusho.core.accounts.sessions import account_of
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.tokens import sealing

from .shared import ask_passkey, next_page, passkey_question, proved, refused, shell, show


def _staff_only(request: Request) -> None:
    if request.staff is None:
        raise Missing


def _to_security(request: Request, said: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("accounts:security"))


@access.signed_in
@require_GET
def security(request: Request) -> HttpResponse:
    """Everything about one's own sign-in, on one page. Residents have the same on "my page"."""
    if request.resident is not None:
        return HttpResponseRedirect(reverse("accounts:me"))
    _staff_only(request)
    account = account_of(request)
    return show(
        request,
        "security",
        shell=shell(request),
        must_enrol=sessions.audience_of(request) == backends.FIRST_FACTOR,
        has_app=hasattr(account, "totp"),
        passkeys=account.passkeys.all(),
        recovery_left=recovery.left(account),
        has_second=factors.has_second(account),
        has_pin=CounterPin.objects.filter(account=account).exists(),
        has_password=account.has_usable_password(),
        sign_ins=[s for s in sessions.open_sign_ins(account) if s.audience != "resident"],
        this_sign_in=request.session.get("sign_in"),
        counter=counter_pc(request, request.ward),
        is_administrator=request.staff.has_role("administrator"),
    )


# ---- proving once more -------------------------------------------------------------------------------------


@access.signed_in
def prove(request: Request) -> HttpResponse:
    """Before a sensitive change: password, app code, passkey or directory once more."""
    page = next_page(request) or reverse("accounts:security")
    account = account_of(request)
    if not account.has_usable_password():
        form_class: type = SecondFactorForm
    else:
        form_class = ProveForm
    answer = request.POST.get("answer", "")
    form = form_class(request.POST if request.method == "POST" and not answer else None)
    status = 200
    if request.method == "POST" and (answer or form.is_valid()):
        origin = origin_of(request, account)
        try:
            attempts.take("prove", account.public_id, origin, clock.now())
            _prove(request, answer, form)
        except KuyakushoError as error:
            if answer:
                form = form_class({})
                form.full_clean()
                form.errors.clear()
            status = refused(form, error)
        else:
            attempts.clear("prove", account.public_id, origin)
            sessions.note_proof(request)
            return HttpResponseRedirect(page)
    return show(
        request,
        "prove",
        status,
        shell=shell(request),
        form=form,
        next=page,
        has_passkey=account.passkeys.exists(),
        directories=directories.providers(request.ward, "staff") if request.session.get("provider") else [],
    )


def _prove(request: Request, answer: str, form: ProveForm | SecondFactorForm) -> None:
    account, now = account_of(request), clock.now()
    if answer:
        state = passkey_question(request, "prove")
        if state is None or passkeys.prove(state, answer, now, account) is None:
            raise Invalid(
                "passkey_wrong", _("パスキーを確かめられませんでした。"), _("もう一度お試しください。")
            )
    elif "password" in form.cleaned_data:
        if not passwords.is_right(account, form.cleaned_data["password"]):
            raise Invalid(
                "password_wrong",
                _("パスワードが違います。"),
                fields={"password": _("パスワードが違います。")},
            )
    elif not totp.accept(account, form.cleaned_data["code"], now):
        raise Invalid("code_wrong", _("番号が違います。"), fields={"code": _("番号が違います。")})


@access.signed_in
@require_GET
def prove_options(request: Request) -> HttpResponse:
    """The passkey question for proving."""
    return ask_passkey(request, "prove", account_of(request))


# ---- factors -----------------------------------------------------------------------------------------------


@access.signed_in
@proved
def add_app(request: Request) -> HttpResponse:
    """Setting up an authenticator app. The new key waits, sealed, in the session until its first code fits."""
    _staff_only(request)
    account = account_of(request)
    if request.method == "POST" and "new_app" in request.session:
        secret = sealing.unseal("totp-new", request.session["new_app"])
    else:
        secret = totp.new_secret()
        request.session["new_app"] = sealing.seal("totp-new", secret)
    form = AppCodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.enrol_app(request.ward, account, secret, form.cleaned_data["code"], request.actor)
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            request.session.pop("new_app", None)
            return _enrolled(request, codes, "password_totp")
    issuer = f"{request.ward.city}{request.ward.name}役所"
    return show(
        request,
        "add_app",
        status,
        shell=shell(request),
        form=form,
        address=totp.address_for_app(secret, account.email or account.public_id, issuer),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    )


@access.signed_in
@proved
def add_passkey(request: Request) -> HttpResponse:
    """Keeping a passkey that the browser makes."""
    _staff_only(request)
    form = PasskeyNameForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        state = passkey_question(request, "create")
        try:
            if state is None:
                raise Invalid("passkey_refused", _("時間がたちすぎました。"), _("もう一度お試しください。"))
            codes = factors.add_passkey(
                request.ward,
                account_of(request),
                state,
                request.POST.get("answer", ""),
                form.cleaned_data["name"],
                request.actor,
            )
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            return _enrolled(request, codes, "passkey")
    return show(request, "add_passkey", status, shell=shell(request), form=form)


@access.signed_in
@proved
@require_GET
def create_options(request: Request) -> HttpResponse:
    """The question for making a passkey."""
    _staff_only(request)
    return ask_passkey(request, "create", account_of(request), create=True)


def _enrolled(request: Request, codes: list[str], method: str) -> HttpResponse:
    """After enrolment: the desk opens, and recovery codes are shown once."""
    if sessions.audience_of(request) == backends.FIRST_FACTOR:
        sessions.upgrade(request, method)
    else:
        sessions.renew(request)
    if codes:
        return show(request, "recovery_codes", shell=shell(request), codes=codes)
    return _to_security(request, _("登録しました。"))


@access.signed_in
@proved
def remove_factor(request: Request, which: str) -> HttpResponse:
    """Taking the app (`app`) or a passkey (its id) away, after asking once."""
    _staff_only(request)
    passkey = None if which == "app" else account_of(request).passkeys.filter(public_id=which).first()
    if which != "app" and passkey is None:
        raise Missing
    if request.method != "POST":
        return show(request, "remove_factor", shell=shell(request), passkey=passkey)
    if passkey is None:
        factors.remove_app(request.ward, account_of(request), request.actor)
    else:
        factors.remove_passkey(request.ward, account_of(request), which, request.actor)
    return _to_security(request, _("外しました。"))


@access.signed_in
@proved
def recovery_codes(request: Request) -> HttpResponse:
    """Fresh recovery codes, after asking once: the old ones stop working."""
    _staff_only(request)
    if not factors.has_second(account_of(request)):
        raise Missing
    if request.method != "POST":
        return show(request, "new_recovery_codes", shell=shell(request))
    codes = factors.new_recovery_codes(request.ward, account_of(request), request.actor)
    return show(request, "recovery_codes", shell=shell(request), codes=codes)


@access.signed_in
@proved
def pin(request: Request) -> HttpResponse:
    """Choosing the PIN for counter PCs."""
    _staff_only(request)
    form = PinForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            factors.set_pin(request.ward, account_of(request), form.cleaned_data["pin"], request.actor)
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            return _to_security(request, _("暗証番号を決めました。"))
    return show(request, "pin", status, shell=shell(request), form=form)


@access.signed_in
@proved
def password(request: Request) -> HttpResponse:
    """Changing the password. Every other session ends."""
    _staff_only(request)
    if account_of(request).is_demo:
        raise Missing
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            passwords.change(
                request.ward,
                account_of(request),
                form.cleaned_data["password"],
                request.actor,
                keep=request.session.get("sign_in", ""),
            )
        except KuyakushoError as error:
            status = refused(form, error)
        else:
            sessions.keep_after_password_change(request)
            return _to_security(
                request, _("パスワードを変えました。ほかの端末はすべてサインアウトしました。")
            )
    return show(request, "password", status, shell=shell(request), form=form)


# ---- sessions and counter PCs ------------------------------------------------------------------------------


@access.signed_in
@require_POST
def end_sign_in(request: Request, public_id: str) -> HttpResponse:
    """Ends one of one's own sessions, `others` all but this one."""
    _staff_only(request)
    if public_id == "others":
        sessions.end_everywhere(account_of(request), "elsewhere", but=request.session.get("sign_in", ""))
    else:
        row = SignIn.objects.filter(account=account_of(request), public_id=public_id, ended_at=None).first()
        if row is None:
            raise Missing
        sessions.end_sign_in(row, "elsewhere")
    return _to_security(request, _("サインアウトしました。"))


@access.staff("administrator")
@proved
def register_counter(request: Request) -> HttpResponse:
    """Makes this very browser a counter PC of the ward, or an ordinary one again."""
    device = device_of(request)
    if device is None:
        raise Missing
    already = counter_pc(request, request.ward)
    form = CounterPcForm(request.POST if request.method == "POST" and not already else None)
    if request.method == "POST" and (already or form.is_valid()):
        if already:
            policies.retire_counter_pc(request.ward, device, request.actor)
            said = _("このPCを窓口PCから外しました。")
        else:
            policies.register_counter_pc(request.ward, device, form.cleaned_data["name"], request.actor)
            said = _("このPCを窓口PCとして登録しました。")
        return _to_security(request, said)
    return show(request, "counter_pc", shell=shell(request), form=form, counter=already)
