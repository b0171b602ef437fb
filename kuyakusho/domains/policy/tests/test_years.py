"""Initiatives across years, and the new fiscal year (X3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, Missing
from kuyakusho.core.wards.models import FiscalYear, Section, Succession, Ward
from kuyakusho.domains.policy.models import (
    Budget,
    Evaluation,
    Initiative,
    InitiativeIndicator,
    InitiativeLink,
    Plan,
)
from kuyakusho.domains.policy.queries.history import history
from kuyakusho.domains.policy.queries.outlines import outline_of
from kuyakusho.domains.policy.queries.years import checklist, next_year
from kuyakusho.domains.policy.services import initiatives as steps
from kuyakusho.domains.policy.services.initiatives import NewInitiative
from kuyakusho.domains.policy.services.measures import attach, detach
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.domains.policy.services.years import carry_owners, carry_targets, prepare_year
from kuyakusho.engines.indicators import public as indicators

from .factories import PLANNER, join, make_initiative, make_node, make_plan, make_section, make_ward

APRIL = date(2023, 4, 1)


@contextmanager
def on(year: int, month: int, day: int) -> Iterator[None]:
    with clock.frozen(datetime(year, month, day, 3, tzinfo=UTC)):
        yield


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward("minato", "planning", "welfare", "tax")


@pytest.fixture
def plan(ward: Ward) -> Plan:
    plan = make_plan(ward, 2022, origin="import", title="令和4年度の方針")
    pillar = make_node(plan, "柱", kind="pillar", code="1")
    node = make_node(plan, "見守り", pillar, text="見守る。", owner=ward.sections.get(key="welfare"))
    Budget.objects.create(node=node, fiscal_year=2022, kind="budget", amount_yen=100)
    join(node, make_initiative(ward, "Y1", owner="welfare"))
    join(node, make_initiative(ward, "Y2", owner="welfare", last_year=2022))
    return plan


def new(row: str, owner: str = "planning") -> NewInitiative:
    return NewInitiative(row, f"取組{row}", owner)


def spec(key: str, **goals: str) -> indicators.Spec:
    return indicators.Spec(
        key, key, "回", "typed",
        goals={int(year[1:]): indicators.Goal(Decimal(value)) for year, value in goals.items()},
    )  # fmt: skip


# Initiatives


def test_an_initiative_begins_once_under_its_row(ward: Ward) -> None:
    made = steps.begin(ward, new("Y9"), plan_key="policy", year=2023, actor=PLANNER)
    assert (made.first_year, made.owner.key) == (2023, "planning")
    with pytest.raises(Conflict) as caught:
        steps.begin(ward, new("Y9"), plan_key="policy", year=2023, actor=PLANNER)
    assert caught.value.code == "policy.row-taken"
    with pytest.raises(Invalid) as wrong:
        steps.begin(ward, NewInitiative("Y 9", " ", "planning"), plan_key="policy", year=2023, actor=PLANNER)
    assert set(wrong.value.fields) == {"row", "title"}
    with pytest.raises(Invalid):
        steps.begin(ward, new("Y10", "nowhere"), plan_key="policy", year=2023, actor=PLANNER)


def test_a_split_ends_the_old_and_hands_its_indicators_to_the_new(ward: Ward, plan: Plan) -> None:
    old = Initiative.objects.get(row="Y1")
    Initiative.objects.filter(row="Y1").update(is_confidential=True, capabilities=["care"])
    indicators.define(ward, spec("walks"), actor=PLANNER)
    attach(old, "walks", weight=Decimal(2), actor=PLANNER)
    one, two = steps.split(old, [new("Y1a"), new("Y1b")], year=2023, actor=PLANNER)
    old.refresh_from_db()
    assert (old.last_year, one.first_year, two.is_confidential) == (2022, 2023, True)
    assert list(InitiativeLink.objects.values_list("kind", "fiscal_year").distinct()) == [("split", 2023)]
    assert set(InitiativeIndicator.objects.values_list("initiative__row", "weight")) == {
        ("Y1", 2), ("Y1a", 2), ("Y1b", 2),
    }  # fmt: skip
    with pytest.raises(Conflict):
        steps.split(old, [new("Y1c"), new("Y1d")], year=2024, actor=PLANNER)


def test_a_merger_needs_two_and_a_split_makes_two(ward: Ward) -> None:
    one, two = make_initiative(ward, "A"), make_initiative(ward, "B")
    with pytest.raises(Invalid):
        steps.split(one, [new("A1")], year=2023, actor=PLANNER)
    with pytest.raises(Invalid):
        steps.merge([one, one], new("AB"), year=2023, actor=PLANNER)
    merged = steps.merge([one, two], new("AB"), year=2023, actor=PLANNER)
    assert {link.before.row for link in merged.earlier.all()} == {"A", "B"}


def test_nothing_merges_across_wards(ward: Ward) -> None:
    other = make_initiative(make_ward("other"), "B")
    with pytest.raises(Missing):
        steps.merge([make_initiative(ward, "A"), other], new("AB"), year=2023, actor=PLANNER)


def test_an_initiative_ends_not_before_it_began_and_only_once(ward: Ward) -> None:
    one = make_initiative(ward, "A")
    with pytest.raises(Invalid):
        steps.end(one, last_year=2021, actor=PLANNER)
    steps.end(one, last_year=2023, actor=PLANNER)
    with pytest.raises(Conflict):
        steps.end(one, last_year=2024, actor=PLANNER)


def test_other_words_and_another_owner_are_unpublished_changes(ward: Ward, plan: Plan) -> None:
    one = Initiative.objects.get(row="Y1")
    steps.change(one, title="新しい題", owner="tax", actor=PLANNER)
    plan.refresh_from_db()
    one.refresh_from_db()
    assert (one.title, one.owner.key, plan.revision) == ("新しい題", "tax", 2)
    steps.change(one, title="新しい題", actor=PLANNER)
    plan.refresh_from_db()
    assert plan.revision == 2


def test_amounts_of_an_initiative_are_set_as_a_whole(ward: Ward) -> None:
    one = make_initiative(ward, "A")
    steps.set_amounts(one, [(2022, "budget", 10), (2021, "settlement", 7)], actor=PLANNER)
    steps.set_amounts(one, [(2022, "budget", 12)], actor=PLANNER)
    assert list(one.budgets.values_list("fiscal_year", "kind", "amount_yen")) == [(2022, "budget", 12)]
    with pytest.raises(Invalid):
        steps.set_amounts(one, [(2022, "budget", 1), (2022, "budget", 2)], actor=PLANNER)
    with pytest.raises(Invalid):
        steps.set_amounts(one, [(2022, "budget", -1)], actor=PLANNER)


def test_an_indicator_of_another_ward_can_not_be_attached(ward: Ward) -> None:
    indicators.define(make_ward("other"), spec("walks"), actor=PLANNER)
    with pytest.raises(Missing):
        attach(make_initiative(ward, "A"), "walks", actor=PLANNER)


def test_weights_are_sane_and_detaching_twice_is_harmless(ward: Ward) -> None:
    one = make_initiative(ward, "A")
    indicators.define(ward, spec("walks"), actor=PLANNER)
    with pytest.raises(Invalid):
        attach(one, "walks", weight=Decimal(-1), actor=PLANNER)
    with pytest.raises(Invalid):
        attach(one, "walks", weight=Decimal("NaN"), actor=PLANNER)
    attach(one, "walks", actor=PLANNER)
    attach(one, "walks", weight=Decimal(0), actor=PLANNER)
    assert one.indicator_links.get().weight == 0
    detach(one, "walks", actor=PLANNER)
    detach(one, "walks", actor=PLANNER)
    assert not one.indicator_links.exists()


# The new year


def test_next_years_plan_is_a_working_copy_that_names_last_years_nodes(ward: Ward, plan: Plan) -> None:
    publish(plan, stage="final", actor=PLANNER)
    prepared = prepare_year(ward, 2023, actor=PLANNER)
    [copy] = prepared.plans
    assert (copy.fiscal_year, copy.origin, copy.editions.count()) == (2023, "carried", 0)
    old = {p.title: p for p in outline_of(plan).parts.values()}
    for part in outline_of(copy).parts.values():
        assert part.previous == old[part.title].id
        assert part.id != old[part.title].id
    node = copy.nodes.get(title="見守り")
    assert node.parent.title == "柱"
    assert not node.budgets.exists()
    assert [j.initiative.row for j in node.joins.all()] == ["Y1"]
    assert FiscalYear.objects.filter(ward=ward, western=2023).exists()
    assert prepare_year(ward, 2023, actor=PLANNER).plans == ()
    # The old year stays readable as it was.
    assert plan.editions.get().content["nodes"][1]["owner"] == "welfare"
    assert plan.nodes.get(title="見守り").budgets.exists()


def test_a_year_without_a_year_before_has_nothing_to_start_from(ward: Ward) -> None:
    with pytest.raises(Invalid) as caught:
        prepare_year(ward, 2031, actor=PLANNER)
    assert "year" in caught.value.fields
    assert not FiscalYear.objects.exists()


def renamed(ward: Ward, key: str = "welfare", *after: str) -> None:
    """The section ends on 1 April 2023 and the others take its work over."""
    old = ward.sections.get(key=key)
    Section.objects.filter(pk=old.pk).update(valid_until=APRIL)
    for name in after:
        heir = ward.sections.filter(key=name).first() or make_section(ward, name, valid_from=APRIL)
        Succession.objects.create(before=old, after=heir, on=APRIL)


def test_owners_and_open_evaluations_go_to_the_section_that_follows(ward: Ward, plan: Plan) -> None:
    one = Initiative.objects.get(row="Y1")
    welfare = one.owner
    for phase, state in (("midyear", "approved"), ("year_end", "draft")):
        Evaluation.objects.create(
            plan=plan, initiative=one, phase=phase, section=welfare, state=state, changed_at=clock.now()
        )
    prepare_year(ward, 2023, actor=PLANNER)
    renamed(ward, "welfare", "wellbeing")
    with on(2023, 3, 31), pytest.raises(Conflict) as caught:
        carry_owners(ward, 2023, actor=PLANNER)
    assert caught.value.code == "policy.too-early"
    with on(2023, 4, 1):
        carried = carry_owners(ward, 2023, actor=PLANNER)
        again = carry_owners(ward, 2023, actor=PLANNER)
    assert (carried.initiatives, carried.evaluations, again.initiatives) == (1, 1, 0)
    one.refresh_from_db()
    assert one.owner.key == "wellbeing"
    assert Initiative.objects.get(row="Y2").owner.key == "welfare"
    assert dict(Evaluation.objects.values_list("phase", "section__key")) == {
        "midyear": "welfare",
        "year_end": "wellbeing",
    }
    assert Plan.objects.get(fiscal_year=2023).nodes.get(title="見守り").owner.key == "wellbeing"
    assert plan.nodes.get(title="見守り").owner.key == "welfare"


def test_a_split_section_asks_and_an_answer_for_one_initiative_is_stronger(ward: Ward, plan: Plan) -> None:
    make_initiative(ward, "Y3", owner="welfare")
    renamed(ward, "welfare", "elderly", "children")
    with on(2023, 4, 2):
        open_ones = carry_owners(ward, 2023, actor=PLANNER)
        assert open_ones.open == {"welfare": ("Y1", "Y3")}
        wrong = carry_owners(ward, 2023, answers={"welfare": "tax"}, actor=PLANNER)
        assert wrong.initiatives == 0
        carry_owners(ward, 2023, answers={"welfare": "elderly", "Y3": "children"}, actor=PLANNER)
    assert dict(Initiative.objects.filter(row__in=["Y1", "Y3"]).values_list("row", "owner__key")) == {
        "Y1": "elderly",
        "Y3": "children",
    }


def test_the_checklist_says_what_waits(ward: Ward, plan: Plan) -> None:
    renamed(ward, "welfare", "elderly", "children")
    indicators.define(ward, spec("walks", y2022="10"), actor=PLANNER)
    attach(Initiative.objects.get(row="Y1"), "walks", actor=PLANNER)
    with on(2023, 3, 1):
        before = {task.key: task.state for task in checklist(ward, 2023).tasks}
        assert next_year(ward) == 2023
    assert before["owners"] == "later"
    assert {before["plans"], before["year"], before["targets"], before["documents"]} == {"waiting"}
    with on(2023, 4, 1):
        prepare_year(ward, 2023, actor=PLANNER)
        listed = checklist(ward, 2023)
        assert [question.section.key for question in listed.questions] == ["welfare"]
        assert [one.row for one in listed.questions[0].initiatives] == ["Y1"]
        carry_owners(ward, 2023, answers={"welfare": "elderly"}, actor=PLANNER)
        assert carry_targets(ward, 2023, actor=PLANNER) == 1
        assert carry_targets(ward, 2023, actor=PLANNER) == 0
        after = {task.key: task.state for task in checklist(ward, 2023).tasks}
    assert {after[key] for key in ("plans", "year", "targets", "owners")} == {"done"}
    assert after["documents"] == "waiting"


def test_history_follows_an_initiative_through_splits(ward: Ward, plan: Plan) -> None:
    publish(plan, stage="final", actor=PLANNER)
    old = Initiative.objects.get(row="Y1")
    one, two = steps.split(old, [new("Y1a"), new("Y1b")], year=2023, actor=PLANNER)
    prepare_year(ward, 2023, actor=PLANNER)
    later = Plan.objects.get(fiscal_year=2023)
    join(later.nodes.get(title="見守り"), one)
    join(later.nodes.get(title="柱"), two)
    publish(later, stage="draft", actor=PLANNER)
    told = history(one)
    assert [(y.year, y.row, y.owner) for y in told.years] == [
        (2022, "Y1", "welfare課"),
        (2023, "Y1a", "planning課"),
    ]
    assert [(s.year, s.kind, s.before, s.after) for s in told.steps] == [(2023, "split", "Y1", "Y1a")]
    assert [y.row for y in history(old).years] == ["Y1", "Y1a", "Y1b"]
    assert told.years[0].nodes[0]["title"] == "見守り"
