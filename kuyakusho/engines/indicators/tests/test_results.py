"""The rules of indicators: results, sums, corrections, freshness."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.engines.indicators import rules
from kuyakusho.engines.indicators.rules import Goal, Period, Seen, results

D = Decimal
EARLY = datetime(2024, 5, 1, tzinfo=UTC)


def year(fiscal_year: int, value: object, **more: object) -> Seen:
    """An observation of a whole fiscal year."""
    more.setdefault("recorded_at", datetime(fiscal_year + 1, 4, 20, tzinfo=UTC))
    return Seen(rules.year_period(fiscal_year), D(str(value)), **more)


def judged(seen: list[Seen], fiscal_year: int, goals: dict[int, Goal], **changes: object) -> rules.Judged:
    """The result as the queries work it out, in one call."""
    at = changes.pop("asked_at", None)
    accumulation = changes.get("accumulation", "yearly")
    first = changes.pop("first_year", None)
    start = changes.pop("start", D(0))
    known = rules.known_at(seen, at)
    settings = {
        "direction": "up",
        "accumulation": "yearly",
        "minimum_base": 0,
        "freshness_days": 400,
        "on": date(2030, 4, 1),
        **changes,
    }
    return rules.judged_year(
        fiscal_year=fiscal_year,
        yearly=rules.yearly_figure(known, fiscal_year, adds_up=accumulation == "cumulative"),
        cumulative=rules.cumulative_figure(known, first, fiscal_year, start),
        goals=goals,
        **settings,
    )


class TestResults:
    def test_lower_is_better(self):
        """Scenario 10: waiting time improves from 25 to 18 minutes with a target of 20."""
        answer = judged([year(2022, 25), year(2023, 18)], 2023, {2023: Goal(D(20))}, direction="down")
        assert answer.result == rules.MET

    def test_no_measurement_in_the_year_is_not_a_zero(self):
        """Scenario 10: with no measurement in the year the result is not measured."""
        answer = judged([year(2022, 25)], 2023, {2023: Goal(D(20))}, direction="down")
        assert (answer.result, answer.graded) == (rules.NOT_MEASURED, None)

    def test_a_cumulative_target_follows_the_sum(self):
        """Scenario 9 (Konohana): 4,000, 1,766 and 4,722 in three years against 10,000."""
        seen = [year(2021, 4000), year(2022, 1766), year(2023, 4722)]
        answer = judged(seen, 2023, {2023: Goal(D(10000))}, accumulation="cumulative")
        assert answer.yearly.value == 4722
        assert answer.cumulative.value == 10488
        assert answer.graded is answer.cumulative
        assert answer.result == rules.MET
        assert judged(seen, 2023, {2023: Goal(D(10000))}).result == rules.MISSED  # were it yearly

    def test_a_cumulative_sum_begins_at_its_baseline(self):
        seen = [year(2021, 900), year(2022, 300), year(2023, 200)]
        answer = judged(
            seen, 2023, {2023: Goal(D(5700))}, accumulation="cumulative", first_year=2022, start=D(5210)
        )
        assert answer.cumulative.value == 5710

    def test_a_gap_makes_the_sum_a_lower_bound(self):
        goals = {2023: Goal(D(5000))}
        seen = [year(2021, 1000), year(2023, 2000)]
        assert judged(seen, 2023, goals, accumulation="cumulative").result == rules.UNDECIDABLE
        assert judged(seen, 2023, goals, accumulation="cumulative").reason == results.GAP
        assert judged(seen, 2023, goals, accumulation="cumulative", direction="down").reason == results.GAP
        enough = [year(2021, 1000), year(2023, 4000)]
        assert judged(enough, 2023, goals, accumulation="cumulative").result == rules.MET
        too_many = [year(2021, 3000), year(2023, 4000)]
        assert (
            judged(too_many, 2023, goals, accumulation="cumulative", direction="down").result == rules.MISSED
        )

    def test_a_gap_where_values_may_be_negative_decides_nothing(self):
        seen = [year(2021, -5), year(2023, 9000)]
        assert judged(seen, 2023, {2023: Goal(D(5000))}, accumulation="cumulative").reason == results.GAP

    def test_exactly_the_target_is_met(self):
        for direction in ("up", "down"):
            assert (
                judged([year(2023, 20)], 2023, {2023: Goal(D(20))}, direction=direction).result == rules.MET
            )

    @pytest.mark.parametrize(
        ("direction", "low", "high", "result"),
        [
            ("up", 41, 47, rules.MET),
            ("up", 40, 47, rules.MET),
            ("up", 39, 47, rules.UNDECIDABLE),
            ("up", 33, 40, rules.UNDECIDABLE),
            ("up", 33, "39.9", rules.MISSED),
            ("down", 33, 40, rules.MET),
            ("down", 40, 47, rules.UNDECIDABLE),
            ("down", "40.1", 47, rules.MISSED),
        ],
    )
    def test_an_interval_that_crosses_the_target(self, direction, low, high, result):
        seen = [year(2023, 40, low=D(low), high=D(high), base=400)]
        answer = judged(seen, 2023, {2023: Goal(D(40))}, direction=direction)
        assert answer.result == result
        assert answer.reason == (results.INTERVAL if result == rules.UNDECIDABLE else "")

    @pytest.mark.parametrize(
        ("low", "value", "high", "result"),
        [
            (5, 5, 5, rules.MET),
            (6, 8, 10, rules.MET),
            (4, 6, 8, rules.UNDECIDABLE),
            (8, 10, 11, rules.UNDECIDABLE),
            (1, 2, 3, rules.MISSED),
            (11, 12, 13, rules.MISSED),
            (1, 8, 20, rules.UNDECIDABLE),
        ],
    )
    def test_a_range(self, low, value, high, result):
        seen = [year(2023, value, low=D(low), high=D(high))]
        assert judged(seen, 2023, {2023: Goal(low=D(5), high=D(10))}, direction="range").result == result

    def test_too_few_cases(self):
        goals = {2023: Goal(D(50))}
        assert judged([year(2023, 90, base=29)], 2023, goals, minimum_base=30).reason == results.FEW_CASES
        assert judged([year(2023, 90, base=30)], 2023, goals, minimum_base=30).result == rules.MET
        assert judged([year(2023, 90)], 2023, goals, minimum_base=30).reason == results.BASE_UNKNOWN

    def test_a_value_over_no_case_is_not_measured(self):
        assert judged([year(2023, 0, base=0)], 2023, {2023: Goal(D(50))}).result == rules.NOT_MEASURED

    def test_without_a_target_nothing_is_decided(self):
        assert judged([year(2023, 90)], 2023, {2022: Goal(D(50))}).reason == results.NO_TARGET
        assert judged([], 2023, {}).result == rules.NOT_MEASURED

    def test_a_correction_wins_and_the_past_can_be_asked(self):
        first = year(2023, 70, recorded_at=EARLY)
        corrected = year(2023, 40, recorded_at=EARLY + timedelta(days=30))
        goals = {2023: Goal(D(50))}
        assert judged([corrected, first], 2023, goals).result == rules.MISSED
        assert (
            judged([corrected, first], 2023, goals, asked_at=EARLY + timedelta(days=29)).result == rules.MET
        )
        before = EARLY - timedelta(seconds=1)
        assert judged([corrected, first], 2023, goals, asked_at=before).result == rules.NOT_MEASURED

    def test_a_correction_in_the_same_moment_is_told_apart_by_its_number(self):
        seen = [year(2023, 2, recorded_at=EARLY, number=2), year(2023, 1, recorded_at=EARLY, number=1)]
        assert rules.known_at(seen)[0].value == 2

    def test_a_year_that_runs_is_provisional(self):
        seen = [Seen(Period(date(2023, 4, 1), date(2023, 10, 1)), D(5), datetime(2023, 10, 1, tzinfo=UTC))]
        assert judged(seen, 2023, {2023: Goal(D(9))}, on=date(2023, 10, 2)).is_provisional
        assert judged(seen, 2023, {2023: Goal(D(9))}).is_provisional  # nobody counted the second half
        assert not judged([year(2023, 5)], 2023, {2023: Goal(D(9))}).is_provisional
        survey = Seen(Period(date(2023, 10, 1), date(2023, 10, 15)), D(5), datetime(2023, 11, 1, tzinfo=UTC))
        assert not judged([survey], 2023, {2023: Goal(D(9))}).is_provisional

    def test_freshness(self):
        as_of = datetime(2023, 5, 31, 12, tzinfo=UTC)
        seen = [Seen(Period(date(2023, 4, 1), date(2023, 6, 1)), D(5), as_of, as_of=as_of)]
        assert not judged(seen, 2023, {}, freshness_days=31, on=date(2023, 7, 1)).is_stale
        assert judged(seen, 2023, {}, freshness_days=31, on=date(2023, 7, 2)).is_stale
        # A year that is over is compared with its own end, so that old years don't all turn stale.
        assert not judged(seen, 2023, {}, freshness_days=400, on=date(2033, 7, 2)).is_stale


class TestWhichValueIsTheYears:
    def test_a_calendar_year_belongs_to_the_fiscal_year_of_its_end(self):
        seen = [Seen(Period(date(2022, 1, 1), date(2023, 1, 1)), D(310), EARLY)]
        assert rules.yearly_figure(seen, 2022).value == 310
        assert rules.yearly_figure(seen, 2021) is None

    def test_the_year_so_far_is_taken_before_a_later_part(self):
        so_far = Seen(Period(date(2023, 4, 1), date(2023, 12, 1)), D(12), EARLY)
        month = Seen(Period(date(2023, 12, 1), date(2024, 1, 1)), D(30), EARLY)
        assert rules.yearly_figure([month, so_far], 2023).value == 12

    def test_parts_of_a_counted_year_are_added_and_never_twice(self):
        months = [
            Seen(Period(date(2023, 4, 1), date(2023, 10, 1)), D(60), EARLY),
            Seen(Period(date(2023, 4, 1), date(2023, 5, 1)), D(10), EARLY),
            Seen(Period(date(2023, 10, 1), date(2023, 11, 1)), D(7), EARLY),
        ]
        assert rules.yearly_figure(months, 2023, adds_up=True).value == 67

    def test_a_total_of_three_years_stands_for_them(self):
        total = Seen(Period(date(2021, 4, 1), date(2024, 4, 1)), D(10488), EARLY)
        parts = [year(2021, 4000), year(2023, 4722)]
        figure = rules.cumulative_figure([total, *parts], 2021, 2023)
        assert (figure.value, figure.gaps) == (10488, ())
        assert rules.yearly_figure([total, *parts], 2023).value == 4722

    def test_where_the_sum_begins(self):
        assert rules.first_year_of_sum(2020, date(2022, 3, 31)) == 2020
        assert rules.first_year_of_sum(None, date(2022, 3, 31)) == 2022
        assert rules.first_year_of_sum(None, None) is None

    @given(st.lists(st.tuples(st.integers(0, 700), st.integers(1, 400), st.integers(0, 99)), max_size=12))
    def test_no_day_is_counted_twice(self, parts):
        begin = date(2021, 4, 1)
        seen = [
            Seen(Period(begin + timedelta(days=start), begin + timedelta(days=start + days)), D(v), EARLY, n)
            for n, (start, days, v) in enumerate(parts)
        ]
        figure = rules.cumulative_figure(rules.known_at(seen), None, 2030)
        if figure is None:
            assert not seen
            return
        taken = [part.period for part in figure.parts]
        assert not any(a.overlaps(b) for i, a in enumerate(taken) for b in taken[:i])
        assert figure.value == sum(part.value for part in figure.parts)

    @given(
        st.lists(st.tuples(st.integers(2020, 2024), st.integers(0, 5), st.integers(0, 50)), max_size=15),
        st.integers(0, 6),
    )
    def test_what_was_known_on_a_day_never_changes_afterwards(self, recorded, asked):
        seen = [
            year(y, v, recorded_at=EARLY + timedelta(days=day), number=n)
            for n, (y, day, v) in enumerate(recorded)
        ]
        at = EARLY + timedelta(days=asked)
        then = [o for o in seen if o.recorded_at <= at]
        assert rules.known_at(seen, at) == rules.known_at(then)

    def test_a_period_has_days(self):
        with pytest.raises(ValueError, match="ends after"):
            Period(date(2023, 4, 1), date(2023, 4, 1))
