"""Figures come in and are never overwritten: by hand, from files, from live sources."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.engines.indicators import public
from kuyakusho.engines.indicators.models import Observation
from kuyakusho.engines.indicators.public import Entry, Goal, Measured, Spec

from .making import TESTER, a_ward, an_indicator, observed

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 6, 10, 3, 0, tzinfo=UTC)
ENTRY = Entry(
    from_on=date(2023, 4, 1),
    until_on=date(2024, 4, 1),
    value=Decimal(18),
    source="来庁者の記録",
    source_on=date(2024, 5, 20),
    note="番号券の機械が年度の途中で替わったため",
)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def source() -> Iterator[dict]:
    """A live source whose answer the test sets."""
    answer: dict = {"value": Decimal(12), "base": 40, "asked": []}

    def ask(ward, period, rows=()):
        answer["asked"].append((ward, period, rows))
        if isinstance(answer["value"], Exception):
            raise answer["value"]
        return Measured(answer["value"], clock.now(), answer["base"], lineage={"counted": 40})

    public.register_source("tests.minutes", ask, "分", "番号券を呼ぶまでの時間の中央値", narrows=True)
    yield answer
    public.forget_source("tests.minutes")


class TestTypingIn:
    def test_it_keeps_who_why_and_from_where(self):
        indicator = an_indicator(a_ward())
        kept, is_new = public.type_in(indicator, ENTRY, actor=TESTER)
        assert is_new
        assert (kept.value, kept.fiscal_year, kept.actor) == (18, 2023, "system:test")
        assert (kept.source, kept.source_on, kept.note) == (ENTRY.source, ENTRY.source_on, ENTRY.note)
        assert kept.as_of.astimezone(clock.JAPAN).date() == date(2024, 3, 31)
        line = AuditLine.objects.get(action="indicators.observation.entered")
        assert line.facts["value"] == "18.0000"
        assert ENTRY.note not in str(line.facts)

    def test_a_correction_adds_and_the_first_stays(self):
        indicator = an_indicator(a_ward(), goals={2023: 20})
        public.type_in(indicator, ENTRY, actor=TESTER)
        with clock.frozen(datetime(2024, 7, 1, tzinfo=UTC)):
            public.type_in(indicator, replace(ENTRY, value=Decimal(25), note="集計の誤り"), actor=TESTER)
            now = public.load_one(indicator.ward, indicator.key)
            june = public.load_one(indicator.ward, indicator.key, at=NOW)
        assert now.judged(2023).result == public.MISSED
        assert june.judged(2023).result == public.MET
        assert [o.value for o in public.history(indicator)] == [25, 18]
        assert public.corrected(public.history(indicator)) == {indicator.observations.order_by("id")[0].pk}

    def test_sent_twice_is_kept_once(self):
        indicator = an_indicator(a_ward())
        first, _ = public.type_in(indicator, ENTRY, actor=TESTER)
        again, is_new = public.type_in(indicator, ENTRY, actor=TESTER)
        assert (again.pk, is_new) == (first.pk, False)
        assert AuditLine.objects.filter(action="indicators.observation.entered").count() == 1

    def test_back_to_an_older_value_is_a_correction_again(self):
        indicator = an_indicator(a_ward())
        for value in (18, 25, 18):
            public.type_in(indicator, replace(ENTRY, value=Decimal(value)), actor=TESTER)
        assert indicator.observations.count() == 3

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"source": " "}, "source"),
            ({"note": ""}, "note"),
            ({"source_on": date(2024, 6, 12)}, "source_on"),
            ({"until_on": date(2023, 4, 1)}, "until_on"),
            ({"from_on": date(2024, 7, 1), "until_on": date(2024, 8, 1)}, "from_on"),
            ({"base": 0}, "base"),
            ({"base": -3}, "base"),
            ({"base": 2**63}, "base"),
            ({"low": Decimal(19)}, "low"),
            ({"high": Decimal(17)}, "high"),
            ({"value": Decimal("1e15")}, "value"),
            ({"value": Decimal("NaN")}, "value"),
        ],
    )
    def test_what_is_refused(self, changes, field):
        indicator = an_indicator(a_ward())
        with pytest.raises(Invalid) as refused:
            public.type_in(indicator, replace(ENTRY, **changes), actor=TESTER)
        assert field in refused.value.fields
        assert not Observation.objects.exists()

    def test_the_wards_pages_are_made_anew(self):
        ward = a_ward()
        before = ward.revision
        public.type_in(an_indicator(ward), ENTRY, actor=TESTER)
        ward.refresh_from_db()
        assert ward.revision > before


class TestLoading:
    def test_all_or_nothing(self):
        ward = a_ward()
        an_indicator(ward, "wait")
        with pytest.raises(Invalid, match="indicator_unknown"):
            public.load_figures(ward, [("wait", ENTRY), ("nothing", ENTRY)], actor=TESTER)
        assert not Observation.objects.exists()
        with pytest.raises(Invalid):
            public.load_figures(ward, [("wait", ENTRY), ("wait", replace(ENTRY, base=0))], actor=TESTER)
        assert not Observation.objects.exists()

    def test_a_second_load_changes_nothing(self):
        ward = a_ward()
        an_indicator(ward, "wait")
        assert public.load_figures(ward, [("wait", ENTRY)], actor=TESTER) == (1, 0)
        assert public.load_figures(ward, [("wait", ENTRY)], actor=TESTER) == (0, 1)

    def test_an_indicator_of_another_ward_is_unknown(self):
        an_indicator(a_ward(), "wait")
        with pytest.raises(Invalid, match="indicator_unknown"):
            public.load_figures(a_ward(), [("wait", ENTRY)], actor=TESTER)


class TestMeasuring:
    def test_the_year_so_far_with_lineage(self, source):
        indicator = an_indicator(a_ward(), source="tests.minutes", about=["Y0.2"])
        kept = public.measure(indicator, actor=TESTER)
        assert (kept.value, kept.base) == (12, 40)
        assert (kept.period_from, kept.period_until) == (date(2024, 4, 1), date(2024, 6, 11))
        assert kept.lineage == {"counted": 40, "source": "tests.minutes", "unit": "分", "rows": ["Y0.2"]}
        assert source["asked"][0][2] == ("Y0.2",)
        assert AuditLine.objects.filter(action="indicators.observation.measured").count() == 1

    @pytest.mark.parametrize(("value", "base"), [(None, 40), (Decimal(0), 0)])
    def test_nothing_there_is_not_a_zero(self, source, value, base):
        source.update(value=value, base=base)
        indicator = an_indicator(a_ward(), source="tests.minutes")
        assert public.measure(indicator, actor=TESTER) is None
        assert public.load_one(indicator.ward, indicator.key).judged(2024).result == public.NOT_MEASURED

    def test_a_true_zero_is_kept(self, source):
        source.update(value=Decimal(0), base=40)
        assert public.measure(an_indicator(a_ward(), source="tests.minutes"), actor=TESTER).value == 0

    def test_no_such_source(self):
        with pytest.raises(Conflict, match="unmeasurable"):
            public.measure(an_indicator(a_ward(), source="rally.stamps"), actor=TESTER)

    def test_a_source_that_cannot_narrow_is_not_asked_about_some_rows(self):
        public.register_source("tests.all", lambda ward, period: Measured(Decimal(1), NOW), "件", "全部")
        try:
            with pytest.raises(Conflict, match="unmeasurable"):
                public.measure(an_indicator(a_ward(), source="tests.all", about=["Y1"]), actor=TESTER)
            assert public.measure(an_indicator(a_ward(), source="tests.all"), actor=TESTER).value == 1
        finally:
            public.forget_source("tests.all")

    def test_a_name_is_registered_once(self, source):
        for name in ("tests.minutes", "file", "typed"):
            with pytest.raises(ValueError, match="already"):
                public.register_source(name, lambda ward, period: None, "", "")

    def test_all_live_indicators_of_the_ward(self, source):
        ward = a_ward()
        for key, name in (
            ("a", "tests.minutes"),
            ("b", "typed"),
            ("c", "rally.stamps"),
            ("d", "tests.minutes"),
        ):
            an_indicator(ward, key, source=name)
        an_indicator(a_ward(), source="tests.minutes")
        assert public.measure_all(ward).stored == ["a", "d"]
        assert public.measure_all(ward).unchanged == ["a", "d"]
        source["value"] = Decimal(13)
        assert public.measure_all(ward).stored == ["a", "d"]  # the same day again: a correction
        assert Observation.objects.count() == 4

    def test_a_failing_source_costs_nobody_else(self, source):
        def broken(ward, period):
            raise ZeroDivisionError

        public.register_source("tests.broken", broken, "", "")
        ward = a_ward()
        an_indicator(ward, "a", source="tests.broken")
        an_indicator(ward, "b", source="tests.minutes")
        try:
            with pytest.raises(public.MeasuringFailed) as failed:
                public.measure_all(ward)
        finally:
            public.forget_source("tests.broken")
        assert len(failed.value.exceptions) == 1
        assert Observation.objects.get().indicator.key == "b"

    def test_last_year_is_counted_once_more_when_it_is_over(self, source):
        ward = a_ward()
        indicator = an_indicator(ward, "a", source="tests.minutes")
        with clock.frozen(datetime(2024, 3, 20, tzinfo=UTC)):
            public.measure_all(ward)
        with clock.frozen(datetime(2024, 4, 2, tzinfo=UTC)):
            source["value"] = Decimal(14)
            assert public.measure_all(ward).stored == ["a@2023", "a"]
            assert public.measure_all(ward).stored == []
            loaded = public.load_one(ward, "a")
        assert loaded.judged(2023).yearly.value == 14
        assert not loaded.judged(2023).is_provisional
        assert indicator.observations.count() == 3

    def test_a_source_that_replays_answers_for_the_years_with_a_target(self):
        answers = {2022: Decimal(40), 2024: Decimal(70)}

        def ask(ward, period):
            return Measured(answers.get(period.fiscal_year), clock.now(), 10)

        public.register_source("tests.replay", ask, "%", "", replays=True)
        ward = a_ward()
        an_indicator(ward, "a", goals={2022: 50, 2023: 50, 2024: 50, 2025: 50}, source="tests.replay")
        try:
            done = public.measure_all(ward)
            assert (done.stored, done.nothing) == (["a@2022", "a"], ["a@2023"])
            assert public.measure_all(ward).stored == []
            answers[2022] = Decimal(45)
            assert public.measure_all(ward).stored == ["a@2022"]
        finally:
            public.forget_source("tests.replay")
        assert public.load_one(ward, "a").judged(2022).yearly.value == 45


class TestDefining:
    SPEC = Spec(
        key="wait",
        title="待ち時間",
        unit="分",
        source="typed",
        direction="down",
        baseline=Decimal(25),
        goals={2023: Goal(Decimal(20)), 2024: Goal(Decimal("17.5"))},
    )

    def test_made_changed_and_left_alone(self):
        ward = a_ward()
        made, changed = public.define(ward, self.SPEC, actor=TESTER)
        assert changed
        assert {t.fiscal_year: t.value for t in made.targets.all()} == {2023: 20, 2024: Decimal("17.5")}
        assert public.define(ward, self.SPEC, actor=TESTER) == (made, False)
        observed(made, 2023, 19)
        changed_spec = replace(self.SPEC, title="待ち時間の中央値", goals={2024: Goal(Decimal(18))})
        again, changed = public.define(ward, changed_spec, actor=TESTER)
        assert (again.pk, changed, again.title) == (made.pk, True, "待ち時間の中央値")
        assert [(t.fiscal_year, t.value) for t in again.targets.all()] == [(2024, 18)]
        assert again.observations.count() == 1
        lines = AuditLine.objects.filter(action="indicators.indicator.defined")
        assert lines.latest("id").facts["changed"] == ["target_2023", "target_2024", "title"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"direction": "sideways"}, "direction"),
            ({"accumulation": "monthly"}, "accumulation"),
            ({"method": "guess"}, "method"),
            ({"decimals": 5}, "decimals"),
            ({"direction": "range", "accumulation": "cumulative"}, "accumulation"),
        ],
    )
    def test_what_is_refused(self, changes, field):
        with pytest.raises(Invalid) as refused:
            public.define(a_ward(), replace(self.SPEC, **changes), actor=TESTER)
        assert field in refused.value.fields


@pytest.mark.django_db(transaction=True)
def test_two_people_type_the_same_figure_at_once():
    indicator = an_indicator(a_ward())
    ready = threading.Barrier(6)
    new: list[bool] = []

    def go() -> None:
        try:
            ready.wait()
            with clock.frozen(NOW):
                new.append(public.type_in(indicator, ENTRY, actor=TESTER)[1])
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False] * 5 + [True]
    assert indicator.observations.count() == 1
