"""Publication, editions, and what changed between two of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuyakusho.core import access
from kuyakusho.core.errors import KuyakushoError, Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal

from ..access import edition_of, may_change, plan_of
from ..comparison import Comparison
from ..comparison import compare as compared
from ..forms import PublishForm, year_name
from ..models import Edition, Evaluation, Join, Plan
from ..public.outline import KIND_NAMES, STAGE_NAMES
from ..queries.content import content_of
from ..queries.joins import joins_of_plan
from ..queries.outlines import outline_of
from ..queries.seekers import running
from ..rules.canonical import digest
from ..rules.joining import alone
from ..rules.transitions import stages_after
from ..services.publishing import publish as publish_plan
from .correcting import number_of
from .trees import crumbs_of

CHANGE_WORDS = {
    "added": gettext_lazy("加わった"),
    "removed": gettext_lazy("なくなった"),
    "renamed": gettext_lazy("見出しが変わった"),
    "reworded": gettext_lazy("本文が変わった"),
    "recoded": gettext_lazy("記号か種類が変わった"),
    "moved": gettext_lazy("動いた"),
    "reowned": gettext_lazy("担当が変わった"),
    "reassigned": gettext_lazy("結び付く取組が変わった"),
    "recosted": gettext_lazy("金額が変わった"),
    "same": gettext_lazy("変わらない"),
}
FIELD_WORDS = {
    "added": gettext_lazy("加わった"),
    "removed": gettext_lazy("なくなった"),
    "title": gettext_lazy("題名"),
    "summary": gettext_lazy("説明"),
    "owner": gettext_lazy("担当"),
    "capabilities": gettext_lazy("機能"),
    "sdgs": gettext_lazy("SDGs"),
    "is_confidential": gettext_lazy("秘密の扱い"),
    "last_year": gettext_lazy("終わる年度"),
    "budgets": gettext_lazy("金額"),
    "indicators": gettext_lazy("指標"),
    "evaluations": gettext_lazy("振り返り"),
}
SHOWN_AT_ONCE = 200


@access.staff("planner")
def publish(request: Request, key: str, year: int) -> HttpResponse:
    """What would be published, what changed since, what to think of first; then the publication."""
    plan = plan_of(request.staff, key, year)
    last = plan.editions.order_by("-number").first()
    stages = stages_after(last.stage if last else None)
    form = PublishForm(
        request.POST or None, stages=stages, initial={"stage": last.stage if last else stages[0]}
    )
    if request.method == "POST" and form.is_valid():
        try:
            edition = publish_plan(
                plan,
                stage=form.cleaned_data["stage"],
                note=form.cleaned_data["note"],
                actor=request.actor,
                revision=number_of(request.POST, "revision"),
            )
        except KuyakushoError as refusal:
            take_refusal(form, refusal)
            plan.refresh_from_db()
        else:
            messages.success(
                request,
                _("第%(number)d版（%(stage)s）を公表しました。")
                % {"number": edition.number, "stage": STAGE_NAMES[edition.stage]},
            )
            return redirect("policy-desk:editions", key, year)
    content = content_of(plan, last.stage if last else stages[0])
    changes = compared(last.content, content) if last else None
    return render(
        request,
        "policy/desk/publish.html",
        {
            "plan": plan,
            "form": form,
            "last": last,
            "last_stage": STAGE_NAMES[last.stage] if last else "",
            "changes": _shown(changes) if changes else None,
            "size": len(content["nodes"]),
            "cautions": _cautions(plan),
            "crumbs": crumbs_of(plan, _("公表")),
        },
        status=422 if form.errors else 200,
    )


def _cautions(plan: Plan) -> list[str]:
    """What a planner should know before the world does."""
    cautions = []
    doubtful = Join.objects.filter(node__plan=plan, state="doubtful").count()
    if doubtful:
        cautions.append(
            _("確認が要る結び付けが%(count)d件あります。公表には載りません。") % {"count": doubtful}
        )
    rows = [i.row for i in running(plan.ward, plan.key, plan.fiscal_year)]
    lonely = alone(outline_of(plan), joins_of_plan(plan), rows)
    if lonely.rows:
        cautions.append(
            _("文書の項目と結び付いていない取組が%(count)d件あります。公表には載りません。")
            % {"count": len(lonely.rows)}
        )
    waiting = Evaluation.objects.filter(plan=plan).exclude(state="approved").count()
    if waiting:
        cautions.append(
            _("承認されていない振り返りが%(count)d件あります。公表には載りません。") % {"count": waiting}
        )
    return cautions


@access.staff()
def index(request: Request, key: str, year: int) -> HttpResponse:
    """Every edition of the plan, with its permanent address and its hash."""
    plan = plan_of(request.staff, key, year)
    editions = list(plan.editions.order_by("-number"))
    lines = [
        {
            "edition": edition,
            "stage": STAGE_NAMES[edition.stage],
            "is_intact": digest(edition.content) == edition.digest,
            "before": editions[at + 1] if at + 1 < len(editions) else None,
        }
        for at, edition in enumerate(editions)
    ]
    return render(
        request,
        "policy/desk/editions.html",
        {
            "plan": plan,
            "lines": lines,
            "may_change": may_change(request.staff),
            "is_changed": bool(editions) and editions[0].plan_revision != plan.revision,
            "crumbs": crumbs_of(plan, _("版")),
        },
    )


@access.staff()
def compare(request: Request) -> HttpResponse:
    """Two editions of this ward, of any plans and years, or an edition and the working tree (`to=working`)."""
    choices = [
        (edition.public_id, _edition_name(edition))
        for edition in Edition.objects.filter(plan__ward=request.ward)
        .select_related("plan")
        .defer("content")
        .order_by("-plan__fiscal_year", "plan__key", "-number")
    ]
    one, two = request.GET.get("from", ""), request.GET.get("to", "")
    context: dict[str, Any] = {"choices": choices, "one": one, "two": two}
    if one and two:
        before = edition_of(request.staff, one)
        if two == "working":
            plan = plan_of(request.staff, before.plan.key, before.plan.fiscal_year)
            if not may_change(request.staff):
                raise Missing
            content, name = content_of(plan, before.stage), _("作業中の体系")
        else:
            after = edition_of(request.staff, two)
            content, name = after.content, _edition_name(after)
        context |= {
            "changes": _shown(compared(before.content, content)),
            "names": (_edition_name(before), name),
        }
    return render(
        request,
        "policy/desk/compare.html",
        {**context, "crumbs": [(_("計画"), reverse("policy-desk:plans")), (_("版を比べる"), "")]},
    )


def _edition_name(edition: Edition) -> str:
    return _("%(title)s　%(year)s　第%(number)d版（%(stage)s）") % {
        "title": edition.plan.title,
        "year": year_name(edition.plan.fiscal_year),
        "number": edition.number,
        "stage": STAGE_NAMES[edition.stage],
    }


def _shown(comparison: Comparison) -> dict[str, Any]:
    """For the template: counts in words, the changed nodes, the initiatives that changed."""
    changed = comparison.changed
    return {
        "counts": [
            (CHANGE_WORDS[kind], comparison.counts[kind])
            for kind in CHANGE_WORDS
            if kind in comparison.counts
        ],
        "nodes": [
            {
                "change": change,
                "kind": KIND_NAMES[change.node["kind"]],
                "code": change.node.get("code", ""),
                "label": change.node.get("title") or change.node.get("text", "")[:60],
                "words": [CHANGE_WORDS[kind] for kind in change.kinds],
                "tone": "good" if "added" in change.kinds else "bad" if "removed" in change.kinds else "info",
                "shows_title": "renamed" in change.kinds,
                "shows_text": bool({"reworded", "added", "removed"} & set(change.kinds)),
            }
            for change in changed[:SHOWN_AT_ONCE]
        ],
        "more": max(0, len(changed) - SHOWN_AT_ONCE),
        "initiatives": [
            {
                "row": one.row,
                "title": (one.after or one.before or {}).get("title", ""),
                "words": [FIELD_WORDS[name] for name in one.names],
            }
            for one in comparison.initiatives
        ],
        "is_nothing": not changed and not comparison.initiatives,
    }
