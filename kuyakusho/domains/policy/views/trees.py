"""A plan's working tree: seen, and corrected by planners."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.errors import Invalid, KuyakushoError
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal
from kuyakusho.core.wards.models import Section

from ..access import may_change, part_seen, plan_of
from ..forms import PlanTitleForm, year_name
from ..models import Plan
from ..public.outline import STAGE_NAMES
from ..queries.joins import joins_of_plan
from ..queries.outlines import outline_of
from ..queries.seekers import running
from ..services import joins, trees
from ..services.plans import retitle_plan
from .correcting import Asked, asked, kept_query, number_of
from .editing import card_of
from .workbench import Workbench


@access.staff()
def tree(request: Request, key: str, year: int) -> HttpResponse:
    """The working tree, with its source where it has one."""
    return _page(request, plan_of(request.staff, key, year))


@access.staff("planner")
def fix(request: Request, key: str, year: int) -> HttpResponse:
    """One correction, or one decision about a join."""
    plan = plan_of(request.staff, key, year)
    if request.method != "POST":
        return redirect("policy-desk:tree", key, year)
    wanted: Asked | None = None
    try:
        wanted = asked(request.POST, request.ward)
        if wanted.form is not None and not wanted.form.is_valid():
            return _page(request, plan, wanted=wanted, status=422)
        focus = _do(request, plan, wanted)
    except KuyakushoError as refusal:
        plan.refresh_from_db()
        return _page(request, plan, wanted=wanted, refusal=refusal, status=refusal.status)
    bench = _bench(request, plan, kept_query(request.POST), focus, "")
    return redirect(bench.address(focus, f"t-{focus}" if focus else ""))


def _do(request: Request, plan: Plan, wanted: Asked) -> str:
    revision, actor = number_of(request.POST, "revision"), request.actor
    if wanted.correction is not None:
        return trees.correct_tree(plan, wanted.correction, revision=revision, actor=actor)
    if wanted.action == "undo":
        trees.undo_tree(plan, revision=revision, actor=actor)
    elif wanted.action == "confirm":
        joins.join_by_hand(plan, wanted.node, wanted.row, revision=revision, actor=actor)
    elif wanted.action == "reject":
        joins.decide_join(plan, wanted.node, wanted.row, state="rejected", revision=revision, actor=actor)
    else:
        raise Invalid("policy.action-unknown", _("この操作はできません。"))
    return wanted.node


@access.staff("planner")
def title(request: Request, key: str, year: int) -> HttpResponse:
    """The words of the plan as a whole."""
    plan = plan_of(request.staff, key, year)
    names = list(PlanTitleForm.base_fields)
    form = PlanTitleForm(request.POST or None, initial={name: getattr(plan, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            retitle_plan(
                plan, form.cleaned_data, revision=number_of(request.POST, "revision"), actor=request.actor
            )
        except KuyakushoError as refusal:
            take_refusal(form, refusal)
            plan.refresh_from_db()
        else:
            messages.success(request, _("計画の名前と説明を直しました。"))
            return redirect("policy-desk:tree", key, year)
    return render(
        request,
        "policy/desk/title.html",
        {"plan": plan, "form": form, "crumbs": crumbs_of(plan, _("名前と説明"))},
        status=422 if form.errors else 200,
    )


def crumbs_of(plan: Plan, *rest: str) -> list[tuple[str, str]]:
    """計画 › the plan › …"""
    address = reverse("policy-desk:tree", args=[plan.key, plan.fiscal_year])
    crumbs = [(_("計画"), reverse("policy-desk:plans")), (f"{plan.title}", address if rest else "")]
    return [*crumbs, *((label, "") for label in rest)]


def _bench(request: Request, plan: Plan, query: dict[str, str], chosen: str, page: str) -> Workbench:
    with transaction.atomic():  # tree and joins of one moment
        outline, found = outline_of(plan), joins_of_plan(plan)
    outline = part_seen(request.staff, plan, outline)
    document = _document(plan, outline, chosen)
    return Workbench(
        outline=outline,
        joins=[join for join in found if join.node in outline.parts],
        initiatives=running(request.ward, plan.key, plan.fiscal_year),
        text=trees.source_of(document) if may_change(request.staff) else "",
        path=reverse("policy-desk:tree", args=[plan.key, plan.fiscal_year]),
        query=query,
        chosen_id=chosen,
        page_number=int(page) if page.isdigit() else 0,
        owners=dict(Section.objects.filter(ward=request.ward).values_list("key", "name")),
    )


def _document(plan: Plan, outline: Any, chosen: str) -> str:
    """The document of the chosen part, else the one that most of the tree is from."""
    part = outline.parts.get(chosen)
    if part is not None and part.document:
        return str(part.document)
    return next((p.document for p in outline.parts.values() if p.document), "")


def _page(
    request: Request,
    plan: Plan,
    *,
    wanted: Asked | None = None,
    refusal: KuyakushoError | None = None,
    status: int = 200,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    bench = _bench(request, plan, kept_query(data), data.get("node", ""), data.get("page", ""))
    last = plan.editions.order_by("-number").defer("content").first()
    changing = may_change(request.staff)
    return render(
        request,
        "policy/desk/tree.html",
        {
            "plan": plan,
            "year": year_name(plan.fiscal_year),
            "bench": bench,
            "card": card_of(bench, request.ward, wanted.form if wanted else None)
            if bench.chosen and changing
            else None,
            "may_change": changing,
            "lock_name": "revision",
            "lock": plan.revision,
            "fix": reverse("policy-desk:tree-fix", args=[plan.key, plan.fiscal_year]),
            "can_undo": bool(plan.undo),
            "refusal": refusal,
            "last": last,
            "last_stage": STAGE_NAMES[last.stage] if last else "",
            "is_changed": last is not None and last.plan_revision != plan.revision,
            "kept": kept_query(data),
            "crumbs": crumbs_of(plan),
        },
        status=status,
    )
