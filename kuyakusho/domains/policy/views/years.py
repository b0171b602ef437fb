"""A new fiscal year: the checklist of 1 April, and its deeds."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.errors import KuyakushoError, Missing
from kuyakusho.core.http.request import Request

from ..access import may_change
from ..forms import year_name
from ..queries.years import checklist, next_year
from ..services.years import carry_owners, carry_targets, prepare_year


@access.staff("planner", "administrator")
def index(request: Request) -> HttpResponse:
    """The year that is to be prepared."""
    return redirect("policy-desk:new-year-of", next_year(request.ward))


@access.staff("planner", "administrator")
def one(request: Request, year: int) -> HttpResponse:
    """The checklist; planners do its deeds."""
    if not 1990 <= year <= 2100:
        raise Missing
    refusal: KuyakushoError | None = None
    if request.method == "POST":
        if not may_change(request.staff):
            raise Missing
        try:
            messages.success(request, _do(request, year))
            return redirect("policy-desk:new-year-of", year)
        except KuyakushoError as error:
            refusal = error
    listed = checklist(request.ward, year)
    return render(
        request,
        "policy/desk/new_year.html",
        {
            "list": listed,
            "year": year,
            "year_name": year_name(year),
            "before": reverse("policy-desk:new-year-of", args=[year - 1]),
            "after": reverse("policy-desk:new-year-of", args=[year + 1]),
            "may_change": may_change(request.staff),
            "refusal": refusal,
            "ways": _ways(year),
        },
        status=refusal.status if refusal else 200,
    )


def _do(request: Request, year: int) -> str:
    deed = request.POST.get("deed", "")
    if deed == "prepare":
        prepared = prepare_year(request.ward, year, actor=request.actor)
        return _("%(count)d件の計画の写しを作りました。") % {"count": len(prepared.plans)}
    if deed == "owners":
        answers = {
            name.removeprefix("heir-"): value
            for name, value in request.POST.items()
            if name.startswith("heir-") and isinstance(value, str) and value
        }
        carried = carry_owners(request.ward, year, answers=answers, actor=request.actor)
        said = _("%(initiatives)d件の取組と%(evaluations)d件の振り返りを引き継ぎました。") % {
            "initiatives": carried.initiatives,
            "evaluations": carried.evaluations,
        }
        waiting = sum(len(rows) for rows in carried.open.values())
        if waiting:
            said += _("%(count)d件は、どの課に引き継ぐか答えを待っています。") % {"count": waiting}
        return said
    if deed == "targets":
        count = carry_targets(request.ward, year, actor=request.actor)
        return _("%(count)d件の指標に、前の年度と同じ目標を入れました。確かめて直してください。") % {
            "count": count
        }
    raise Missing


def _ways(year: int) -> dict[str, tuple[str, str]]:
    """Where a task is done, for those that have a page: key → (label, address)."""
    return {
        "documents": (_("文書を取り込む"), reverse("policy-desk:upload")),
        "initiatives": (_("取組の一覧"), reverse("policy-desk:initiatives")),
        "reviews": (_("計画の一覧"), reverse("policy-desk:plans")),
        "targets": (_("指標の一覧"), reverse("indicators:desk")),
    }
