"""Signing in through a directory: the city's for staff, the national app for residents."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from kuyakusho.core import access
from kuyakusho.core.accounts import backends, oidc, saml, sessions
from kuyakusho.core.accounts.models import IdentityProvider
from kuyakusho.core.accounts.oidc.flow import Identity, refusal
from kuyakusho.core.accounts.services import directories, residents
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.limits import rate_limited
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.addresses import ward_address

from .shared import desk_address, next_page, signed_in


def _provider(request: Request, key: str, kind: str | None = None) -> IdentityProvider:
    found = directories.provider(request.ward, key, kind)
    if found is None:
        raise Missing
    return found


@access.visitor
@require_GET
@rate_limited("300/minute")
def begin(request: Request, key: str) -> HttpResponse:
    """Off to the directory. `again=1` proves anew who is signed in, `join=1` adds the directory to a resident."""
    provider = _provider(request, key)
    carried: dict[str, Any] = {
        "next": next_page(request),
        "variant": request.variant.segment,
        "again": request.GET.get("again") == "1" and request.user.is_authenticated,
        "join": request.GET.get("join") == "1" and access.signed_in_resident(request) is not None,
    }
    if provider.kind == "saml":
        address, question = saml.begin(provider, request.ward, now=clock.now())
        request.session["saml"] = {**carried, "question": question}
    else:
        # One redirect address per ward and directory, the same in every language.
        back = ward_address(request.ward, "accounts:directory-back", key, absolute=True)
        address, pending = oidc.begin(provider, back, now=clock.now(), afresh=carried["again"])
        request.session["oidc"] = {**carried, **pending}
    return HttpResponseRedirect(address)


@access.visitor
@require_GET
def back(request: Request, key: str) -> HttpResponse:
    """The directory sends the browser back with a code. What was asked is forgotten before it is looked at."""
    pending = request.session.pop("oidc", None)
    provider = _provider(request, key, "oidc")
    answer = {name: request.GET.get(name, "") for name in request.GET}
    identity = oidc.finish(provider, pending, answer, now=clock.now())
    return _enter(request, provider, identity, pending or {})


@access.visitor
@csrf_exempt
@require_POST
def saml_answer(request: Request, key: str) -> HttpResponse:
    """The directory's own page posts its signed answer; no session comes along, so it goes on to a page of ours."""
    provider = _provider(request, key, "saml")
    sealed = saml.receive(provider, request.ward, request.POST.get("SAMLResponse", ""), now=clock.now())
    response = HttpResponseRedirect(
        reverse("accounts:saml-finish", args=[key]) + "?" + urlencode({"answer": sealed})
    )
    response.status_code = 303
    return response


@access.visitor
@require_GET
def saml_finish(request: Request, key: str) -> HttpResponse:
    """Does this browser's session hold the question that was answered?"""
    pending = request.session.pop("saml", None)
    provider = _provider(request, key, "saml")
    if not pending:
        raise refusal("saml answer to a browser that did not ask")
    identity = saml.finish(provider, pending["question"], request.GET.get("answer", ""), now=clock.now())
    return _enter(request, provider, identity, pending)


@access.public
@require_GET
def saml_metadata(request: Request, key: str) -> HttpResponse:
    """What the directory's administrators load on their side."""
    document = saml.metadata(_provider(request, key, "saml"), request.ward)
    return HttpResponse(document, content_type="application/samlmetadata+xml")


def _enter(request: Request, provider: IdentityProvider, identity: Identity, carried: dict) -> HttpResponse:
    page = next_page(request, carried.get("next", ""))
    kept = {"provider": provider.key, "id_token": identity.id_token} if identity.id_token else {}
    if provider.audience == "staff":
        account = directories.staff_account(request.ward, provider, identity)
        if carried.get("again") and request.user.is_authenticated and request.user.pk == account.pk:
            sessions.note_proof(request)
            return HttpResponseRedirect(page or reverse("accounts:security"))
        sessions.open_session(
            request, account, audience=backends.STAFF, method="directory", ward=request.ward, **kept
        )
        return signed_in(request, page or desk_address())
    resident = access.signed_in_resident(request)
    if carried.get("join") and resident is not None:
        directories.join(request.ward, provider, identity, resident.account)
        return HttpResponseRedirect(reverse("accounts:me"))
    account = directories.resident_account(request.ward, provider, identity)
    residents.enter(request.ward, account, carried.get("variant", ""))
    sessions.open_session(
        request, account, audience=backends.RESIDENT, method="directory", ward=request.ward, **kept
    )
    return signed_in(request, page or reverse("accounts:me"))
