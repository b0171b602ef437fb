"""What the views of this room share: coming back afterwards, passkey questions, showing refusals in a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from kuyakusho.core.accounts import sessions
from kuyakusho.core.accounts.devices import give_cookie
from kuyakusho.core.accounts.factors import passkeys
from kuyakusho.core.accounts.models import Account
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import KuyakushoError
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal

PASSKEY_SECONDS = 300
LONGEST_NEXT = 400


def next_page(request: Request, given: str | None = None) -> str:
    """The page to come back to, if it is one of this ward; empty otherwise."""
    page = given if given is not None else request.POST.get("next") or request.GET.get("next") or ""
    ours = f"/{request.ward.slug}/"
    if len(page) > LONGEST_NEXT or not page.startswith(ours):
        return ""
    if not url_has_allowed_host_and_scheme(page, allowed_hosts=None) or "/../" in page + "/":
        return ""
    return page


def desk_address() -> str:
    """Where staff begin."""
    try:
        return reverse("desk")
    except NoReverseMatch:
        return reverse("accounts:security")


def with_next(name: str, page: str, *args: str) -> HttpResponseRedirect:
    """To a page of ours that carries the next page along."""
    return HttpResponseRedirect(reverse(name, args=args) + ("?" + urlencode({"next": page}) if page else ""))


def signed_in(request: Request, page: str) -> HttpResponse:
    """After a sign-in: to the page, with the browser's own cookie."""
    return give_cookie(request, HttpResponseRedirect(page))


def show(request: Request, template: str, status: int = 200, **values: Any) -> HttpResponse:
    """A page of this room; 422 when its form has faults."""
    form = values.get("form")
    if status == 200 and form is not None and form.is_bound and form.errors:
        status = 422
    return render(request, f"accounts/{template}.html", values, status=status)


def shell(request: Request) -> str:
    """The skeleton of pages that staff see at the desk, and before it is open to them."""
    full = request.staff is not None and sessions.audience_of(request) == "staff"
    return "ui/desk.html" if full else "ui/page.html"


def refused(form: forms.Form, error: KuyakushoError) -> int:
    """Shows a service's refusal in the form; returns the status to answer with."""
    take_refusal(form, error)
    return error.status


def ask_passkey(
    request: Request, kind: str, account: Account | None, *, create: bool = False
) -> JsonResponse:
    """Options for the browser as JSON; the question stays in the session until it is answered once."""
    if create and account is not None:
        options, state = passkeys.ask_to_create(account)
    else:
        options, state = passkeys.ask_to_prove(account)
    request.session["passkey"] = {"kind": kind, "state": state, "asked": clock.now().timestamp()}
    return JsonResponse(options)


def passkey_question(request: Request, kind: str) -> dict[str, Any] | None:
    """The question that an answer of this kind belongs to, taken out of the session; None for an old one."""
    asked = request.session.pop("passkey", None)
    if not asked or asked["kind"] != kind or clock.now().timestamp() - asked["asked"] > PASSKEY_SECONDS:
        return None
    return asked["state"]  # type: ignore[no-any-return]


def proved(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For sensitive changes: whoever has not proved lately who they are does so first. Stands under signed_in."""

    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if sessions.proved_lately(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else reverse("accounts:security")
        return with_next("accounts:prove", back)

    guarded.__name__, guarded.__doc__ = view.__name__, view.__doc__
    return guarded
