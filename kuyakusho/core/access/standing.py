"""What the session of a request is good for. Only `core.access` asks."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from kuyakusho.core.accounts import devices, sessions
from kuyakusho.core.accounts.backends import FIRST_FACTOR, RESIDENT, STAFF
from kuyakusho.core.accounts.models import Resident
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.request import Request

from . import to_sign_in
from .acting import ActingStaff, acting_staff
from .actor import Actor


def staff_standing(request: Request) -> ActingStaff | HttpResponse | None:
    """Who acts on the desk; an answer that sends to the sign-in or to the enrolment; None for no posting here."""
    if request.ward is None:
        raise Missing
    audience = sessions.audience_of(request)
    if audience not in (STAFF, FIRST_FACTOR) or not sessions.still_here(request):
        return _staff_sign_in(request)
    if audience == FIRST_FACTOR and sessions.policy_of(request.ward).second_factor_required:
        return HttpResponseRedirect(reverse("accounts:security"))
    return acting_staff(request)


def resident_standing(request: Request) -> Resident | None:
    """The resident who has signed in to this ward, or None."""
    if request.ward is None or sessions.audience_of(request) != RESIDENT or not sessions.still_here(request):
        return None
    return (
        Resident.objects.select_related("account").filter(ward=request.ward, account=request.user.pk).first()
    )


def any_standing(request: Request) -> HttpResponse | None:
    """None when somebody is signed in, with the request saying as whom; else the answer that sends to sign in."""
    audience = sessions.audience_of(request)
    if not audience or not sessions.still_here(request):
        return _staff_sign_in(request)
    request.demo_sign_in = sessions.account_of(request).is_demo
    if audience == RESIDENT:
        request.resident = resident_standing(request)  # type: ignore[assignment]
        if request.resident is not None:
            request.actor = Actor("resident", request.resident.public_id)
    elif request.ward is not None:
        request.staff = acting_staff(request)  # type: ignore[assignment]
        if request.staff is not None:
            request.actor = Actor("staff", request.staff.public_id)
    return None


def _staff_sign_in(request: Request) -> HttpResponse:
    at_counter = devices.counter_pc(request, request.ward) is not None
    return to_sign_in(request, "accounts:switch" if at_counter else "accounts:staff-sign-in")
