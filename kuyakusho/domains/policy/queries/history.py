"""What became of an initiative over the years: through renamed rows, splits and mergers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from ..models import Edition, Initiative, InitiativeLink
from ..public.shelf import Shown, shown


@dataclass(frozen=True)
class Year:
    """One initiative in one fiscal year, as the newest edition of that year has it.

    `nodes` are the parts of the plan behind which it stood. `edition` is None where nothing was published.
    """

    year: int
    row: str
    title: str
    owner: str
    nodes: tuple[dict[str, Any], ...]
    evaluations: tuple[dict[str, Any], ...]
    budgets: tuple[dict[str, Any], ...]
    edition: Shown | None


@dataclass(frozen=True)
class Step:
    """What happened between two years: `kind` is continues, split or merge."""

    year: int
    kind: str
    before: str
    after: str


@dataclass(frozen=True)
class History:
    """Oldest first."""

    years: tuple[Year, ...]
    steps: tuple[Step, ...]


def history(initiative: Initiative) -> History:
    """The initiative with those that it came from and those that it became, over all published years."""
    family, links = _family(initiative)
    rows = {one.row for one in family}
    years: list[Year] = []
    for edition in _newest_by_year(initiative):
        one = shown(edition)
        for row in sorted(rows & one.initiatives.keys()):
            years.append(_year(one, row))
    steps = tuple(
        Step(link.fiscal_year, link.kind, link.before.row, link.after.row)
        for link in sorted(links, key=lambda link: (link.fiscal_year, link.pk))
    )
    return History(tuple(sorted(years, key=lambda y: (y.year, y.row))), steps)


def _family(initiative: Initiative) -> tuple[list[Initiative], list[InitiativeLink]]:
    """Forebears and descendants; siblings that never had to do with it are left out."""
    links: dict[int, InitiativeLink] = {}
    members = {initiative.pk: initiative}
    for forwards in (False, True):
        waiting = {initiative.pk}
        while waiting:
            found = InitiativeLink.objects.filter(
                Q(before__in=waiting) if forwards else Q(after__in=waiting)
            ).select_related("before", "after")
            waiting = set()
            for link in found:
                other = link.after if forwards else link.before
                links[link.pk] = link
                if other.pk not in members:
                    members[other.pk] = other
                    waiting.add(other.pk)
    return list(members.values()), list(links.values())


def _newest_by_year(initiative: Initiative) -> Iterable[Edition]:
    newest: dict[int, Edition] = {}
    for edition in (
        Edition.objects.filter(plan__ward=initiative.ward_id, plan__key=initiative.plan_key)
        .select_related("plan")
        .defer("content")
        .order_by("number")
    ):
        newest[edition.plan.fiscal_year] = edition
    return newest.values()


def _year(one: Shown, row: str) -> Year:
    frozen = one.initiatives[row]
    section = one.sections.get(frozen["owner"], {})
    return Year(
        year=one.year,
        row=row,
        title=frozen["title"],
        owner=section.get("name", frozen["owner"]),
        nodes=tuple(one.nodes[id] for id in one.places.get(row, ())),
        evaluations=tuple(frozen["evaluations"]),
        budgets=tuple(frozen["budgets"]),
        edition=one,
    )
