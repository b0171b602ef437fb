"""Staff pages of evaluations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import KuyakushoError, Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal
from kuyakusho.engines.indicators.public import points

from . import presenting, queries, reminding, rules, services
from .access import OVERSEERS, Work, plan_of, work_of
from .forms import CouncilForm, EvaluationForm, ReasonForm, words

MINE = ("clerk", "chief")


@access.staff()
def mine(request: Request) -> HttpResponse:
    """What my section owes, by when."""
    cells = queries.owed_by(request.staff)
    shown = [presenting.cell(cell, request.staff) for cell in cells]
    return render(
        request,
        "policy/evaluation/mine.html",
        {
            "to_do": [one for one in shown if one["is_owed"]],
            "later": [one for one in shown if one["kind"] == "closed"],
            "done": [one for one in shown if one["kind"] == "done"],
            "may_oversee": request.staff.has_role(*OVERSEERS),
            "plans": queries.plans_in_hand(request.staff.ward, clock.today()),
        },
    )


@access.staff(*OVERSEERS)
def matrix(request: Request, year: int, plan_key: str) -> HttpResponse:
    """All initiatives and phases of a plan: how far everybody is. Planners remind from here."""
    plan = plan_of(request.staff.ward, year, plan_key)
    found = queries.matrix(plan)
    return render(request, "policy/evaluation/matrix.html", presenting.matrix(found, request.staff))


@access.staff("planner")
def remind(request: Request, year: int, plan_key: str, phase: str) -> HttpResponse:
    """Reminds every section, or one, of what it owes."""
    plan = plan_of(request.staff.ward, year, plan_key)
    if phase not in rules.PHASES or request.method != "POST":
        raise Missing
    section = request.POST.get("section", "")
    people = reminding.remind(plan, phase, actor=request.actor, sections=[section] if section else None)
    if people:
        messages.success(request, _("%(people)d人にお知らせを送りました。") % {"people": people})
    else:
        messages.info(request, _("いま知らせる相手はいません。"))
    return redirect("evaluation:matrix", year, plan_key)


@access.staff()
def one(request: Request, year: int, plan_key: str, phase: str, initiative: str) -> HttpResponse:
    """One evaluation: read it, write it, decide on it. What the form asks for depends on who looks and on the state."""
    work = _work(request, year, plan_key, phase, initiative)
    if request.method != "POST":
        return _page(request, work)
    action = request.POST.get("action", "")
    deed = ACTIONS.get(action)
    if deed is None:
        raise Missing
    return deed(request, work)


def _save(request: Request, work: Work) -> HttpResponse:
    return _written(request, work, services.save, _("下書きを保存しました。"))


def _submit(request: Request, work: Work) -> HttpResponse:
    return _written(request, work, services.submit, _("課長に出しました。"))


def _written(request: Request, work: Work, service: Callable[..., Any], sentence: str) -> HttpResponse:
    form = EvaluationForm(work, request.POST)
    status = 422
    if form.is_valid():
        try:
            service(work, form.draft, version=form.cleaned_data["version"], actor=request.actor)
        except KuyakushoError as refusal:
            take_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, sentence)
            return redirect(request.path)
    # Somebody else's text may stand there now: show it beside what this person wrote, which is never thrown away.
    return _page(request, _again(request, work), status=status, form=form)


def _approve(request: Request, work: Work) -> HttpResponse:
    return _decided(request, work, services.approve, _("承認しました。"))


def _withdraw(request: Request, work: Work) -> HttpResponse:
    return _decided(request, work, services.withdraw, _("下書きに戻しました。"))


def _decided(request: Request, work: Work, service: Callable[..., Any], sentence: str) -> HttpResponse:
    version = request.POST.get("version", "")
    try:
        service(work, version=int(version) if version.isdecimal() else -1, actor=request.actor)
    except KuyakushoError as refusal:
        if refusal.status != 409:
            raise
        return _page(request, _again(request, work), status=refusal.status, refusal=refusal)
    messages.success(request, sentence)
    return redirect(request.path)


def _return(request: Request, work: Work) -> HttpResponse:
    return _reasoned(request, work, services.send_back, _("差し戻しました。"), "return_form")


def _reopen(request: Request, work: Work) -> HttpResponse:
    return _reasoned(request, work, services.reopen, _("下書きに戻しました。"), "reopen_form")


def _reasoned(
    request: Request, work: Work, service: Callable[..., Any], sentence: str, name: str
) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id=_ids(name))
    status = 422
    if form.is_valid():
        try:
            service(
                work, form.cleaned_data["reason"], version=form.cleaned_data["version"], actor=request.actor
            )
        except KuyakushoError as refusal:
            if refusal.status == 403:
                raise
            take_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, sentence)
            return redirect(request.path)
    return _page(request, _again(request, work), status=status, **{name: form})


def _ids(name: str) -> str:
    # Several forms with the same fields stand on the page; every control needs an id of its own.
    return f"{name}_%s"


def _council(request: Request, work: Work) -> HttpResponse:
    form = CouncilForm(work, request.POST)
    status = 422
    if form.is_valid():
        try:
            services.record_council(
                work,
                form.counts,
                meeting_on=form.cleaned_data["meeting_on"],
                source=form.cleaned_data["source"],
                version=form.cleaned_data["version"],
                actor=request.actor,
            )
        except KuyakushoError as refusal:
            if refusal.status == 403:
                raise
            take_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("委員の評価を記録しました。"))
            return redirect(request.path)
    return _page(request, _again(request, work), status=status, council_form=form)


ACTIONS: dict[str, Callable[[Request, Work], HttpResponse]] = {
    "save": _save,
    "submit": _submit,
    "approve": _approve,
    "withdraw": _withdraw,
    "return": _return,
    "reopen": _reopen,
    "council": _council,
}


def _work(request: Request, year: int, plan_key: str, phase: str, initiative: str) -> Work:
    return work_of(request.staff, year=year, plan_key=plan_key, phase=phase, initiative=initiative)


def _again(request: Request, work: Work) -> Work:
    """The work as it stands now, after a refusal."""
    return _work(request, work.plan.fiscal_year, work.plan.key, work.phase, work.initiative.public_id)


def _page(request: Request, work: Work, *, status: int = 200, **given: Any) -> HttpResponse:
    found = queries.beside(work)
    form = given.get("form") or EvaluationForm(work)
    if form.is_bound:
        # So that sending again, after having read the other's text, is possible.
        form.data = {**dict(form.data.items()), "version": str(work.version)}
    context = {
        "work": work,
        "phase_title": words(work.form.phase[work.phase], "title"),
        "due_on": work.form.due_on(work.phase, work.plan.fiscal_year),
        "state": presenting.state(work.state if work.evaluation else None),
        "answers": presenting.answers(work),
        "beside": found,
        "figures": [
            {"one": one, "shown": shown, "points": points(one, last=6)}
            for (one, _weight), shown in zip(found.loaded, found.figures, strict=True)
        ],
        "earlier": [presenting.past(work, each) for each in found.earlier],
        "council": presenting.council(work, found.council),
        "is_contradicted": presenting.is_contradicted(work, found.results),
        "form": form,
        **{
            name: ReasonForm(initial={"version": work.version}, auto_id=_ids(name))
            for name in ("return_form", "reopen_form")
        },
        "council_form": CouncilForm(work),
        "may": {
            name: work.may(name) for name in ("save", "submit", "withdraw", "approve", "return", "reopen")
        },
        "may_record_council": request.staff.has_role("planner")
        and work.state == "approved"
        and work.phase == rules.YEAR_END,
        "crumbs": [(_("振り返り"), reverse("evaluation:mine")), (work.initiative.title, "")],
        **given,
        "overtaken": form if form.is_bound and status == 409 else None,
    }
    return render(request, "policy/evaluation/one.html", context, status=status)
