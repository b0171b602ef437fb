"""Who gets at which evaluation. The only way a view gets one.

Seen by the owner section (or the section that took over its work) and by planners, auditors and administrators of the
ward. For everybody else it is missing, the same as one that isn't there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from kuyakusho.core.access.acting import ActingStaff
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Missing
from kuyakusho.core.wards.models import Section, Succession, Ward

from ..models import Evaluation, Initiative, Plan
from ..rules.succession import Step, heir_of
from . import rules
from .city_forms import CityForm, form_of

OVERSEERS = ("planner", "auditor", "administrator")
# Plans that a ward judges by the city's form. The others have reviews of their own.
EVALUATED_KINDS = ("policy",)


@dataclass(frozen=True)
class Work:
    """One initiative in one phase, as somebody may see it. `evaluation` is None until it is begun."""

    plan: Plan
    initiative: Initiative
    phase: str
    form: CityForm
    evaluation: Evaluation | None
    staff: ActingStaff
    in_section: bool = field(default=False)

    @property
    def ward(self) -> Ward:
        return self.staff.ward

    @property
    def state(self) -> str:
        return self.evaluation.state if self.evaluation else "draft"

    @property
    def version(self) -> int:
        return self.evaluation.version if self.evaluation else 0

    def may(self, action: str) -> bool:
        """Whether this person may do it, now."""
        allowed = rules.may_do(action, self.staff.roles, in_section=self.in_section)
        if action == "save":
            return allowed and self.state in rules.EDITABLE
        return allowed and rules.may_follow(action, self.state)


def plan_of(ward: Ward, year: int, key: str) -> Plan:
    """A plan that is evaluated. Raises Missing."""
    plan = Plan.objects.filter(ward=ward, fiscal_year=year, key=key, kind__in=EVALUATED_KINDS).first()
    if plan is None:
        raise Missing
    plan.ward = ward
    return plan


def work_of(staff: ActingStaff, *, year: int, plan_key: str, phase: str, initiative: str) -> Work:
    """The work of that address. `initiative` is its public id. Raises Missing."""
    if phase not in rules.PHASES:
        raise Missing
    plan = plan_of(staff.ward, year, plan_key)
    found = initiatives_of(plan).filter(public_id=initiative).select_related("owner").first()
    if found is None:
        raise Missing
    evaluation = (
        Evaluation.objects.filter(plan=plan, initiative=found, phase=phase).select_related("section").first()
    )
    mine = sections_answered_for(staff.ward, staff.section, clock.today())
    in_section = found.owner_id in mine or (evaluation is not None and evaluation.section_id in mine)
    if not in_section and not staff.has_role(*OVERSEERS):
        raise Missing
    return Work(
        plan, found, phase, form_of(staff.ward.style, plan.fiscal_year), evaluation, staff, in_section
    )


def initiatives_of(plan: Plan) -> QuerySet[Initiative]:
    """The initiatives that the plan's year evaluates: those that run in it."""
    running = Initiative.objects.filter(
        ward=plan.ward_id, plan_key=plan.key, first_year__lte=plan.fiscal_year
    )
    return running.exclude(last_year__lt=plan.fiscal_year)


def sections_answered_for(ward: Ward, section: Section, today: date) -> set[int]:
    """The sections whose work this one does: itself, and those that ended and handed over to it."""
    return {section.pk} | {ended for ended, after in heirs(ward, today).items() if section.pk in after}


def heirs(ward: Ward, today: date) -> dict[int, set[int]]:
    """Sections that are no more → those that may have their work; empty where no section ever ended."""
    sections = {s.key: s for s in Section.objects.filter(ward=ward)}
    ended = {key: s.valid_until for key, s in sections.items() if s.valid_until is not None}
    if not ended:
        return {}
    steps = [
        Step(before, after, on)
        for before, after, on in Succession.objects.filter(before__ward=ward).values_list(
            "before__key", "after__key", "on"
        )
    ]
    found = {key: heir_of(key, on=today, ended=ended, steps=steps).candidates for key in ended}
    return {
        sections[key].pk: {sections[heir].pk for heir in candidates}
        for key, candidates in found.items()
        if candidates != (key,)
    }
