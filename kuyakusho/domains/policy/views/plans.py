"""The plans of the ward, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from kuyakusho.core import access
from kuyakusho.core.http.request import Request

from ..access import may_change, plans_of, reviews_of
from ..forms import PLAN_KINDS
from ..models import Edition, ImportReview, Plan
from ..public.outline import STAGE_NAMES

ORIGINS = {
    "pack": gettext_lazy("区の定義から（わたしたちの言葉）"),
    "import": gettext_lazy("公表文から"),
    "carried": gettext_lazy("前の年度の写し"),
    "hand": gettext_lazy("机で直した体系"),
}


@dataclass(frozen=True)
class Line:
    """A plan as the list shows it."""

    plan: Plan
    kind: str
    origin: str
    nodes: int
    doubtful: int
    stage: str
    number: int | None
    published_at: object
    is_changed: bool


@access.staff()
def index(request: Request) -> HttpResponse:
    """Every plan that this person sees, newest year first; imports that are open."""
    newest = Edition.objects.filter(plan=OuterRef("pk")).order_by("-number")
    plans = (
        plans_of(request.staff)
        .annotate(
            stage=Subquery(newest.values("stage")[:1]),
            number=Subquery(newest.values("number")[:1]),
            published_at=Subquery(newest.values("published_at")[:1]),
            published_revision=Subquery(newest.values("plan_revision")[:1]),
        )
        .order_by("-fiscal_year", "key")
    )
    sizes = {
        row["pk"]: row
        for row in Plan.objects.filter(ward=request.ward)
        .values("pk")
        .annotate(
            size=Count("nodes", distinct=True),
            doubts=Count("nodes__joins", filter=Q(nodes__joins__state="doubtful"), distinct=True),
        )
    }
    kinds = dict(PLAN_KINDS)
    lines = [
        Line(
            plan,
            str(kinds[plan.kind]),
            str(ORIGINS[plan.origin]),
            sizes[plan.pk]["size"],
            sizes[plan.pk]["doubts"],
            str(STAGE_NAMES[plan.stage]) if plan.stage else "",
            plan.number,
            plan.published_at,
            plan.published_revision is not None and plan.published_revision != plan.revision,
        )
        for plan in sorted(plans, key=lambda plan: (-plan.fiscal_year, plan.kind != "policy", plan.key))
    ]
    reviews = ImportReview.objects.none()
    if may_change(request.staff):
        reviews = (
            reviews_of(request.staff).filter(state="open").select_related("document").defer("tree", "joins")
        )
    return render(
        request,
        "policy/desk/plans.html",
        {"lines": lines, "reviews": reviews, "may_change": may_change(request.staff)},
    )
