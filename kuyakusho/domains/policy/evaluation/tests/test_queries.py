"""What stands beside the form, who owes what, reminders, figures of the policy itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.calendar import clock
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.wards.models import Succession
from kuyakusho.domains.policy.evaluation import queries, reminding, services
from kuyakusho.domains.policy.evaluation.services import Draft
from kuyakusho.domains.policy.evaluation.sources import evaluated_share, joined_share
from kuyakusho.domains.policy.models import Evaluation, InitiativeIndicator, InitiativeLink, Join, Node
from kuyakusho.engines.indicators.public import Entry as Figure
from kuyakusho.engines.indicators.public import Goal, Period, Spec, define, type_in, year_period

from .making import Office

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 9, 5, 3, 0, tzinfo=UTC)
GOOD = Draft(grade="①", text="予定どおり進みました。", improvement="続けます。", grades={"outcome": "A"})


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def office() -> Office:
    return Office()


class TestBeside:
    def test_live_figures_weights_and_last_years_words(self, office):
        initiative = office.initiative()
        clerk, chief = office.person("clerk"), office.person("chief")
        for key, value, weight in (("full", 10, 1), ("none", 0, 3), ("empty", None, 1)):
            indicator, _ = define(
                office.ward,
                Spec(key=key, title=key, unit="件", source="typed", goals={2022: Goal(Decimal(10))}),
                actor=clerk.actor,
            )
            InitiativeIndicator.objects.create(initiative=initiative, indicator=indicator, weight=weight)
            if value is not None:
                figure = Figure(
                    date(2022, 4, 1), date(2022, 9, 1), Decimal(value), "記録", date(2022, 9, 1), "手で入れた"
                )
                type_in(indicator, figure, actor=clerk.actor)
        last = office.a_plan(2021)
        Evaluation.objects.create(
            plan=last, initiative=initiative, phase="year_end", section=office.section(), grade="①",
            text="去年の言葉", state="approved", changed_at=NOW,
        )  # fmt: skip
        Evaluation.objects.create(
            plan=last, initiative=initiative, phase="midyear", section=office.section(), text="出さなかった下書き",
            state="draft", changed_at=NOW,
        )  # fmt: skip
        found = queries.beside(office.work(clerk, initiative))
        assert (found.rolled_up.value, found.rolled_up.left_out) == (25, 1)
        assert found.results == ["met", "missed", "not_measured"]
        assert [one.text for one in found.earlier] == ["去年の言葉"]
        sent = services.submit(office.work(clerk, initiative), GOOD, version=0, actor=clerk.actor)
        services.approve(office.work(chief, initiative), version=sent.version, actor=chief.actor)
        # What becomes known later doesn't change what the chief saw.
        with clock.frozen(datetime(2022, 10, 1, tzinfo=UTC)):
            late = Figure(date(2022, 4, 1), date(2022, 9, 1), Decimal(9), "記録", date(2022, 9, 1), "訂正")
            type_in(indicator, late, actor=clerk.actor)
            assert queries.beside(office.work(clerk, initiative)).results[2] == "not_measured"
            assert [e.text for e in queries.beside(office.work(clerk, initiative, "year_end")).earlier] == [
                GOOD.text,
                "去年の言葉",
            ]

    def test_words_follow_an_initiative_that_was_merged(self, office):
        before, after = office.initiative("O5", last_year=2021), office.initiative("O6", first_year=2022)
        InitiativeLink.objects.create(before=before, after=after, kind="merge", fiscal_year=2022)
        Evaluation.objects.create(
            plan=office.a_plan(2021), initiative=before, phase="year_end", section=office.section(),
            text="前の取組の言葉", state="approved", changed_at=NOW,
        )  # fmt: skip
        clerk = office.person("clerk")
        assert [one.text for one in queries.earlier(office.work(clerk, after))] == ["前の取組の言葉"]


class TestOverview:
    def test_the_most_urgent_first(self, office):
        office.initiative("O1")
        clerk = office.person("clerk")
        with clock.frozen(datetime(2022, 9, 21, tzinfo=UTC)):
            kinds = [(cell.phase, cell.duty.kind) for cell in queries.owed_by(clerk.staff)]
        assert kinds == [("midyear", "overdue"), ("year_end", "closed")]

    def test_matrix_counts(self, office):
        first, second = office.initiative("O1"), office.initiative("O2", section="tax")
        office.initiative("O3", section="tax")
        clerk = office.person("clerk")
        services.save(office.work(clerk, first), Draft(text="a"), version=0, actor=clerk.actor)
        found = queries.matrix(office.plan)
        assert found.counts("midyear") == {
            "none": 2,
            "draft": 1,
            "submitted": 0,
            "returned": 0,
            "approved": 0,
            "all": 3,
        }
        assert [group.section.key for group in found.groups] == ["welfare", "tax"]
        assert second in [row.initiative for row in found.groups[1].rows]

    def test_flat_statements(self, office):
        clerk = office.person("clerk")

        def statements() -> tuple[int, int]:
            office.plan.ward  # noqa: B018
            with CaptureQueriesContext(connection) as seen:
                queries.matrix(office.plan)
            with CaptureQueriesContext(connection) as owed:
                queries.owed_by(clerk.staff)
            return len(seen), len(owed)

        office.initiative("O1")
        few = statements()
        for number in range(30):
            office.initiative(f"N{number}")
        assert statements() == few


class TestReminding:
    def test_everybody_whose_turn_it_is_once_a_day(self, office):
        initiative = office.initiative()
        clerk, chief, planner = (
            office.person("clerk"),
            office.person("chief"),
            office.person("planner", section="plan"),
        )
        assert reminding.remind(office.plan, "midyear", actor=planner.actor) == 1
        assert reminding.remind(office.plan, "midyear", actor=planner.actor) == 1
        message = Entry.objects.get(kind="message")
        assert message.payload["to"] == clerk.member.account.email
        assert initiative.title in message.payload["body"]
        services.submit(office.work(clerk, initiative), GOOD, version=0, actor=clerk.actor)
        reminding.remind(office.plan, "midyear", actor=planner.actor)
        assert Entry.objects.filter(payload__to=chief.member.account.email).count() == 1

    def test_nobody_when_nothing_is_owed(self, office):
        office.initiative()
        planner = office.person("planner", section="plan")
        assert reminding.remind(office.plan, "year_end", actor=planner.actor) == 0
        assert reminding.remind(office.plan, "midyear", actor=planner.actor, sections=["tax"]) == 0

    def test_the_heirs_of_a_section_that_ended(self, office):
        office.initiative(section="old")
        clerk = office.person("clerk", section="new")
        office.section("old").valid_until = date(2022, 4, 1)
        office.section("old").save()
        Succession.objects.create(
            before=office.section("old"), after=office.section("new"), on=date(2022, 4, 1)
        )
        assert reminding.remind(office.plan, "midyear", actor=clerk.actor) == 1


class TestSources:
    def test_share_of_evaluations_that_are_approved(self, office):
        first = office.initiative("O1")
        office.initiative("O2")
        office.initiative("O3", last_year=2021)
        clerk, chief = office.person("clerk"), office.person("chief")
        before = Period(date(2022, 4, 1), date(2022, 9, 6))
        assert evaluated_share(office.ward, before).value is None  # nothing fell due yet
        sent = services.submit(office.work(clerk, first), GOOD, version=0, actor=clerk.actor)
        services.approve(office.work(chief, first), version=sent.version, actor=chief.actor)
        found = evaluated_share(office.ward, Period(date(2022, 4, 1), date(2022, 9, 21)))
        assert (found.value, found.base) == (50, 2)

    def test_share_of_initiatives_that_are_joined(self, office):
        first = office.initiative("O1")
        office.initiative("O2")
        year = year_period(2022)
        assert joined_share(office.ward, year).value is None
        node = Node.objects.create(plan=office.plan, kind="action", title="x")
        assert joined_share(office.ward, year).value == 0
        join = Join.objects.create(node=node, initiative=first, how="hand", state="doubtful")
        assert joined_share(office.ward, year).value == 0
        join.state = "confirmed"
        join.save()
        assert joined_share(office.ward, year).value == 50
