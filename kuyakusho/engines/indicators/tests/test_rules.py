"""The rules of roll-up, progress, intervals and doubts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.engines.indicators import rules
from kuyakusho.engines.indicators.rules import Goal, drafting

from .test_results import judged, year

D = Decimal


class TestRollUp:
    def test_weights_count(self):
        """Scenario 12: 100 with weight 1 and 0 with weight 3."""
        assert rules.roll_up([(100, 1), (0, 3)]).value == 25

    def test_without_weights_the_mean(self):
        assert rules.roll_up([(100, None), (0, None)]).value == 50

    def test_a_child_without_data_is_left_out_and_reported(self):
        answer = rules.roll_up([(100, 1), (None, 5), (50, 1)])
        assert (answer.value, answer.counted, answer.left_out, answer.children) == (75, 2, 1, 3)

    def test_nothing_measured_is_nothing(self):
        assert rules.roll_up([(None, 1)]).value is None
        assert rules.roll_up([]).value is None
        assert rules.roll_up([(40, 0)]).value is None

    def test_a_negative_weight_is_refused(self):
        with pytest.raises(ValueError, match="weight"):
            rules.roll_up([(1, -1)])

    @given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 9)), min_size=1), st.integers(2, 7))
    def test_it_lies_between_its_children_and_only_ratios_of_weights_matter(self, children, factor):
        value = rules.roll_up(children).value
        slack = D("1e-20")
        assert min(p for p, _ in children) - slack <= value <= max(p for p, _ in children) + slack
        again = rules.roll_up((p, w * factor) for p, w in children).value
        assert abs(value - again) < slack


class TestProgress:
    @pytest.mark.parametrize(
        ("direction", "value", "goal", "baseline", "expected"),
        [
            ("up", 50, Goal(D(100)), None, 50),
            ("up", 75, Goal(D(100)), 50, 50),
            ("up", 40, Goal(D(100)), 50, 0),
            ("up", 120, Goal(D(100)), 50, 100),
            ("down", 18, Goal(D(20)), 25, 100),
            ("down", 24, Goal(D(20)), 25, 20),
            ("down", 24, Goal(D(20)), None, 0),
            ("range", 6, Goal(low=D(5), high=D(10)), None, 100),
            ("range", 4, Goal(low=D(5), high=D(10)), 3, 50),
            ("range", 12, Goal(low=D(5), high=D(10)), 14, 50),
            ("range", 12, Goal(low=D(5), high=D(10)), None, 0),
            ("up", None, Goal(D(100)), None, None),
            ("up", 5, None, None, None),
            ("up", 5, Goal(D(10)), 12, 0),
        ],
    )
    def test_the_way_from_the_baseline(self, direction, value, goal, baseline, expected):
        answer = rules.progress(
            direction,
            None if value is None else D(value),
            goal,
            None if baseline is None else D(baseline),
        )
        assert answer == expected

    @given(
        st.sampled_from(["up", "down"]),
        st.integers(-100, 100),
        st.integers(-100, 100),
        st.none() | st.integers(-100, 100),
    )
    def test_it_is_a_hundred_exactly_when_the_target_is_met(self, direction, value, target, baseline):
        goal = Goal(D(target))
        answer = rules.progress(direction, D(value), goal, None if baseline is None else D(baseline))
        assert 0 <= answer <= 100
        met = judged([year(2023, value)], 2023, {2023: goal}, direction=direction).result == rules.MET
        assert (answer == 100) == met


class TestWilson:
    def test_against_published_figures(self):
        """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
        for hits, base, low, high in [
            (81, 263, "0.2553", "0.3662"),
            (15, 148, "0.0624", "0.1605"),
            (0, 20, "0.0000", "0.1611"),
            (1, 29, "0.0061", "0.1718"),
        ]:
            found = rules.wilson(hits, base, scale=1)
            assert found == (D(low), D(high))

    @given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_it_holds_the_share_and_stays_inside(self, case):
        hits, base = case
        low, high = rules.wilson(hits, base)
        share = D(hits) / D(base) * 100
        assert 0 <= low <= share + D("0.0001")
        assert share - D("0.0001") <= high <= 100
        assert (low == 0) == (hits == 0)
        assert (high == 100) == (hits == base)

    @pytest.mark.parametrize(("hits", "base"), [(0, 0), (1, 0), (3, 2), (-1, 2)])
    def test_no_cases_is_no_share(self, hits, base):
        with pytest.raises(ValueError):  # noqa: PT011
            rules.wilson(hits, base)


class TestDoubts:
    def codes(self, **changes: object) -> list[str]:
        settings = {
            "direction": "up",
            "baseline": D(40),
            "baseline_low": None,
            "baseline_high": None,
            "goals": {2023: Goal(D(60))},
            "is_measurable": True,
            **changes,
        }
        return [doubt.code for doubt in rules.doubts(**settings)]

    def test_a_sound_indicator(self):
        assert self.codes() == []

    def test_each_warning(self):
        assert self.codes(is_measurable=False) == [drafting.UNMEASURABLE]
        assert self.codes(baseline=None) == [drafting.NO_BASELINE]
        assert self.codes(goals={}) == [drafting.NO_TARGET]
        assert self.codes(goals={2023: Goal()}) == [drafting.NO_TARGET]
        assert self.codes(goals={2023: Goal(D(40))}) == [drafting.TARGET_EQUALS_BASELINE]
        assert self.codes(goals={2023: Goal(D(30))}) == [drafting.DIRECTION_CONTRADICTED]
        assert self.codes(baseline_low=D(33), baseline_high=D(60)) == [drafting.TARGET_IN_MARGIN]
        assert self.codes(baseline_low=D(33), baseline_high=D("59.9")) == []
        assert self.codes(method="exit_poll") == [drafting.EXIT_POLL]
        assert self.codes(words="来場者アンケートで満足した人") == [drafting.EXIT_POLL]

    def test_targets_that_run_backwards(self):
        falling = {2023: Goal(D(70)), 2024: Goal(D(60))}
        assert self.codes(goals=falling) == [drafting.DIRECTION_CONTRADICTED]
        assert self.codes(goals=falling, direction="down", baseline=D(80)) == []
        assert (
            rules.doubts(
                direction="up",
                baseline=D(1),
                baseline_low=None,
                baseline_high=None,
                goals=falling,
                is_measurable=True,
            )[0].fiscal_year
            == 2024
        )

    def test_ranges(self):
        assert self.codes(direction="range", goals={2023: Goal(low=D(5), high=D(9))}) == []
        assert self.codes(direction="range", goals={2023: Goal(low=D(9), high=D(5))}) == [
            drafting.DIRECTION_CONTRADICTED
        ]
        assert self.codes(direction="range", goals={2023: Goal(low=D(9))}) == [drafting.RANGE_INCOMPLETE]
        assert self.codes(direction="range", goals={2023: Goal(D(9))}) == [
            drafting.NO_TARGET,
            drafting.RANGE_INCOMPLETE,
        ]
        assert self.codes(goals={2023: Goal(low=D(9), high=D(5))}) == [
            drafting.NO_TARGET,
            drafting.DIRECTION_CONTRADICTED,
        ]
