"""Who may open an address. Every view carries exactly one of these declarations; a test proves it.

    @access.public                      anybody; the page never looks at a session
    @access.visitor                     anybody, but the page has a form, so it keeps a session when one is needed
    @access.resident                    a resident who has signed in
    @access.staff()                     anybody on the ward's staff who is posted today
    @access.staff("planner", "chief")   those with one of the roles; for the others the page does not exist
    @access.signed_in                   whoever has signed in, as what they signed in as: pages about the sign-in itself
    @access.machine                     a probe or a scraper; holds nothing of anybody
    @machine_key("indicators:write")    a system of the city with a key of the ward (core.keys.access)

What one may not see answers 404, the same as what isn't there. Somebody who has not signed in is sent to the
sign-in page of the ward, and comes back afterwards.

Inside a view: `scope` narrows rows to ward, section and person, `find` takes one of them or is missing,
`confidential` and `note_read` write the audit line of a read. See docs/mechanisms/access.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from kuyakusho.core.errors import Missing
from kuyakusho.core.http.request import Request

from .actor import VISITOR, Actor
from .reads import confidential, note_read
from .rows import find, scope

if TYPE_CHECKING:
    from kuyakusho.core.accounts.models import Resident

View = Callable[..., Any]  # an API operation answers with data

__all__ = [
    "VISITOR",
    "Actor",
    "Declaration",
    "confidential",
    "declaration_of",
    "find",
    "machine",
    "note_read",
    "public",
    "resident",
    "scope",
    "signed_in",
    "signed_in_resident",
    "staff",
    "to_sign_in",
    "visitor",
]


@dataclass(frozen=True)
class Declaration:
    """What a view declares: `kind` is public, visitor, resident, staff, signed_in, machine or key.

    `roles` are those of staff, or the one scope of a key.
    """

    kind: str
    roles: tuple[str, ...] = ()


def declaration_of(view: View) -> Declaration | None:
    """What the view declared, or None when somebody forgot."""
    return getattr(view, "access", None)


def _declared(view: View, kind: str, roles: tuple[str, ...] = ()) -> View:
    view.access = Declaration(kind, roles)  # type: ignore[attr-defined]
    return view


def _nobody(request: Request) -> None:
    """What a request says of the person, until a declaration has found out."""
    request.actor = VISITOR
    request.staff = None  # type: ignore[assignment]
    request.resident = None  # type: ignore[assignment]
    request.demo_sign_in = False


def public(view: View) -> View:
    """Anybody. The page is a function of its address."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        _nobody(request)
        return view(request, *args, **kwargs)

    return _declared(guarded, "public")


def machine(view: View) -> View:
    """A probe: no session, no ward, nothing of anybody."""
    return _declared(public(view), "machine")


def visitor(view: View) -> View:
    """Anybody, with a form: not kept in any cache."""

    @never_cache
    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        _nobody(request)
        return view(request, *args, **kwargs)

    return _declared(guarded, "visitor")


def resident(view: View) -> View:
    """A resident who has signed in to this ward; `request.resident` is their row."""

    @never_cache
    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        _nobody(request)
        found = signed_in_resident(request)
        if found is None:
            return to_sign_in(request, "accounts:resident-sign-in")
        request.resident = found
        request.actor = Actor("resident", found.public_id)
        request.demo_sign_in = found.account.is_demo
        return view(request, *args, **kwargs)

    return _declared(guarded, "resident")


def staff(*roles: str) -> Callable[[View], View]:
    """Staff of this ward with one of `roles` in the posting of the day; any posting when none is named.

    The desk opens to a session with both factors (or the city's directory, or a PIN on a counter PC); to a
    password alone only where the ward's sign-in policy says so.
    """

    def declare(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            from .standing import staff_standing

            _nobody(request)
            acting = staff_standing(request)
            if isinstance(acting, HttpResponse):
                return acting
            if acting is None or (roles and not acting.has_role(*roles)):
                raise Missing
            request.staff = acting
            request.actor = Actor("staff", acting.public_id)
            request.demo_sign_in = acting.member.account.is_demo
            return view(request, *args, **kwargs)

        return _declared(guarded, "staff", roles)

    return declare


def signed_in(view: View) -> View:
    """Whoever has signed in, also staff who still lack a second factor: their own sessions, factors, sign-out."""

    @never_cache
    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        from .standing import any_standing

        _nobody(request)
        answer = any_standing(request)
        if answer is not None:
            return answer
        return view(request, *args, **kwargs)

    return _declared(guarded, "signed_in")


def signed_in_resident(request: Request) -> Resident | None:
    """The resident of this request or None: for pages with a form that may be filled in without signing in.

    Never on a public page: those don't look at sessions.
    """
    from .standing import resident_standing

    return resident_standing(request)


def to_sign_in(request: Request, name: str) -> HttpResponse:
    """Sends to the ward's sign-in page and back afterwards; a page outside any ward is missing instead."""
    if request.ward is None:
        raise Missing
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    return HttpResponseRedirect(reverse(name) + ("?" + urlencode({"next": back}) if back else ""))
