"""The first page of the desk: what waits for me and for my section, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core.access.acting import ActingStaff
from kuyakusho.core.outbox.models import Entry
from kuyakusho.domains.policy.evaluation.queries import owed_by
from kuyakusho.domains.policy.models import ImportReview, Join, Plan


@dataclass(frozen=True)
class Waiting:
    """Something that waits for somebody. `tone` is the shape of its state."""

    title: str
    href: str
    count: int
    tone: str = "info"
    due_on: date | None = None


def waiting(staff: ActingStaff) -> list[Waiting]:
    """What waits for this person; nothing that the person can't open."""
    found = evaluations(staff)
    if staff.has_role("planner"):
        found += reviews(staff) + doubtful_joins(staff) + unpublished(staff)
    if staff.has_role("administrator"):
        found += stuck_messages(staff)
    return sorted(found, key=lambda one: (one.due_on or date.max, -one.count))


def evaluations(staff: ActingStaff) -> list[Waiting]:
    """Evaluations that the section still owes, by day on which they are due."""
    owed: dict[tuple[str, Any], int] = {}
    for cell in owed_by(staff):
        if cell.duty.is_owed:
            key = (cell.phase, cell.due_on)
            owed[key] = owed.get(key, 0) + 1
    names = {"midyear": _("中間振り返りを書く"), "year_end": _("年度末の自己評価を書く")}
    return [
        Waiting(names[phase], reverse("evaluation:mine"), count, "warn", due)
        for (phase, due), count in owed.items()
    ]


def reviews(staff: ActingStaff) -> list[Waiting]:
    """Imports that somebody began to look through."""
    return [
        Waiting(
            _("取込の確認を続ける：%(name)s") % {"name": review.document.filename},
            reverse("policy-desk:review", args=[review.public_id]),
            1,
        )
        for review in ImportReview.objects.filter(ward=staff.ward, state="open").select_related("document")
    ]


def doubtful_joins(staff: ActingStaff) -> list[Waiting]:
    """Plans with joins that the planner should look at."""
    plans: dict[int, int] = {}
    for plan in Join.objects.filter(node__plan__ward=staff.ward, state="doubtful").values_list(
        "node__plan", flat=True
    ):
        plans[plan] = plans.get(plan, 0) + 1
    known = Plan.objects.in_bulk(plans)
    return [
        Waiting(
            _("%(plan)s：結び付けを確かめる") % {"plan": known[pk].title},
            reverse("policy-desk:tree", args=[known[pk].key, known[pk].fiscal_year]),
            count,
            "warn",
        )
        for pk, count in plans.items()
    ]


def unpublished(staff: ActingStaff) -> list[Waiting]:
    """Plans whose working tree has moved on since the last edition."""
    plans = (
        Plan.objects.filter(ward=staff.ward)
        .annotate(published=Max("editions__plan_revision"))
        .filter(revision__gt=F("published"))
    )
    return [
        Waiting(
            _("%(plan)s：公表していない変更") % {"plan": plan.title},
            reverse("policy-desk:publish", args=[plan.key, plan.fiscal_year]),
            1,
        )
        for plan in plans
    ]


def stuck_messages(staff: ActingStaff) -> list[Waiting]:
    """Messages that could not be delivered."""
    count = Entry.objects.filter(ward=staff.ward, state="given_up").count()
    return [Waiting(_("届かなかった送信"), reverse("outbox:index"), count, "bad")] if count else []
