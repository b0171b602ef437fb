"""From draft to approved and back, with everybody who may not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, KuyakushoError, Missing, Refused
from kuyakusho.core.wards.models import Succession
from kuyakusho.domains.policy.evaluation import queries, services
from kuyakusho.domains.policy.evaluation.services import Draft
from kuyakusho.domains.policy.models import Evaluation

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


class TestWriting:
    def test_from_draft_to_approved(self, office):
        initiative = office.initiative()
        clerk, chief = office.person("clerk"), office.person("chief")
        first = services.save(
            office.work(clerk, initiative), Draft(text="はじめ"), version=0, actor=clerk.actor
        )
        assert (first.state, first.version) == ("draft", 1)
        sent = services.submit(office.work(clerk, initiative), GOOD, version=1, actor=clerk.actor)
        assert (sent.state, sent.submitted_by) == ("submitted", str(clerk.actor))
        before = office.ward.revision
        done = services.approve(office.work(chief, initiative), version=sent.version, actor=chief.actor)
        office.ward.refresh_from_db()
        assert (done.state, done.approved_by, done.approved_at) == ("approved", str(chief.actor), NOW)
        assert (done.grade, done.grades, done.text) == ("①", {"outcome": "A"}, "予定どおり進みました。")
        assert office.ward.revision > before
        actions = list(AuditLine.objects.order_by("id").values_list("action", flat=True))
        assert actions == [
            f"policy.evaluation.{what}" for what in ("saved", "saved", "submitted", "approved")
        ]
        assert "予定どおり" not in str(list(AuditLine.objects.values_list("facts", flat=True)))

    def test_returned_with_a_reason_and_sent_again(self, office):
        initiative = office.initiative()
        clerk, chief = office.person("clerk"), office.person("chief")
        services.submit(office.work(clerk, initiative), GOOD, version=0, actor=clerk.actor)
        with pytest.raises(Invalid):
            services.send_back(office.work(chief, initiative), "  ", version=2, actor=chief.actor)
        back = services.send_back(office.work(chief, initiative), "数字がない", version=2, actor=chief.actor)
        assert (back.state, back.return_reason) == ("returned", "数字がない")
        again = services.submit(office.work(clerk, initiative), GOOD, version=back.version, actor=clerk.actor)
        assert (again.state, again.return_reason) == ("submitted", "")

    def test_withdrawn(self, office):
        initiative = office.initiative()
        clerk = office.person("clerk")
        sent = services.submit(office.work(clerk, initiative), GOOD, version=0, actor=clerk.actor)
        back = services.withdraw(office.work(clerk, initiative), version=sent.version, actor=clerk.actor)
        assert back.state == "draft"

    def test_what_was_approved_changes_only_after_reopening(self, office):
        initiative = office.initiative()
        clerk, chief = office.person("clerk"), office.person("chief")
        sent = services.submit(office.work(clerk, initiative), GOOD, version=0, actor=clerk.actor)
        done = services.approve(office.work(chief, initiative), version=sent.version, actor=chief.actor)
        with pytest.raises(Conflict, match="already_approved"):
            services.save(
                office.work(clerk, initiative),
                Draft(text="こっそり"),
                version=done.version,
                actor=clerk.actor,
            )
        with pytest.raises(Invalid):
            services.reopen(office.work(chief, initiative), "", version=done.version, actor=chief.actor)
        opened = services.reopen(
            office.work(chief, initiative), "集計の誤り", version=done.version, actor=chief.actor
        )
        assert (opened.state, opened.approved_at) == ("draft", None)
        assert opened.past[0]["text"] == "予定どおり進みました。"
        assert opened.past[0]["reason"] == "集計の誤り"
        line = AuditLine.objects.latest("id")
        assert line.action == "policy.evaluation.reopened"
        assert "集計の誤り" not in str(line.facts)

    def test_a_planner_may_reopen_and_nothing_else(self, office):
        initiative = office.initiative()
        clerk, chief, planner = (
            office.person("clerk"),
            office.person("chief"),
            office.person("planner", section="plan"),
        )
        sent = services.submit(office.work(clerk, initiative), GOOD, version=0, actor=clerk.actor)
        with pytest.raises(Refused):
            services.approve(office.work(planner, initiative), version=sent.version, actor=planner.actor)
        done = services.approve(office.work(chief, initiative), version=sent.version, actor=chief.actor)
        opened = services.reopen(
            office.work(planner, initiative), "訂正", version=done.version, actor=planner.actor
        )
        assert opened.state == "draft"

    @pytest.mark.parametrize(
        ("draft", "field"),
        [
            (Draft(text="a"), "grade"),
            (Draft(grade="A", text="a"), "grade"),
            (Draft(grade="①"), "text"),
            (Draft(grade="①", text="a", grades={"outcome": "①"}), "grade_outcome"),
            (Draft(grade="①", text="a", grades={"effectiveness": "ア"}), "grade"),
            (Draft(grade="①", text="a" * 10_001), "text"),
        ],
    )
    def test_what_cannot_be_submitted(self, office, draft, field):
        clerk = office.person("clerk")
        with pytest.raises(Invalid) as refused:
            services.submit(office.work(clerk, office.initiative()), draft, version=0, actor=clerk.actor)
        assert field in refused.value.fields
        assert not Evaluation.objects.exists()

    def test_a_draft_may_be_incomplete_but_not_wrong(self, office):
        clerk, initiative = office.person("clerk"), office.initiative()
        services.save(office.work(clerk, initiative), Draft(), version=0, actor=clerk.actor)
        with pytest.raises(Invalid):
            services.save(office.work(clerk, initiative), Draft(grade="Z"), version=1, actor=clerk.actor)


class TestWhoSees:
    def test_other_sections_and_wards_see_nothing(self, office):
        initiative = office.initiative()
        for stranger in (office.person("clerk", section="tax"), office.person("chief", section="tax")):
            with pytest.raises(Missing):
                office.work(stranger, initiative)
        elsewhere = Office("kita").person("planner")
        with pytest.raises(Missing):
            office.work(elsewhere, initiative)

    @pytest.mark.parametrize("role", ["planner", "auditor", "administrator"])
    def test_overseers_see_and_do_not_write(self, office, role):
        initiative = office.initiative()
        person = office.person(role, section="plan")
        work = office.work(person, initiative)
        assert not work.may("save")
        with pytest.raises(Refused):
            services.save(work, GOOD, version=0, actor=person.actor)

    def test_phases_and_years_that_are_not_there(self, office):
        clerk = office.person("clerk")
        ended = office.initiative("O2", last_year=2021)
        young = office.initiative("O3", first_year=2023)
        for initiative in (ended, young):
            with pytest.raises(Missing):
                office.work(clerk, initiative)
        running = office.initiative()
        with pytest.raises(Missing):
            office.work(clerk, running, "summer")
        with pytest.raises(Missing):
            office.work(clerk, running, year=1999)

    def test_other_plans_are_not_judged_by_this_form(self, office):
        office.a_plan(2022, key="area", kind="area-plan")
        with pytest.raises(Missing):
            queries_plan(office, "area")

    def test_the_section_that_took_over_writes(self, office):
        initiative = office.initiative(section="old")
        clerk = office.person("clerk", section="new")
        with pytest.raises(Missing):
            office.work(clerk, initiative)
        office.section("old").valid_until = date(2022, 4, 1)
        office.section("old").save()
        Succession.objects.create(
            before=office.section("old"), after=office.section("new"), on=date(2022, 4, 1)
        )
        work = office.work(clerk, initiative)
        kept = services.save(work, Draft(text="引き継ぎました"), version=0, actor=clerk.actor)
        assert kept.section == office.section("new")
        assert [cell.initiative for cell in queries.owed_by(clerk.staff)] == [initiative, initiative]


def queries_plan(office: Office, key: str):
    from kuyakusho.domains.policy.evaluation.access import plan_of

    return plan_of(office.ward, 2022, key)


class TestCouncil:
    def approved(self, office, phase="year_end"):
        initiative = office.initiative()
        clerk, chief = office.person("clerk"), office.person("chief")
        sent = services.submit(office.work(clerk, initiative, phase), GOOD, version=0, actor=clerk.actor)
        services.approve(office.work(chief, initiative, phase), version=sent.version, actor=chief.actor)
        return initiative

    def record(self, office, initiative, person, counts, **changes):
        work = office.work(person, initiative, "year_end")
        given = {
            "meeting_on": date(2022, 8, 1),
            "source": "区政会議資料3",
            "version": work.version,
            **changes,
        }
        return services.record_council(work, counts, actor=person.actor, **given)

    def test_counts_per_grade_and_corrections(self, office):
        initiative, planner = self.approved(office), office.person("planner")
        self.record(office, initiative, planner, {"妥当": 8, "一部": 2})
        kept = self.record(office, initiative, planner, {"妥当": 7, "一部": 3})
        assert {g.grade: g.members for g in kept.council_grades.all()} == {"妥当": 7, "一部": 3}
        line = AuditLine.objects.filter(action="policy.evaluation.council_recorded").latest("id")
        assert line.facts["before"] == {"妥当": 8, "一部": 2}
        self.record(office, initiative, planner, {"妥当": 1}, meeting_on=date(2022, 8, 2))
        assert kept.council_grades.count() == 3

    @pytest.mark.parametrize(
        ("counts", "changes"),
        [
            ({"A": 3}, {}),
            ({"妥当": -1}, {}),
            ({"妥当": 0}, {}),
            ({"妥当": 3}, {"source": ""}),
            ({"妥当": 3}, {"meeting_on": date(2022, 9, 6)}),
        ],
    )
    def test_what_is_refused(self, office, counts, changes):
        initiative, planner = self.approved(office), office.person("planner")
        with pytest.raises(Invalid):
            self.record(office, initiative, planner, counts, **changes)

    def test_only_planners_and_only_beside_what_is_approved(self, office):
        initiative = self.approved(office)
        with pytest.raises(Refused):
            self.record(office, initiative, office.person("chief"), {"妥当": 1})
        other = office.initiative("O9")
        with pytest.raises(Conflict, match="not_approved"):
            self.record(office, other, office.person("planner"), {"妥当": 1})

    def test_two_planners(self, office):
        initiative, planner = self.approved(office), office.person("planner")
        self.record(office, initiative, planner, {"妥当": 8})
        with pytest.raises(Conflict):
            self.record(office, initiative, planner, {"妥当": 1}, version=3)


def race(*deeds) -> list[object]:
    """Runs the deeds at once, each in a thread; gives back what each returned or raised."""
    ready = threading.Barrier(len(deeds))
    answers: list[object] = []

    def go(deed) -> None:
        try:
            ready.wait()
            with clock.frozen(NOW):
                answers.append(deed())
        except KuyakushoError as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.mark.parametrize("begun", [False, True])
    def test_two_clerks_submit(self, office, begun):
        initiative = office.initiative()
        people = [office.person("clerk") for _ in range(4)]
        version = 0
        if begun:
            services.save(
                office.work(people[0], initiative), Draft(text="a"), version=0, actor=people[0].actor
            )
            version = 1
        works = [(office.work(person, initiative), person) for person in people]
        answers = race(
            *(lambda w=w, p=p: services.submit(w, GOOD, version=version, actor=p.actor) for w, p in works)
        )
        assert sum(isinstance(a, Evaluation) for a in answers) == 1
        assert sum(isinstance(a, Conflict) for a in answers) == 3
        assert Evaluation.objects.get().state == "submitted"
        assert AuditLine.objects.filter(action="policy.evaluation.submitted").count() == 1

    def test_approved_twice_and_returned_at_once(self, office):
        initiative = office.initiative()
        clerk, chief = office.person("clerk"), office.person("chief")
        sent = services.submit(office.work(clerk, initiative), GOOD, version=0, actor=clerk.actor)
        work = office.work(chief, initiative)
        answers = race(
            lambda: services.approve(work, version=sent.version, actor=chief.actor),
            lambda: services.approve(work, version=sent.version, actor=chief.actor),
            lambda: services.send_back(work, "なぜ", version=sent.version, actor=chief.actor),
        )
        assert sum(isinstance(a, Conflict) for a in answers) == 2
        decided = AuditLine.objects.filter(
            action__in=["policy.evaluation.approved", "policy.evaluation.returned"]
        )
        assert decided.count() == 1
