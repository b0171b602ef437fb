"""Evaluations as a page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core.access.acting import ActingStaff

from ..models import CouncilGrade, Evaluation, Plan
from . import rules
from .access import Work
from .city_forms import CityForm, form_of
from .forms import grade_title as printed
from .forms import words
from .queries import Cell, Matrix

_KINDS = {None: "none", "draft": "plain", "submitted": "now", "returned": "warn", "approved": "good"}


def state(name: str | None) -> dict[str, str]:
    """A state for `ui/state.html`."""
    texts = {
        None: _("まだ書かれていない"),
        "draft": _("下書き"),
        "submitted": _("課長の判断待ち"),
        "returned": _("差し戻し"),
        "approved": _("承認済み"),
    }
    return {"kind": _KINDS[name], "text": texts[name]}


def address(plan: Plan, phase: str, initiative: str) -> str:
    """The page of one evaluation."""
    return reverse("evaluation:one", args=[plan.fiscal_year, plan.key, phase, initiative])


def cell(found: Cell, staff: ActingStaff) -> dict[str, Any]:
    """One line of what a section owes."""
    form = form_of(staff.ward.style, found.plan.fiscal_year)
    turn = {"clerk": _("書く"), "chief": _("課長が決める"), "": ""}[found.duty.who]
    return {
        "row": found.initiative.row,
        "title": found.initiative.title,
        "href": address(found.plan, found.phase, found.initiative.public_id),
        "year": found.plan.fiscal_year,
        "phase": words(form.phase[found.phase], "title"),
        "state": state(found.state),
        "turn": turn,
        "is_mine": staff.has_role(found.duty.who) if found.duty.who else False,
        "due_on": found.due_on,
        "opens_on": found.opens_on,
        "days_left": found.duty.days_left,
        "days_over": -found.duty.days_left,
        "kind": found.duty.kind,
        "is_owed": found.duty.is_owed,
        "grade": grade_title(form, found.phase, found.grade),
    }


def matrix(found: Matrix, staff: ActingStaff) -> dict[str, Any]:
    """The matrix page."""
    phases = [
        {
            "key": phase,
            "title": words(found.form.phase[phase], "title"),
            "due_on": found.form.due_on(phase, found.plan.fiscal_year),
            "opens_on": found.form.opens_on(phase, found.plan.fiscal_year),
            "counts": found.counts(phase),
            "is_demo": found.form.phase[phase].demo,
        }
        for phase in rules.PHASES
    ]
    groups = [
        {
            "section": group.section,
            "rows": [
                {"initiative": row.initiative, "cells": [cell(each, staff) for each in row.cells]}
                for row in group.rows
            ],
            "owed": [
                {"key": phase, "title": words(found.form.phase[phase], "title"), "count": group.owed(phase)}
                for phase in rules.PHASES
            ],
        }
        for group in found.groups
    ]
    return {
        "plan": found.plan,
        "phases": phases,
        "groups": groups,
        "may_remind": staff.has_role("planner"),
        "crumbs": [(_("振り返り"), reverse("evaluation:mine")), (found.plan.title, "")],
    }


def grade_title(form: CityForm, phase: str, code: str) -> str:
    """A grade of the main list as the form prints it; a code that the form doesn't know as it is."""
    return printed(form.main(phase).find(code), code)


def answers(work: Work) -> list[tuple[str, str]]:
    """The lists of the form with what was answered; empty when nobody has begun."""
    evaluation = work.evaluation
    if evaluation is None:
        return []
    found = []
    for one in work.form.lists(work.phase):
        code = evaluation.grade if one.main else evaluation.grades.get(one.key, "")
        found.append((words(one, "title"), printed(one.find(code), code) or "–"))
    return found


def past(work: Work, evaluation: Evaluation) -> dict[str, Any]:
    """An earlier evaluation beside the form, by the form of its own year."""
    form = form_of(work.ward.style, evaluation.plan.fiscal_year)
    return {
        "year": evaluation.plan.fiscal_year,
        "phase": words(form.phase[evaluation.phase], "title"),
        "grade": grade_title(form, evaluation.phase, evaluation.grade),
        "state": state(evaluation.state),
        "text": evaluation.text,
        "improvement": evaluation.improvement,
    }


def council(work: Work, grades: Iterable[CouncilGrade]) -> list[dict[str, Any]]:
    """The council's grades by meeting, newest first, with shares."""
    meetings: dict[Any, dict[str, Any]] = {}
    for grade in grades:
        meeting = meetings.setdefault(
            grade.meeting_on, {"on": grade.meeting_on, "source": grade.source, "counts": []}
        )
        meeting["counts"].append((grade.grade, grade.members))
    listed = work.form.council
    for meeting in meetings.values():
        meeting["members"] = sum(members for _grade, members in meeting["counts"])
        meeting["grades"] = [
            {
                "title": words(found, "label") if (found := listed.find(code)) else code,
                "members": members,
                "share": share,
            }
            for code, members, share in rules.shares(meeting["counts"])
        ]
    return list(meetings.values())


def is_contradicted(work: Work, results: Iterable[str]) -> bool:
    """Whether the grade says the opposite of all clear figures."""
    if work.evaluation is None or not work.evaluation.grade:
        return False
    grade = work.form.main(work.phase).find(work.evaluation.grade)
    return grade is not None and rules.contradicted(grade.means, results)
