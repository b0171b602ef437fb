"""The evaluation sheet of the working tree, for the desk: what is not approved yet is on it, and marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..evaluation import presenting
from ..models import Evaluation, Plan
from ..queries.content import content_of
from .sheets import Sheet, sheet_of


def sheet_of_plan(plan: Plan, *, as_of: str = "") -> Sheet:
    """The sheet as it stands: approved evaluations and drafts, these with their state beside them."""
    content = content_of(plan, "")
    notes = _add_drafts(plan, content)
    return sheet_of(content, plan.ward.style, as_of=as_of, notes=notes)


def _add_drafts(plan: Plan, content: dict[str, Any]) -> dict[tuple[str, str], str]:
    notes = {}
    drafts = (
        Evaluation.objects.filter(plan=plan).exclude(state="approved").select_related("initiative", "section")
    )
    for one in drafts:
        initiative: Mapping[str, Any] | None = content["initiatives"].get(one.initiative.row)
        if initiative is None:
            continue
        notes[one.initiative.row, one.phase] = presenting.state(one.state)["text"]
        initiative["evaluations"].append(
            {
                "phase": one.phase,
                "grade": one.grade,
                "grades": one.grades,
                "text": one.text,
                "improvement": one.improvement,
                "council": [],
            }
        )
    return notes
