"""Small plots drawn by the server as SVG: the geometry, as pure functions of the data.

A missing value is a gap, never a zero. The template (`ui/plot.html`) draws what comes from here with attributes
and classes only, and puts the same figures into a table for those who read it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Point:
    """One figure: what it belongs to (a year, a month), its value (None: not measured) and its target.

    `low` and `high` give a target range instead; `shown` is the value as it is written beside the plot.
    """

    label: str
    value: float | None
    target: float | None = None
    low: float | None = None
    high: float | None = None
    shown: str = ""


@dataclass(frozen=True)
class Spot:
    """A point of the drawing, in its own units."""

    x: float
    y: float
    width: float = 0
    height: float = 0
    text: str = ""
    last: bool = False


@dataclass
class Drawing:
    """What the template draws: everything placed, rounded to tenths."""

    width: int
    height: int
    baseline: float
    left: float
    right: float
    bars: list[Spot] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    bands: list[Spot] = field(default_factory=list)
    grid: list[Spot] = field(default_factory=list)
    labels: list[Spot] = field(default_factory=list)
    values: list[Spot] = field(default_factory=list)


def nice_steps(low: float, high: float, about: int = 3) -> list[float]:
    """Round numbers that cover low to high in about `about` steps: 0, 500, 1000."""
    least = 1e-6 * max(1.0, abs(low), abs(high))  # below it steps would be lost in rounding
    if high - low < least:
        high = low + max(1.0, least)
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999), 10 * power)
    first = math.floor(low / step)
    last = math.ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


def draw(points: Sequence[Point], *, kind: str = "line", width: int = 400, height: int = 240) -> Drawing:
    """Places the points. `kind` is line (a state over time) or bar (amounts, always from zero)."""
    known = [v for p in points for v in (p.value, p.target, p.low, p.high) if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if kind == "bar" or (low >= 0 and low < high * 0.6):
        low = min(low, 0.0)  # a bar that doesn't start at zero lies
    steps = nice_steps(low, high)
    low, high = steps[0], steps[-1]
    left, right, top, bottom = 8.0, width - 8.0, 30.0, height - 30.0

    def y(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    slot = (right - left - 44) / max(len(points), 1)

    def x(index: int) -> float:
        return round(left + 44 + slot * (index + 0.5), 1)

    plan = Drawing(width, height, y(max(low, min(0.0, high))), left + 44, right)
    plan.grid = [Spot(left + 38, y(step), text=f"{step:,.10g}") for step in steps]
    last = max((i for i, p in enumerate(points) if p.value is not None), default=-1)
    # On a narrow drawing every second or third label is enough; the last is always there.
    every = max(1, math.ceil(len(points) * 46 / max(right - left - 44, 1)))
    for index, point in enumerate(points):
        if (len(points) - 1 - index) % every == 0:
            plan.labels.append(Spot(x(index), bottom + 22, text=point.label))
        if point.low is not None and point.high is not None:
            upper = y(point.high)
            plan.bands.append(
                Spot(round(x(index) - slot / 2, 1), upper, round(slot, 1), round(y(point.low) - upper, 1))
            )
        if point.value is None:
            continue
        at = y(point.value)
        if kind == "bar":
            wide = round(min(slot * 0.62, 64), 1)
            upper, under = min(at, plan.baseline), max(at, plan.baseline)
            plan.bars.append(
                Spot(round(x(index) - wide / 2, 1), upper, wide, round(under - upper, 1), last=index == last)
            )
        else:
            plan.spots.append(Spot(x(index), at, last=index == last))
        if index == last or (len(points) <= 6 and kind == "bar"):
            plan.values.append(
                Spot(x(index), at - 12, text=point.shown or f"{point.value:,.10g}", last=index == last)
            )
    if kind == "line":
        plan.lines = _runs([(x(i), None if p.value is None else y(p.value)) for i, p in enumerate(points)])
    for edge in ("target", "low", "high"):
        levels = [getattr(p, edge) for p in points]
        plan.targets += _runs([(x(i), None if v is None else y(v)) for i, v in enumerate(levels)], slot)
    return plan


def spark(
    values: Sequence[float | None], target: float | None = None, width: int = 120, height: int = 28
) -> Drawing:
    """A line the height of a word, without axes; a gap where nothing was measured."""
    known = [v for v in (*values, target) if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    span = (high - low) or 1.0

    def y(value: float) -> float:
        return round(height - 4 - (value - low) / span * (height - 8), 1)

    def x(index: int) -> float:
        return round(4 + (width - 8) * (index / max(len(values) - 1, 1)), 1)

    plan = Drawing(width, height, height, 0, width)
    plan.lines = _runs([(x(i), None if v is None else y(v)) for i, v in enumerate(values)])
    last = max((i for i, v in enumerate(values) if v is not None), default=-1)
    if last >= 0:
        plan.spots = [Spot(x(last), y(values[last] or 0.0), last=True)]
    if target is not None:
        plan.targets = [f"M0 {y(target)}H{width}"]
    return plan


def _runs(places: Sequence[tuple[float, float | None]], slot: float = 0.0) -> list[str]:
    """Paths through neighbours that have a value; with `slot` a lone one becomes a short dash of that width."""
    paths: list[str] = []
    run: list[tuple[float, float]] = []
    for x, y in [*places, (0.0, None)]:
        if y is not None:
            run.append((x, y))
            continue
        if len(run) > 1 or (run and slot):
            first, end = run[0], run[-1]
            if slot:
                run = [(round(first[0] - slot / 2, 1), first[1]), *run, (round(end[0] + slot / 2, 1), end[1])]
            paths.append("M" + "L".join(f"{px} {py}" for px, py in run))
        run = []
    return paths
