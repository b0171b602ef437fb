"""Changes to evaluations. Each is one transaction: change, audit line, and what other rooms are told.

Everything is guarded by the version that the person saw: of two who decide at once, the second is told what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, Missing, Refused
from kuyakusho.core.outbox.services import announce
from kuyakusho.core.wards.services import touch

from ..models import CouncilGrade, Evaluation
from . import rules
from .access import Work

LONGEST_TEXT = 10_000
LONGEST_REASON = 1_000


@dataclass(frozen=True)
class Draft:
    """What a section writes. `grade` answers the main list, `grades` the others by the key of the list."""

    grade: str = ""
    text: str = ""
    improvement: str = ""
    grades: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def save(work: Work, draft: Draft, *, version: int, actor: Actor) -> Evaluation:
    """Keeps a draft, however incomplete. `version` is the one the person saw, 0 when nobody had begun.

    Raises Refused, Invalid (with fields), or Conflict when somebody else was faster.
    """
    _allow(work, "save")
    _check(work, draft, complete=False)
    return _write(work, draft, version, actor)


@transaction.atomic
def submit(work: Work, draft: Draft, *, version: int, actor: Actor) -> Evaluation:
    """Keeps what is written and hands it to the chief. Grade and text must be there."""
    _allow(work, "submit")
    _check(work, draft, complete=True)
    evaluation = _write(work, draft, version, actor)
    return _move(
        work, evaluation, "submit", evaluation.version, actor, submitted_by=str(actor), return_reason=""
    )


@transaction.atomic
def withdraw(work: Work, *, version: int, actor: Actor) -> Evaluation:
    """The section takes back what the chief has not decided on yet."""
    return _move(work, _begun(work, "withdraw"), "withdraw", version, actor)


@transaction.atomic
def approve(work: Work, *, version: int, actor: Actor) -> Evaluation:
    """The chief stands for it: from now on it is shown with the initiative."""
    evaluation = _move(
        work,
        _begun(work, "approve"),
        "approve",
        version,
        actor,
        approved_by=str(actor),
        approved_at=clock.now(),
        section=work.staff.section,
    )
    touch(work.ward)
    return evaluation


@transaction.atomic
def send_back(work: Work, reason: str, *, version: int, actor: Actor) -> Evaluation:
    """The chief returns it with a reason."""
    reason = _reason(reason)
    return _move(work, _begun(work, "return"), "return", version, actor, return_reason=reason)


@transaction.atomic
def reopen(work: Work, reason: str, *, version: int, actor: Actor) -> Evaluation:
    """Opens what was approved, with a reason. What was approved until now is kept beside it."""
    reason = _reason(reason)
    evaluation = _begun(work, "reopen")
    before = {
        "grade": evaluation.grade,
        "grades": evaluation.grades,
        "text": evaluation.text,
        "improvement": evaluation.improvement,
        "approved_by": evaluation.approved_by,
        "approved_at": evaluation.approved_at.isoformat() if evaluation.approved_at else None,
        "reopened_by": str(actor),
        "reopened_at": clock.now().isoformat(),
        "reason": reason,
    }
    evaluation = _move(
        work,
        evaluation,
        "reopen",
        version,
        actor,
        past=[*evaluation.past, before],
        approved_by="",
        approved_at=None,
    )
    touch(work.ward)
    return evaluation


@transaction.atomic
def record_council(
    work: Work, counts: Mapping[str, int], *, meeting_on: date, source: str, version: int, actor: Actor
) -> Evaluation:
    """How many members of the council gave which grade at one meeting; entering it again corrects that meeting.

    Only planners, and only beside an approved evaluation. Raises Refused, Invalid, Conflict.
    """
    if not work.staff.has_role("planner"):
        raise _refused()
    evaluation = work.evaluation
    if evaluation is None or evaluation.state != "approved":
        raise Conflict(
            "not_approved",
            _("課の評価が承認されてから、委員の評価を入れてください。"),
            _("承認を待つか、担当の課に確かめてください。"),
        )
    faults = _council_faults(work, counts, meeting_on, source)
    if faults:
        raise Invalid("council_invalid", _("入力した内容を確かめてください。"), fields=faults)
    _bump(evaluation, version, states=("approved",))
    before = {g.grade: g.members for g in evaluation.council_grades.filter(meeting_on=meeting_on)}
    evaluation.council_grades.filter(meeting_on=meeting_on).delete()
    CouncilGrade.objects.bulk_create(
        CouncilGrade(
            evaluation=evaluation, grade=grade, members=members, meeting_on=meeting_on, source=source.strip()
        )
        for grade, members in counts.items()
        if members
    )
    _tell(
        work,
        evaluation,
        "council_recorded",
        actor,
        meeting_on=meeting_on.isoformat(),
        before=before,
        after=dict(counts),
    )
    touch(work.ward)
    evaluation.refresh_from_db()
    return evaluation


def _allow(work: Work, action: str) -> None:
    if not rules.may_do(action, work.staff.roles, in_section=work.in_section):
        raise _refused()


def _refused() -> Refused:
    return Refused(
        "not_your_step",
        _("この操作は、この取組を受け持つ課の担当者か課長が行います。"),
        _("受け持ちが違うときは、企画の担当に知らせてください。"),
    )


def _begun(work: Work, action: str) -> Evaluation:
    _allow(work, action)
    if work.evaluation is None:
        raise Missing
    return work.evaluation


def _reason(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_REASON:
        sentence = _("理由を1000文字までで書いてください。")
        raise Invalid("reason_missing", sentence, fields={"reason": sentence})
    return text


def _check(work: Work, draft: Draft, *, complete: bool) -> None:
    faults: dict[str, str] = {}
    year = work.plan.fiscal_year
    for one in work.form.lists(work.phase):
        name = "grade" if one.main else f"grade_{one.key}"
        code = draft.grade if one.main else draft.grades.get(one.key, "")
        if code and code not in {grade.code for grade in one.of_year(year)}:
            faults[name] = _("様式にない区分です。選び直してください。")
        elif complete and one.main and not code:
            faults[name] = _("区分を選んでください。")
    unknown = set(draft.grades) - {one.key for one in work.form.lists(work.phase)}
    if unknown:
        faults["grade"] = _("様式にない区分です。選び直してください。")
    for name in ("text", "improvement"):
        if len(getattr(draft, name)) > LONGEST_TEXT:
            faults[name] = _("10000文字までで書いてください。")
    if complete and not draft.text.strip():
        faults["text"] = _("評価の文章を書いてください。")
    if faults:
        raise Invalid(
            "evaluation_invalid",
            _("書いた内容を確かめてください。"),
            _("示された欄を直してください。"),
            fields=faults,
        )


def _write(work: Work, draft: Draft, version: int, actor: Actor) -> Evaluation:
    values: dict[str, Any] = {
        "grade": draft.grade,
        "grades": {key: code for key, code in draft.grades.items() if code},
        "text": draft.text.strip(),
        "improvement": draft.improvement.strip(),
        "section": work.staff.section,
        "changed_at": clock.now(),
    }
    if version == 0:
        try:
            with transaction.atomic():  # a rival's row must not spoil the outer transaction
                evaluation = Evaluation.objects.create(
                    plan=work.plan, initiative=work.initiative, phase=work.phase, **values
                )
        except IntegrityError as fault:
            raise _overtaken() from fault
    else:
        evaluation = _begun(work, "save")
        _bump(evaluation, version, states=rules.EDITABLE, **values)
    _tell(work, evaluation, "saved", actor)
    return evaluation


def _move(
    work: Work, evaluation: Evaluation, action: str, version: int, actor: Actor, **values: Any
) -> Evaluation:
    states, to = rules.TRANSITIONS[action]
    _bump(evaluation, version, states=states, state=to, changed_at=clock.now(), **values)
    done = {"submit": "submitted", "withdraw": "withdrawn", "approve": "approved", "return": "returned"}
    _tell(work, evaluation, done.get(action, "reopened"), actor)
    return evaluation


def _bump(evaluation: Evaluation, version: int, *, states: tuple[str, ...], **values: Any) -> None:
    """One conditional UPDATE: whoever comes second changes nothing and is told why."""
    moved = Evaluation.objects.filter(pk=evaluation.pk, version=version, state__in=states).update(
        version=F("version") + 1, **values
    )
    if not moved:
        raise _overtaken(
            Evaluation.objects.filter(pk=evaluation.pk).values_list("state", flat=True).first(), states
        )
    evaluation.refresh_from_db()


def _overtaken(state: str | None = None, wanted: tuple[str, ...] = ()) -> Conflict:
    again = _("画面を開き直して、いまの内容を確かめてください。書いた文章はこの画面に残っています。")
    if state is not None and state not in wanted:
        sentence = {
            "draft": _("この評価は、いま下書きに戻っています。"),
            "submitted": _("この評価は、すでに課長に出されています。"),
            "returned": _("この評価は、すでに差し戻されています。"),
            "approved": _("この評価は、すでに承認されています。"),
        }[state]
        return Conflict(f"already_{state}", sentence, again)
    return Conflict("changed_meanwhile", _("あなたが開いた後に、ほかの人がこの評価を書き換えました。"), again)


def _tell(work: Work, evaluation: Evaluation, what: str, actor: Actor, **facts: Any) -> None:
    record(
        ward=work.ward,
        actor=actor,
        action=f"policy.evaluation.{what}",
        target=f"policy.evaluation:{evaluation.public_id}",
        row=work.initiative.row,
        fiscal_year=work.plan.fiscal_year,
        phase=work.phase,
        **facts,
    )
    if what != "saved":
        announce(
            ward=work.ward,
            fact=f"policy.evaluation.{what}",
            payload={"evaluation": evaluation.public_id, "row": work.initiative.row, "phase": work.phase},
        )


def _council_faults(work: Work, counts: Mapping[str, int], meeting_on: date, source: str) -> dict[str, str]:
    faults = {}
    known = {grade.code for grade in work.form.council.of_year(work.plan.fiscal_year)}
    if set(counts) - known:
        faults["council"] = _("様式にない区分です。選び直してください。")
    if any(members < 0 or members > 1000 for members in counts.values()):
        faults["council"] = _("人数は0から1000までで入れてください。")
    if not any(counts.values()):
        faults["council"] = _("一人以上の評価を入れてください。")
    if meeting_on > clock.today():
        faults["meeting_on"] = _("会議の日が先の日になっています。")
    if not source.strip() or len(source) > 200:
        faults["source"] = _("出どころ（会議の資料の名前など）を200文字までで入れてください。")
    return faults
