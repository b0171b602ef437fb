"""Reading evaluations: one with everything beside it, a plan's matrix, what a section owes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kuyakusho.core.access.acting import ActingStaff
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.engines.indicators import public as indicators

from ..models import CouncilGrade, Evaluation, Initiative, InitiativeIndicator, InitiativeLink, Plan
from . import rules
from .access import EVALUATED_KINDS, Work, initiatives_of, sections_answered_for
from .city_forms import CityForm, form_of


@dataclass
class Beside:
    """What the person sees beside the form."""

    figures: list[indicators.Shown] = field(default_factory=list)
    loaded: list[tuple[indicators.Loaded, Decimal]] = field(default_factory=list)
    rolled_up: indicators.RolledUp | None = None
    earlier: list[Evaluation] = field(default_factory=list)
    council: list[CouncilGrade] = field(default_factory=list)

    @property
    def results(self) -> list[str]:
        return [one.result for one in self.figures]


def beside(work: Work) -> Beside:
    """Live figures (of an approved evaluation: as they were known then), last year's words, the council's grades."""
    links = list(
        InitiativeIndicator.objects.filter(initiative=work.initiative).values_list("indicator", "weight")
    )
    evaluation = work.evaluation
    at = evaluation.approved_at if evaluation and evaluation.state == "approved" else None
    loaded = {
        one.indicator.pk: one for one in indicators.load(work.ward, pks=[pk for pk, _weight in links], at=at)
    }
    pairs = [(loaded[pk], weight) for pk, weight in links]
    year = work.plan.fiscal_year
    return Beside(
        figures=[indicators.shown(one, year) for one, _weight in pairs],
        loaded=pairs,
        rolled_up=indicators.progress_of(pairs, year) if pairs else None,
        earlier=earlier(work),
        council=list(evaluation.council_grades.order_by("-meeting_on", "pk")) if evaluation else [],
    )


def earlier(work: Work) -> list[Evaluation]:
    """This year's mid-year, and last year's evaluations of the initiative or of those that it came from."""
    year = work.plan.fiscal_year
    before = {work.initiative.pk} | set(
        InitiativeLink.objects.filter(after=work.initiative, fiscal_year=year).values_list(
            "before", flat=True
        )
    )
    found = (
        Evaluation.objects.filter(
            initiative__in=before,
            plan__key=work.plan.key,
            plan__ward=work.ward,
            plan__fiscal_year__in=(year - 1, year),
        )
        .exclude(text="")
        .select_related("plan", "section")
        .order_by("-plan__fiscal_year", "-phase", "pk")
    )
    # Last year's drafts were never said by anybody; this year's mid-year is shown even while it waits.
    return [
        one
        for one in found
        if (one.plan.fiscal_year < year and one.state == "approved")
        or (one.plan.fiscal_year == year and work.phase == rules.YEAR_END and one.phase == rules.MIDYEAR)
    ]


@dataclass(frozen=True)
class Cell:
    """One initiative in one phase, in a matrix or a list."""

    plan: Plan
    initiative: Initiative
    phase: str
    state: str | None
    grade: str
    duty: rules.Duty
    opens_on: date
    due_on: date


@dataclass
class Row:
    initiative: Initiative
    cells: list[Cell]


@dataclass
class Group:
    """The initiatives of one section."""

    section: Section
    rows: list[Row] = field(default_factory=list)

    def owed(self, phase: str) -> int:
        return sum(cell.duty.is_owed for row in self.rows for cell in row.cells if cell.phase == phase)


@dataclass
class Matrix:
    """All initiatives of a plan by section, and how far each phase is."""

    plan: Plan
    form: CityForm
    groups: list[Group]

    def counts(self, phase: str) -> dict[str, int]:
        """How many are not begun, draft, submitted, returned, approved; and all together."""
        found: dict[str, int] = dict.fromkeys(("none", "draft", "submitted", "returned", "approved"), 0)
        for group in self.groups:
            for row in group.rows:
                for cell in row.cells:
                    if cell.phase == phase:
                        found[cell.state or "none"] += 1
        return {**found, "all": sum(found.values())}


def matrix(plan: Plan) -> Matrix:
    """The matrix in two statements, whatever the size of the plan."""
    form = form_of(plan.ward.style, plan.fiscal_year)
    cells = _cells([plan], {plan.pk: list(initiatives_of(plan).select_related("owner"))})
    groups: dict[int, Group] = {}
    by_initiative: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_initiative[cell.initiative.pk].append(cell)
    for found in by_initiative.values():
        initiative = found[0].initiative
        group = groups.setdefault(initiative.owner_id, Group(initiative.owner))
        group.rows.append(Row(initiative, found))
    return Matrix(plan, form, sorted(groups.values(), key=lambda g: (g.section.order, g.section.pk)))


def plans_in_hand(ward: Ward, today: date) -> list[Plan]:
    """The plans somebody may be evaluating now: of this fiscal year and of the year before."""
    year = indicators.fiscal_year_of(today)
    plans = list(
        Plan.objects.filter(ward=ward, kind__in=EVALUATED_KINDS, fiscal_year__lte=year).order_by(
            "-fiscal_year", "key"
        )
    )
    # Where a ward has no plan of these years, its newest one is what people look for.
    current = [plan for plan in plans if plan.fiscal_year >= year - 1] or plans[:1]
    for plan in current:
        plan.ward = ward
    return current


def owed_by(staff: ActingStaff) -> list[Cell]:
    """What the person's section has in hand, the most urgent first; done and closed ones last."""
    today = clock.today()
    plans = plans_in_hand(staff.ward, today)
    mine = sections_answered_for(staff.ward, staff.section, today)
    cells = _cells(
        plans,
        {
            plan.pk: list(initiatives_of(plan).filter(owner__in=mine).select_related("owner"))
            for plan in plans
        },
    )
    urgency = {"overdue": 0, "soon": 1, "open": 2, "closed": 3, "done": 4}
    return sorted(cells, key=lambda c: (urgency[c.duty.kind], c.due_on, c.initiative.order, c.initiative.pk))


def _cells(plans: Iterable[Plan], initiatives: dict[int, list[Initiative]]) -> list[Cell]:
    today = clock.today()
    plans = list(plans)
    known = {
        (plan, initiative, phase): (state, grade)
        for plan, initiative, phase, state, grade in Evaluation.objects.filter(plan__in=plans).values_list(
            "plan", "initiative", "phase", "state", "grade"
        )
    }
    cells = []
    for plan in plans:
        form = form_of(plan.ward.style, plan.fiscal_year)
        for initiative in initiatives[plan.pk]:
            for phase in rules.PHASES:
                state, grade = known.get((plan.pk, initiative.pk, phase), (None, ""))
                opens_on, due_on = (
                    form.opens_on(phase, plan.fiscal_year),
                    form.due_on(phase, plan.fiscal_year),
                )
                duty = rules.duty(state, opens_on=opens_on, due_on=due_on, today=today)
                cells.append(Cell(plan, initiative, phase, state, grade, duty, opens_on, due_on))
    return cells


def approved_of(plan: Plan) -> list[Evaluation]:
    """What may be shown to everybody: approved evaluations, with the council's grades."""
    return list(
        Evaluation.objects.filter(plan=plan, state="approved")
        .select_related("initiative", "initiative__owner", "section")
        .prefetch_related("council_grades")
        .order_by("initiative__order", "initiative", "phase")
    )
