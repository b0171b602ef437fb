"""Reading the audit lines of a ward, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from kuyakusho.core.accounts.models import StaffMember
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.keys.models import ApiKey
from kuyakusho.core.wards.models import Ward

from .models import AuditLine, Chain

PAGE = 100


@dataclass(frozen=True)
class Filter:
    """What an auditor looks for; empty means all. `target` and `actor` may be given in part, from their beginning."""

    target: str = ""
    action: str = ""
    actor: str = ""
    day: date | None = None


def lines(ward: Ward, wanted: Filter) -> QuerySet[AuditLine]:
    """The ward's lines that fit, newest first."""
    found = AuditLine.objects.filter(ward=ward).order_by("-id")
    if wanted.target:
        found = found.filter(target__startswith=wanted.target)
    if wanted.action:
        found = found.filter(action__startswith=wanted.action)
    if wanted.actor:
        actor = wanted.actor if ":" in wanted.actor else f"staff:{wanted.actor}"
        found = found.filter(actor__startswith=actor)
    if wanted.day:
        starts = datetime.combine(wanted.day, time(), JAPAN)
        found = found.filter(at__gte=starts, at__lt=starts + timedelta(days=1))
    return found


def page(ward: Ward, wanted: Filter, before: int | None) -> tuple[list[AuditLine], int | None]:
    """A page of lines older than the row `before`, and the row to ask for the next; None at the end.

    By place and not by number of page, so that the last page of a million lines costs what the first costs.
    """
    found = lines(ward, wanted)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def names_of(ward: Ward, actors: Iterable[str]) -> dict[str, str]:
    """Names of the staff and of the API keys among the actors, for reading; the lines hold references only."""
    references: dict[str, set[str]] = {"staff": set(), "key": set()}
    for actor in actors:
        kind, _, reference = actor.partition(":")
        references.get(kind, set()).add(reference)
    members = StaffMember.objects.filter(ward=ward, public_id__in=references["staff"]).select_related(
        "account"
    )
    names = {f"staff:{member.public_id}": str(member) for member in members}
    if references["key"]:
        keys = ApiKey.objects.filter(ward=ward, public_id__in=references["key"])
        names |= {f"key:{key.public_id}": f"{key.name} ({key.prefix})" for key in keys}
    return names


def state_of(ward: Ward) -> tuple[Chain | None, int]:
    """The ward's chain and how many lines wait to be sealed."""
    waiting = AuditLine.objects.filter(ward=ward, number__isnull=True).count()
    return Chain.objects.filter(ward=ward).first(), waiting
