"""The demo's front door: choose a person. Does not exist anywhere else."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse

from kuyakusho.core import access
from kuyakusho.core.access.acting import staff_on
from kuyakusho.core.accounts import backends, sessions
from kuyakusho.core.accounts.forms import ROLE_LABELS
from kuyakusho.core.accounts.models import ROLES, Account, Posting, Resident
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.models import Section

from .shared import desk_address, next_page, show, signed_in


@access.visitor
def demo(request: Request) -> HttpResponse:
    """The demo people of the ward. Choosing one signs in as them."""
    if not settings.DEMO:
        raise Missing
    if request.method == "POST":
        return _enter(request)
    return show(
        request, "demo", sections=_staff(request), residents=_residents(request), next=next_page(request)
    )


def _staff(request: Request) -> list[tuple[Section, list[dict]]]:
    today = clock.today()
    postings = (
        Posting.objects.filter(member__ward=request.ward, member__account__is_demo=True)
        .filter(member__account__is_active=True, valid_from__lte=today)
        .filter(Q(valid_until=None) | Q(valid_until__gt=today))
        .select_related("section", "member__account")
        .order_by("section__order", "section__pk", "member__pk")
    )
    found: dict[Section, list[dict]] = {}
    for posting in postings:
        roles = [ROLE_LABELS[role] for role in ROLES if role in posting.roles]
        account = posting.member.account
        found.setdefault(posting.section, []).append(
            {"id": account.public_id, "name": account.name, "roles": roles}
        )
    return list(found.items())


def _residents(request: Request) -> list[Resident]:
    return list(
        Resident.objects.filter(ward=request.ward, account__is_demo=True, account__is_active=True)
        .select_related("account")
        .order_by("pk")
    )


def _enter(request: Request) -> HttpResponse:
    page = next_page(request)
    people = Account.objects.filter(is_demo=True, is_active=True)
    account = access.find(people, public_id=request.POST.get("person", ""))
    if request.POST.get("as") == "resident":
        if not account.residencies.filter(ward=request.ward).exists():
            raise Missing
        audience, start = backends.RESIDENT, reverse("accounts:me")
    else:
        if staff_on(request.ward, account.pk, clock.today()) is None:
            raise Missing
        audience, start = backends.STAFF, desk_address()
    sessions.open_session(request, account, audience=audience, method="demo", ward=request.ward)
    return signed_in(request, page or start)
