"""Was the target reached? Four answers, and never a zero where nothing was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kuyakusho.core.calendar.clock import JAPAN

from .periods import year_period
from .standing import Figure

MET, MISSED, UNDECIDABLE, NOT_MEASURED = "met", "missed", "undecidable", "not_measured"

# Why a result can't be given.
INTERVAL, FEW_CASES, BASE_UNKNOWN, NO_TARGET, GAP = (
    "interval",
    "few_cases",
    "base_unknown",
    "no_target",
    "gap",
)


@dataclass(frozen=True)
class Goal:
    """What shall be reached: `value` for up and down; `low` and `high` (either may be open) for a range."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    def is_empty(self, direction: str) -> bool:
        """Whether there is nothing to compare with in that direction."""
        return (self.low is None and self.high is None) if direction == "range" else self.value is None


@dataclass(frozen=True)
class Judged:
    """The result of one indicator for one fiscal year.

    `yearly` is the value of the year, `cumulative` what was reached up to it; `graded` is the one that the result
    follows. `reason` says why a result is undecidable. `is_provisional`: the year is not over, or the value does
    not reach to its end. `is_stale`: the value was older than the freshness limit on the day that was asked, or at
    the end of the year where that is earlier.
    """

    fiscal_year: int
    result: str
    reason: str = ""
    yearly: Figure | None = None
    cumulative: Figure | None = None
    graded: Figure | None = None
    goal: Goal | None = None
    is_provisional: bool = False
    is_stale: bool = False


def judge(direction: str, figure: Figure | None, goal: Goal | None, minimum_base: int = 0) -> tuple[str, str]:
    """The result and, when it is undecidable, why.

    `direction` is up, down or range. Reaching the target exactly is met. A value whose interval has the target
    inside can't be told apart from it. Fewer cases than `minimum_base`, or an unknown number of them where a
    minimum is set, decide nothing.
    """
    if figure is None:
        return NOT_MEASURED, ""
    if goal is None or goal.is_empty(direction):
        return UNDECIDABLE, NO_TARGET
    if minimum_base:
        if figure.base is None:
            return UNDECIDABLE, BASE_UNKNOWN
        if figure.base < minimum_base:
            return UNDECIDABLE, FEW_CASES
    bottom = goal.low if direction == "range" else goal.value if direction == "up" else None
    top = goal.high if direction == "range" else goal.value if direction == "down" else None
    above = _compare(figure, bottom)
    below = _flip(_compare(figure, top, strict=True))
    if MISSED in (above, below):
        return MISSED, ""
    if above == below == MET:
        return MET, ""
    return UNDECIDABLE, GAP if figure.gaps else INTERVAL


def _compare(figure: Figure, bound: Decimal | None, *, strict: bool = False) -> str:
    """MET when the whole interval is at or above `bound` (`strict`: above it), MISSED when none of it is."""
    if bound is None:
        return MISSED if strict else MET
    for end, answer in ((figure.low, MET), (figure.high, MISSED)):
        if end is None:
            continue
        reached = end > bound if strict else end >= bound
        if reached == (answer == MET):
            return answer
    return UNDECIDABLE


def _flip(answer: str) -> str:
    return {MET: MISSED, MISSED: MET}.get(answer, answer)


def judged_year(
    *,
    fiscal_year: int,
    direction: str,
    accumulation: str,
    yearly: Figure | None,
    cumulative: Figure | None,
    goals: Mapping[int, Goal],
    minimum_base: int,
    freshness_days: int,
    on: date,
) -> Judged:
    """The result of the year as it stands on the day `on`.

    The result of a cumulative indicator follows what was reached so far; that of a yearly one the year's value.
    Where the year itself has no value, the answer is not measured, whatever the years before gave.
    """
    cumulates = accumulation == "cumulative"
    graded = None if yearly is None else cumulative if cumulates else yearly
    goal = goals.get(fiscal_year)
    result, reason = judge(direction, graded, goal, minimum_base)
    ends_on = year_period(fiscal_year).until_on
    return Judged(
        fiscal_year,
        result,
        reason,
        yearly,
        cumulative if cumulates else None,
        graded,
        goal,
        is_provisional=yearly is not None and (on < ends_on or _covers_part(yearly, ends_on)),
        is_stale=yearly is not None and is_stale(yearly, freshness_days, min(on, ends_on)),
    )


def is_stale(figure: Figure, freshness_days: int, on: date) -> bool:
    """Whether the state that was counted lies more than `freshness_days` before the day `on`."""
    return figure.as_of.astimezone(JAPAN).date() + timedelta(days=freshness_days) < on


def _covers_part(figure: Figure, ends_on: date) -> bool:
    """Whether counting began with the year and stopped before its end: a value so far, not one of the year.

    A survey of two weeks in autumn, or a figure of the calendar year, is as final as it will be.
    """
    begins_on = date(ends_on.year - 1, 4, 1)
    return min(part.period.from_on for part in figure.parts) == begins_on and figure.until_on < ends_on


def progress(
    direction: str, value: Decimal | None, goal: Goal | None, baseline: Decimal | None = None
) -> Decimal | None:
    """How far the way from the baseline to the target is done, 0 to 100, or None when it can't be said.

    Without a baseline a target above zero is a share of the way for "up"; for "down" only reaching it counts. A
    range is reached or not; with a baseline outside of it, the way to its nearer end counts.
    """
    if value is None or goal is None or goal.is_empty(direction):
        return None
    full, none = Decimal(100), Decimal(0)
    if direction == "range":
        return _progress_to_range(value, goal, baseline)
    assert goal.value is not None
    if (value >= goal.value) if direction == "up" else (value <= goal.value):
        return full
    if baseline is None:
        if direction == "up" and goal.value > 0:
            return max(none, value / goal.value * 100)
        return none
    way = goal.value - baseline
    if way == 0 or (way > 0) != (direction == "up"):  # it was there already and has fallen back
        return none
    return min(full, max(none, (value - baseline) / way * 100))


def _progress_to_range(value: Decimal, goal: Goal, baseline: Decimal | None) -> Decimal:
    too_low = goal.low is not None and value < goal.low
    too_high = goal.high is not None and value > goal.high
    if not too_low and not too_high:
        return Decimal(100)
    if too_low and baseline is not None and goal.low is not None and baseline < goal.low:
        return progress("up", value, Goal(goal.low), baseline) or Decimal(0)
    if too_high and baseline is not None and goal.high is not None and baseline > goal.high:
        return progress("down", value, Goal(goal.high), baseline) or Decimal(0)
    return Decimal(0)
