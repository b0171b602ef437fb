"""Who may open an address. Every view carries exactly one of these declarations; a test proves it.

    @access.public                      anybody; the page never looks at a session
    @access.visitor                     anybody, but the page has a form, so it keeps a session when one is needed
    @access.resident                    a resident who has signed in
    @access.staff()                     anybody on the ward's staff who is posted today
    @access.staff("planner", "chief")   those with one of the roles; for the others the page does not exist
    @access.machine                     a probe or a scraper; holds nothing of anybody

What one may not see answers 404, the same as what isn't there. Somebody who has not signed in is sent to the
sign-in page of the ward, and comes back afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from kuyakusho.core.errors import Missing

from .actor import VISITOR, Actor

View = Callable[..., HttpResponse]

__all__ = [
    "VISITOR",
    "Actor",
    "Declaration",
    "declaration_of",
    "machine",
    "public",
    "resident",
    "staff",
    "visitor",
]


@dataclass(frozen=True)
class Declaration:
    """What a view declares: `kind` is public, visitor, resident, staff or machine."""

    kind: str
    roles: tuple[str, ...] = ()


def declaration_of(view: View) -> Declaration | None:
    """What the view declared, or None when somebody forgot."""
    return getattr(view, "access", None)


def _declared(view: View, kind: str, roles: tuple[str, ...] = ()) -> View:
    view.access = Declaration(kind, roles)  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anybody. The page is a function of its address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.actor = VISITOR
        request.staff = None
        return view(request, *args, **kwargs)

    return _declared(guarded, "public")


def machine(view: View) -> View:
    """A probe: no session, no ward, nothing of anybody."""
    return _declared(public(view), "machine")


def visitor(view: View) -> View:
    """Anybody, with a form: not kept in any cache."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.actor = VISITOR
        request.staff = None
        return view(request, *args, **kwargs)

    return _declared(guarded, "visitor")


def resident(view: View) -> View:
    """A resident who has signed in."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request, "accounts:resident-sign-in")
        request.actor = Actor("resident", request.user.public_id)
        request.staff = None
        return view(request, *args, **kwargs)

    return _declared(guarded, "resident")


def staff(*roles: str) -> Callable[[View], View]:
    """Staff of this ward with one of `roles` in the posting of the day; any posting when none is named."""

    def declare(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            from .staff import acting_staff

            if not request.user.is_authenticated:
                return to_sign_in(request, "accounts:staff-sign-in")
            acting = acting_staff(request)
            if acting is None or (roles and not acting.has_role(*roles)):
                raise Missing
            request.staff = acting
            request.actor = Actor("staff", acting.public_id)
            return view(request, *args, **kwargs)

        return _declared(guarded, "staff", roles)

    return declare


def to_sign_in(request: HttpRequest, name: str) -> HttpResponse:
    """Sends to the ward's sign-in page and back afterwards; a page outside any ward is missing instead."""
    if request.ward is None:
        raise Missing
    return HttpResponseRedirect(reverse(name) + "?" + urlencode({"next": request.get_full_path()}))
