"""Which observations count, as of a past day, and what they add up to.

Observations are never changed: a correction is a later observation of the same period. What was known on a day is
therefore a question about `recorded_at`, and every older answer can be given again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .periods import Period, fiscal_year_of

YEAR_AT_MOST_DAYS = 366


@dataclass(frozen=True)
class Seen:
    """One observation. `low` and `high` are the ends of its interval, `base` the cases that it rests on."""

    period: Period
    value: Decimal
    recorded_at: datetime
    number: int = 0  # tells two of the same moment apart
    base: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class Figure:
    """A number made of one or several observations.

    `high` is None when there is no upper end: a year inside the sum was not measured, so that the true number may
    be higher by any amount. `low` is None when it may be lower, too, which is so where values below zero occur.
    `base` is None when it is not known of every part. `gaps` are the fiscal years without a value.
    """

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    base: int | None
    parts: tuple[Seen, ...]
    gaps: tuple[int, ...] = ()

    @property
    def until_on(self) -> date:
        """The first day after everything it speaks of."""
        return max(part.period.until_on for part in self.parts)

    @property
    def as_of(self) -> datetime:
        """The state of the source that was counted last."""
        return max(part.as_of or part.recorded_at for part in self.parts)


def known_at(observations: Iterable[Seen], asked_at: datetime | None = None) -> list[Seen]:
    """What stood at `asked_at`: per period the observation that was recorded last; None asks for the present.

    An observation over no case at all says nothing and is dropped, so that an empty source is never a zero.
    """
    last: dict[Period, Seen] = {}
    for seen in sorted(observations, key=lambda o: (o.recorded_at, o.number)):
        if asked_at is None or seen.recorded_at <= asked_at:
            last[seen.period] = seen
    return sorted((seen for seen in last.values() if seen.base != 0), key=lambda o: o.period)


def yearly_figure(known: Iterable[Seen], fiscal_year: int, *, adds_up: bool = False) -> Figure | None:
    """The value of one fiscal year, or None when there is none.

    Values over more than a year are no yearly values. Among the others the one that begins with the year and
    reaches furthest is taken; failing that, the one that reaches furthest. With `adds_up` (things that are
    counted) parts of the year that don't overlap are added instead.
    """
    inside = [
        seen
        for seen in known
        if seen.period.days <= YEAR_AT_MOST_DAYS and seen.period.fiscal_year == fiscal_year
    ]
    if not inside:
        return None
    if adds_up:
        return _sum(_disjoint(inside))
    start = date(fiscal_year, 4, 1)
    return _sum(
        [
            max(
                inside,
                key=lambda o: (o.period.from_on == start, o.period.until_on, -o.period.from_on.toordinal()),
            )
        ]
    )


def first_year_of_sum(accumulates_from: int | None, baseline_on: date | None) -> int | None:
    """The first year that a cumulative indicator adds up: as set, or the one after its baseline.

    None, where neither is given, means the first year with a value.
    """
    if accumulates_from is not None:
        return accumulates_from
    return None if baseline_on is None else fiscal_year_of(baseline_on) + 1


def cumulative_figure(
    known: Iterable[Seen], first_year: int | None, fiscal_year: int, start: Decimal = Decimal(0)
) -> Figure | None:
    """What was reached from `first_year` to the end of `fiscal_year` together; None when nothing was measured.

    `start` is what had been reached before (the baseline). `first_year` None: from the first year with a value. A
    value over several years stands for the years it covers. A year without a value in between is a gap: the sum is
    then only a lower bound.
    """
    inside = [
        seen
        for seen in known
        if seen.period.fiscal_year <= fiscal_year
        and (first_year is None or _first_year_of(seen.period) >= first_year)
    ]
    if not inside:
        return None
    parts = _disjoint(inside)
    since = first_year if first_year is not None else min(_first_year_of(part.period) for part in parts)
    covered: set[int] = set()
    for part in parts:
        covered.update(range(_first_year_of(part.period), part.period.fiscal_year + 1))
    return _sum(parts, tuple(year for year in range(since, fiscal_year + 1) if year not in covered), start)


def _first_year_of(period: Period) -> int:
    # A calendar year's figures belong to the year of their last day alone.
    if period.days <= YEAR_AT_MOST_DAYS:
        return period.fiscal_year
    return period.from_on.year if period.from_on.month >= 4 else period.from_on.year - 1


def _disjoint(inside: list[Seen]) -> list[Seen]:
    """The longest periods first, each as long as it overlaps none that was taken; in the order of time."""
    taken: list[Seen] = []
    for seen in sorted(inside, key=lambda o: (o.period.days, o.recorded_at, o.number), reverse=True):
        if not any(seen.period.overlaps(other.period) for other in taken):
            taken.append(seen)
    return sorted(taken, key=lambda o: o.period)


def _sum(parts: list[Seen], gaps: tuple[int, ...] = (), start: Decimal = Decimal(0)) -> Figure:
    value = sum((part.value for part in parts), start)
    low = sum((part.value if part.low is None else part.low for part in parts), start)
    high = sum((part.value if part.high is None else part.high for part in parts), start)
    bases = [part.base for part in parts]
    return Figure(
        value,
        None if gaps and any(part.value < 0 for part in parts) else low,
        None if gaps else high,
        None if None in bases else sum(base for base in bases if base is not None),
        tuple(parts),
        gaps,
    )
