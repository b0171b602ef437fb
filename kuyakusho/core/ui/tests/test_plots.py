"""The geometry of plots: inside the drawing, honest about zero and about gaps."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.ui.plots import Point, draw, nice_steps, spark

values = st.one_of(st.none(), st.floats(-1e6, 1e9, allow_nan=False))
points = st.lists(st.builds(Point, st.text(max_size=4), values, values), max_size=12)


@given(points, st.sampled_from(["line", "bar"]))
def test_everything_lies_inside(data: list[Point], kind: str) -> None:
    plan = draw(data, kind=kind)
    for spot in [*plan.spots, *plan.bars]:
        assert 0 <= spot.x <= plan.width
        assert -0.2 <= spot.y <= plan.height
        assert spot.height >= 0
    known = sum(p.value is not None for p in data)
    assert len(plan.bars if kind == "bar" else plan.spots) == known


def test_a_bar_starts_at_zero() -> None:
    plan = draw([Point("a", 900.0), Point("b", 1000.0)], kind="bar")
    first, second = plan.bars
    assert first.y + first.height == second.y + second.height == plan.baseline
    assert abs(first.height / second.height - 0.9) < 0.01


def test_a_year_without_a_measurement_is_a_gap() -> None:
    plan = draw([Point("1", 1.0), Point("2", 2.0), Point("3", None), Point("4", 4.0), Point("5", 5.0)])
    assert len(plan.lines) == 2
    assert plan.spots[-1].last


def test_a_target_range_has_a_dashed_line_on_both_edges() -> None:
    plan = draw([Point("1", 1.0, low=1, high=2), Point("2", 2.0, low=1, high=2)])
    assert len(plan.targets) == 2
    assert len(plan.bands) == 2


def test_a_lone_target_is_still_seen() -> None:
    plan = draw([Point("1", 1.0, target=3)])
    assert len(plan.targets) == 1
    assert re.match(r"M[\d.]+ [\d.]+L", plan.targets[0])


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_steps_cover_what_is_asked(low: float, span: float) -> None:
    steps = nice_steps(low, low + span)
    assert steps[0] <= low + 1e-6 * max(1, abs(low))
    assert steps[-1] >= low + span - 1e-6 * max(1, abs(low + span))
    assert 2 <= len(steps) <= 8


def test_no_data_is_no_crash() -> None:
    assert draw([]).lines == []
    assert spark([]).spots == []
    assert spark([None, None], target=3).lines == []
