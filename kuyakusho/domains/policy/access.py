"""Who gets at which plan, review and initiative. The only way a view of the desk gets one.

Planners change everything of their ward; auditors and administrators see everything; chiefs and clerks see what their
own section answers for, with the headings above it. Whatever one may not see is missing, the same as what isn't
there: a plan of another ward, too.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from kuyakusho.core.access.acting import ActingStaff
from kuyakusho.core.errors import Missing

from .models import Edition, ImportReview, Initiative, Plan
from .queries.content import joined_rows
from .rules.outline import Outline
from .rules.transitions import JOINED

OVERSEERS = ("planner", "auditor", "administrator")
WRITERS = ("planner",)


def may_change(staff: ActingStaff) -> bool:
    """Whether this person changes plans here."""
    return staff.has_role(*WRITERS)


def sees_all(staff: ActingStaff) -> bool:
    """Whether this person sees whole trees."""
    return staff.has_role(*OVERSEERS)


def plans_of(staff: ActingStaff) -> QuerySet[Plan]:
    """The plans that this person sees at least a part of."""
    plans = Plan.objects.filter(ward=staff.ward)
    if sees_all(staff):
        return plans
    mine = Q(nodes__owner=staff.section) | Q(
        nodes__joins__initiative__owner=staff.section, nodes__joins__state__in=JOINED
    )
    return plans.filter(mine).distinct()


def plan_of(staff: ActingStaff, key: str, year: int) -> Plan:
    """The plan of that key and year. Raises Missing."""
    plan = plans_of(staff).filter(key=key, fiscal_year=year).first()
    if plan is None:
        raise Missing
    plan.ward = staff.ward
    return plan


def part_seen(staff: ActingStaff, plan: Plan, outline: Outline) -> Outline:
    """The part of the tree that this person sees."""
    if sees_all(staff):
        return outline
    owned = set(Initiative.objects.filter(ward=staff.ward, owner=staff.section).values_list("row", flat=True))
    rows = joined_rows(plan)
    mine = [
        id
        for id, part in outline.parts.items()
        if part.owner == staff.section.key or owned.intersection(rows.get(id, ()))
    ]
    return with_surroundings(outline, mine)


def with_surroundings(outline: Outline, ids: Iterable[str]) -> Outline:
    """Those parts, all that hangs under them, and the headings above them. Pure."""
    seen: set[str] = set()
    for id in ids:
        seen.add(id)
        seen.update(outline.ancestors(id))
        seen.update(i for i, _depth in outline.walk(id))
    return Outline.build(
        [(outline.parts[i], outline.parents[i]) for i, _depth in outline.walk() if i in seen]
    )


def reviews_of(staff: ActingStaff) -> QuerySet[ImportReview]:
    """The imports of the ward; for planners only."""
    if not may_change(staff):
        raise Missing
    return ImportReview.objects.filter(ward=staff.ward)


def review_of(staff: ActingStaff, public_id: str) -> ImportReview:
    """The import of that id. Raises Missing."""
    review = reviews_of(staff).select_related("document", "plan").filter(public_id=public_id).first()
    if review is None:
        raise Missing
    review.ward = staff.ward
    return review


def edition_of(staff: ActingStaff, public_id: str) -> Edition:
    """An edition of the ward: published, so that everybody on the staff may see it. Raises Missing."""
    edition = (
        Edition.objects.filter(plan__ward=staff.ward, public_id=public_id).select_related("plan").first()
    )
    if edition is None:
        raise Missing
    return edition


def initiatives_of(staff: ActingStaff) -> QuerySet[Initiative]:
    """The initiatives that this person sees."""
    found = Initiative.objects.filter(ward=staff.ward).select_related("owner")
    return found if sees_all(staff) else found.filter(owner=staff.section)


def initiative_of(staff: ActingStaff, public_id: str) -> Initiative:
    """The initiative of that id. Raises Missing."""
    initiative = initiatives_of(staff).filter(public_id=public_id).first()
    if initiative is None:
        raise Missing
    initiative.ward = staff.ward
    return initiative
