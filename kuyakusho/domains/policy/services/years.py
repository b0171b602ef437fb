"""A new fiscal year (X3): next year's plans from this year's, owners and open work to the sections that follow.

Two steps, because plans are drafted in autumn and sections change on 1 April:

    prepare_year    the year, and for every plan a working copy; any time
    carry_owners    initiatives and open evaluations go to the successors of sections that ended; from 1 April on

Both can be done again: what is done already is left alone. Last year's plans, editions and approved evaluations are
not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.outbox.services import announce
from kuyakusho.core.wards.models import FiscalYear, Section, Ward, new_public_id
from kuyakusho.core.wards.services import one_at_a_time, touching_last
from kuyakusho.engines.indicators import public as indicators

from ..models import Evaluation, Initiative, Join, Node, Plan
from ..queries.outlines import outline_of
from ..queries.seekers import running
from ..queries.successions import heirs_on
from ..queries.years import without_target
from ..rules.outline import Outline, Part, difference
from ..rules.succession import Heir
from .nodes import AT_ONCE, write_patch
from .revisions import grown_with


@dataclass(frozen=True)
class Prepared:
    """The plans that were made. Empty: they were there already."""

    year: int
    plans: tuple[Plan, ...]


@transaction.atomic
def prepare_year(ward: Ward, western: int, *, actor: Actor) -> Prepared:
    """Opens the fiscal year and makes a working copy of every plan of the year before that isn't there yet.

    Joins go along for initiatives that still run; printed amounts don't: they are last year's. Raises Invalid when
    there is nothing to start from.
    """
    one_at_a_time(ward, "policy.year")
    before = list(Plan.objects.filter(ward=ward, fiscal_year=western - 1).select_related("ward"))
    if not before:
        raise Invalid(
            "policy.no-year-before",
            _("前の年度の計画がありません。"),
            _("年度を確かめてください。文書を取り込んで始めることもできます。"),
            fields={"year": _("前の年度の計画がありません。")},
        )
    FiscalYear.objects.get_or_create(ward=ward, western=western)
    heirs = heirs_on(ward, date(western, 4, 1))
    there = set(Plan.objects.filter(ward=ward, fiscal_year=western).values_list("key", flat=True))
    made = [_carried(plan, western, heirs) for plan in before if plan.key not in there]
    for plan in made:
        record(
            ward=ward,
            actor=actor,
            action="policy.plan.carried",
            target=f"policy.plan:{plan.public_id}",
            key=plan.key,
            year=western,
        )
    if made:
        announce(ward=ward, fact="policy.year.prepared", payload={"year": western, "plans": len(made)})
    return Prepared(western, tuple(made))


def _carried(plan: Plan, western: int, heirs: Mapping[str, Heir]) -> Plan:
    copy = Plan.objects.create(
        ward=plan.ward,
        key=plan.key,
        kind=plan.kind,
        fiscal_year=western,
        style=plan.style,
        origin="carried",
        serves=plan.serves,
        is_demo=plan.is_demo,
        **{
            name: getattr(plan, name)
            for name in ("title", "title_en", "title_easy", "summary", "summary_en", "summary_easy")
        },
    )
    old = outline_of(plan)
    ids = {id: new_public_id() for id in old.parts}
    rows = []
    for id, _depth in old.walk():
        parent = old.parents[id]
        rows.append((_next(old.parts[id], ids[id], heirs), ids[parent] if parent else None))
    new = Outline.build(rows)
    write_patch(copy, new, difference(Outline.empty(), new))
    _carry_joins(plan, copy, ids, western)
    return copy


def _next(part: Part, id: str, heirs: Mapping[str, Heir]) -> Part:
    heir = heirs.get(part.owner)
    owner = part.owner if heir is None else heir.key or part.owner
    return replace(
        part,
        id=id,
        owner=owner,
        previous=part.id,
        budgets=(),
        former_ids=(),
        pack_key="",
        repairs=(),
        doubts=(),
    )


def _carry_joins(plan: Plan, copy: Plan, ids: Mapping[str, str], western: int) -> None:
    still = {i.pk for i in running(plan.ward, plan.key, western)}
    nodes = dict(copy.nodes.values_list("public_id", "pk"))
    Join.objects.bulk_create(
        (
            Join(
                node_id=nodes[ids[join.node.public_id]],
                initiative_id=join.initiative_id,
                how=join.how,
                score=join.score,
                state=join.state,
                decided_by=join.decided_by,
                decided_at=join.decided_at,
            )
            for join in Join.objects.filter(node__plan=plan, initiative__in=still).select_related("node")
        ),
        batch_size=AT_ONCE,
    )


@dataclass(frozen=True)
class Carried:
    """What went to which section, and what waits for an answer: rows of initiatives by their ended section."""

    initiatives: int
    evaluations: int
    open: Mapping[str, tuple[str, ...]]


@transaction.atomic
def carry_owners(
    ward: Ward, western: int, *, answers: Mapping[str, str] | None = None, actor: Actor
) -> Carried:
    """Gives the work of ended sections to their successors.

    `answers` are the planner's where a section was split: key of the ended section, or row of an initiative, → key
    of the section that takes it over. A row's answer is stronger. What has no answer keeps its owner and is
    reported. Raises Conflict before 1 April: until then last year's sections answer.
    """
    on = date(western, 4, 1)
    if clock.today() < on:
        raise Conflict(
            "policy.too-early",
            _("担当を引き継げるのは%(year)d年4月1日からです。") % {"year": western},
            _("計画の準備は、その前でもできます。"),
        )
    one_at_a_time(ward, "policy.year")
    answers = answers or {}
    heirs = heirs_on(ward, on, answers)
    sections = {s.key: s for s in Section.objects.filter(ward=ward)}
    open_questions: dict[str, list[str]] = {}
    moved: list[Initiative] = []
    evaluations = 0
    owned = Initiative.objects.filter(ward=ward, owner__key__in=heirs).exclude(last_year__lt=western)
    for initiative in owned.select_related("owner", "ward"):
        old = initiative.owner
        key = _answer(heirs[old.key], answers.get(initiative.row))
        if key is None:
            open_questions.setdefault(old.key, []).append(initiative.row)
            continue
        initiative.owner = sections[key]
        moved.append(initiative)
        evaluations += (
            Evaluation.objects.filter(initiative=initiative, section=old)
            .exclude(state="approved")
            .update(section=sections[key])
        )
    Initiative.objects.bulk_update(moved, ["owner"], batch_size=AT_ONCE)
    for key, heir in heirs.items():
        if heir.key is not None:
            Node.objects.filter(plan__ward=ward, plan__fiscal_year__gte=western, owner=sections[key]).update(
                owner=sections[heir.key]
            )
    if moved:
        grown_with(moved)
        record(
            ward=ward,
            actor=actor,
            action="policy.owners.carried",
            target=f"wards.ward:{ward.slug}",
            year=western,
            initiatives=len(moved),
            evaluations=evaluations,
        )
    return Carried(len(moved), evaluations, {key: tuple(rows) for key, rows in open_questions.items()})


def _answer(heir: Heir, chosen: str | None) -> str | None:
    return chosen if chosen in heir.candidates else heir.key


@transaction.atomic
def carry_targets(ward: Ward, western: int, *, actor: Actor) -> int:
    """Gives indicators without a target for the year last year's target. A planner asks for it; returns how many."""
    carried = 0
    with touching_last():
        for loaded in without_target(ward, western):
            carried += _carry_target(ward, western, loaded, actor)
    return carried


def _carry_target(ward: Ward, western: int, loaded: indicators.Loaded, actor: Actor) -> bool:
    goal = loaded.goals.get(western - 1)
    if goal is None:
        return False
    indicator = loaded.indicator
    values = {
        f.name: getattr(indicator, f.name)
        for f in fields(indicators.Spec)
        if f.name not in ("goals", "about")
    }
    spec = indicators.Spec(**values, about=tuple(indicator.about), goals={**loaded.goals, western: goal})
    return indicators.define(ward, spec, actor=actor)[1]
