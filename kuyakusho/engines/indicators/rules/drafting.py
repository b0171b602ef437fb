"""What is doubtful about an indicator before the year begins: said while it can still be mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .results import Goal

NO_BASELINE = "no_baseline"
NO_TARGET = "no_target"
UNMEASURABLE = "unmeasurable"
TARGET_IN_MARGIN = "target_in_margin"
TARGET_EQUALS_BASELINE = "target_equals_baseline"
EXIT_POLL = "exit_poll"
DIRECTION_CONTRADICTED = "direction_contradicted"
RANGE_INCOMPLETE = "range_incomplete"

# Words by which a questionnaire among those who came is known, where nobody marked it as one.
EXIT_POLL_WORDS = ("来場者アンケート", "参加者アンケート", "来庁者アンケート", "出口調査")


@dataclass(frozen=True)
class Doubt:
    """One warning. `fiscal_year` is that of the target it speaks of, where it speaks of one."""

    code: str
    fiscal_year: int | None = None


def doubts(
    *,
    direction: str,
    baseline: Decimal | None,
    baseline_low: Decimal | None,
    baseline_high: Decimal | None,
    goals: Mapping[int, Goal],
    is_measurable: bool,
    method: str = "",
    words: str = "",
) -> list[Doubt]:
    """The warnings of one indicator, in the order in which one would mend them.

    `is_measurable`: its source is registered, or its figures are typed or loaded from a file. `words` is its title
    with the rule and the source in plain words; see EXIT_POLL_WORDS. `baseline_low` and `baseline_high` are the
    margin of error of the baseline.
    """
    found = []
    if not is_measurable:
        found.append(Doubt(UNMEASURABLE))
    if baseline is None:
        found.append(Doubt(NO_BASELINE))
    stated = {year: goal for year, goal in sorted(goals.items()) if not goal.is_empty(direction)}
    if not stated:
        found.append(Doubt(NO_TARGET))
    if baseline is not None:
        low = baseline if baseline_low is None else baseline_low
        high = baseline if baseline_high is None else baseline_high
        found += [
            doubt
            for year, goal in stated.items()
            for doubt in _against_baseline(direction, goal, year, baseline, low, high)
        ]
    found += _among_targets(direction, goals)
    if method == "exit_poll" or any(word in words for word in EXIT_POLL_WORDS):
        found.append(Doubt(EXIT_POLL))
    return found


def _against_baseline(
    direction: str, goal: Goal, year: int, baseline: Decimal, low: Decimal, high: Decimal
) -> list[Doubt]:
    if direction == "range" or goal.value is None:
        return []
    if goal.value == baseline:
        return [Doubt(TARGET_EQUALS_BASELINE, year)]
    found = []
    if low <= goal.value <= high:
        found.append(Doubt(TARGET_IN_MARGIN, year))
    if (goal.value < baseline) == (direction == "up"):
        found.append(Doubt(DIRECTION_CONTRADICTED, year))
    return found


def _among_targets(direction: str, goals: Mapping[int, Goal]) -> list[Doubt]:
    """Targets that run against the direction from year to year, and ranges that are none."""
    found = []
    before: Decimal | None = None
    for year, goal in sorted(goals.items()):
        if direction == "range":
            if goal.low is not None and goal.high is not None:
                if goal.low > goal.high:
                    found.append(Doubt(DIRECTION_CONTRADICTED, year))
            elif goal.value is not None or goal.low is not None or goal.high is not None:
                found.append(Doubt(RANGE_INCOMPLETE, year))
            continue
        if goal.value is None:
            if goal.low is not None or goal.high is not None:
                found.append(Doubt(DIRECTION_CONTRADICTED, year))
            continue
        if before is not None and goal.value != before and (goal.value < before) == (direction == "up"):
            found.append(Doubt(DIRECTION_CONTRADICTED, year))
        before = goal.value
    return found
