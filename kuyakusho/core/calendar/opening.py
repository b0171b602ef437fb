"""When an office is open, and what a business day is. Pure: hours, closing days and the moment are arguments.

    weekly rows          {"weekday": "mon", "from": "08:45", "to": "17:00"}
    some weeks only      {…, "weeks": [2, 4]}               第2・第4 of the month
    some counters only   {…, "sections": ["family-register"]}
    one day more         {"on": "2026-03-29", "from": …, "to": …}    opens even on a holiday

National holidays and the ward's closing days close the weekly rows; a closing day closes extra openings too.
A business day is one on which the office as a whole is open every week (地方自治法 第4条の2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from .clock import JAPAN
from .national import is_holiday

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST = 400
Kind = Literal["open", "partly", "closed"]


@dataclass(frozen=True)
class Row:
    """One line of opening hours. `weekday` 0 is Monday; None with `on`. Empty `weeks` and `sections` mean all."""

    starts: time
    ends: time
    weekday: int | None = None
    on: date | None = None
    weeks: frozenset[int] = frozenset()
    sections: frozenset[str] = frozenset()

    def is_for(self, day: date) -> bool:
        """Whether the row is meant for that day, holidays aside."""
        if self.on is not None:
            return day == self.on
        return day.weekday() == self.weekday and (not self.weeks or week_of_month(day) in self.weeks)

    @property
    def is_regular(self) -> bool:
        """Every week, the whole office: what makes a business day."""
        return self.on is None and not self.weeks and not self.sections


@dataclass(frozen=True)
class Hours:
    """A ward's hours with its closing days."""

    rows: tuple[Row, ...]
    closing: frozenset[date] = frozenset()
    is_holiday: Callable[[date], bool] = is_holiday

    def on(self, day: date) -> list[Row]:
        """The rows that hold on that day, by beginning."""
        if day in self.closing:
            return []
        closed = self.is_holiday(day)
        rows = [row for row in self.rows if row.is_for(day) and (row.on is not None or not closed)]
        return sorted(rows, key=lambda row: (row.starts, row.ends))

    def is_business_day(self, day: date) -> bool:
        """Whether the office works as a whole on that day."""
        return any(row.is_regular for row in self.on(day))


@dataclass(frozen=True)
class State:
    """How the office is at a moment. `until` ends what is open, `sections` are those open when `partly`."""

    kind: Kind
    until: datetime | None = None
    sections: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Opening:
    """A stretch of time in which the office, or some of its counters, is open."""

    starts: datetime
    ends: datetime
    sections: frozenset[str]


def read_hours(opening: Iterable[Mapping[str, Any]], closing: Iterable[date] = ()) -> Hours:
    """Hours from the rows of a ward. Raises ValueError, naming the row, when one can't be read."""
    rows = []
    for number, row in enumerate(opening, 1):
        try:
            rows.append(_read_row(row))
        except (KeyError, ValueError, TypeError) as error:
            raise ValueError(f"opening hours, row {number}: {error}") from error
    return Hours(tuple(rows), frozenset(closing))


def state_at(hours: Hours, at: datetime, section: str | None = None) -> State:
    """Whether the office is open at that moment, `partly` when only some counters are.

    With `section` it is that section's own counter: then open or closed.
    """
    local = at.astimezone(JAPAN)
    now = local.time()
    current = [row for row in hours.on(local.date()) if row.starts <= now < row.ends]
    if section is not None:
        current = [row for row in current if not row.sections or section in row.sections]
    if not current:
        return State("closed")
    whole = [row for row in current if not row.sections]
    if whole or section is not None:
        ends = _run_on(hours.on(local.date()), max(row.ends for row in whole or current), section)
        return State("open", datetime.combine(local.date(), ends, JAPAN))
    ends = max(row.ends for row in current)
    sections = frozenset().union(*(row.sections for row in current))
    return State("partly", datetime.combine(local.date(), ends, JAPAN), sections)


def is_open(hours: Hours, at: datetime, section: str | None = None) -> bool:
    """Whether the office, or that section's counter, is open at that moment. Partly open counts as closed."""
    return state_at(hours, at, section).kind == "open"


def openings(hours: Hours, at: datetime, section: str | None = None) -> Iterator[Opening]:
    """What opens after that moment, the next first, for a bit more than a year."""
    today = at.astimezone(JAPAN).date()
    for distance in range(FARTHEST):
        day = today + timedelta(days=distance)
        for row in hours.on(day):
            starts = datetime.combine(day, row.starts, JAPAN)
            if starts > at and (section is None or not row.sections or section in row.sections):
                yield Opening(starts, datetime.combine(day, row.ends, JAPAN), row.sections)


def next_opening(hours: Hours, at: datetime, section: str | None = None) -> Opening | None:
    """The next time the office as a whole opens, or that section's counter; None when not within a year."""
    for opening in openings(hours, at, section):
        if section is not None or not opening.sections:
            return opening
    return None


def business_day_from(hours: Hours, day: date) -> date:
    """That day, or the next business day: where a period that ends on a closed day really ends.

    Raises ValueError when there is none within a year (a ward without hours).
    """
    for distance in range(FARTHEST):
        found = day + timedelta(days=distance)
        if hours.is_business_day(found):
            return found
    raise ValueError("the ward has no business day within a year: it has no regular opening hours")


def add_business_days(hours: Hours, day: date, count: int) -> date:
    """The deadline `count` business days after `day`; the day itself is not counted (民法 第140条).

    Raises ValueError for a negative count and for a ward without regular hours.
    """
    if count < 0:
        raise ValueError("a deadline lies ahead: the count of business days is never negative")
    for _step in range(count):
        day = business_day_from(hours, day + timedelta(days=1))
    return day


def business_days_between(hours: Hours, after: date, until: date) -> int:
    """How many business days lie after the one day, up to and including the other; negative when it is past."""
    if until < after:
        return -business_days_between(hours, until, after)
    days = (until - after).days
    return sum(hours.is_business_day(after + timedelta(days=step)) for step in range(1, days + 1))


def week_of_month(day: date) -> int:
    """1 for the first such weekday of the month: the 8th to the 14th are 第2."""
    return (day.day - 1) // 7 + 1


def _run_on(rows: list[Row], ends: time, section: str | None) -> time:
    """The end of an unbroken stretch: rows that touch or overlap go on."""
    for row in rows:
        fits = not row.sections or (section is not None and section in row.sections)
        if fits and row.starts <= ends < row.ends:
            ends = row.ends
    return ends


def _read_row(row: Mapping[str, Any]) -> Row:
    starts, ends = time.fromisoformat(row["from"]), time.fromisoformat(row["to"])
    if starts >= ends:
        raise ValueError(f"it opens at {row['from']} and closes at {row['to']}")
    weeks = frozenset(row.get("weeks", ()))
    if not weeks <= {1, 2, 3, 4, 5}:
        raise ValueError(f"weeks {sorted(weeks)} are not all between 1 and 5")
    sections = frozenset(row.get("sections", ()))
    if "on" in row:
        on = row["on"] if isinstance(row["on"], date) else date.fromisoformat(row["on"])
        return Row(starts, ends, on=on, sections=sections)
    if row["weekday"] not in WEEKDAYS:
        raise ValueError(f"weekday {row['weekday']!r} is not one of {', '.join(WEEKDAYS)}")
    return Row(starts, ends, WEEKDAYS.index(row["weekday"]), weeks=weeks, sections=sections)
