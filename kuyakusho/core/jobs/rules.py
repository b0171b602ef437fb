"""When a job by the clock is due: pure rules over Japanese time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kuyakusho.core.calendar.clock import JAPAN

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock_time(text: str) -> time:
    """`"03:20"` as a time of day. Raises ValueError for anything else."""
    if not re.fullmatch(r"[0-2]\d:[0-5]\d", text):
        raise ValueError(f"{text!r} is not a time of day such as 03:20")
    return time.fromisoformat(text)


@dataclass(frozen=True)
class Every:
    """Every `minutes`, counted from midnight UTC so that all workers agree; divides a day."""

    minutes: int

    def __post_init__(self) -> None:
        if self.minutes < 1 or 24 * 60 % self.minutes:
            raise ValueError(f"{self.minutes} minutes do not divide a day")

    def latest(self, now: datetime) -> datetime:
        """The last slot that has begun."""
        minute = int(now.timestamp()) // 60
        return datetime.fromtimestamp((minute - minute % self.minutes) * 60, UTC)

    def next(self, now: datetime) -> datetime:
        """The first slot after now."""
        return self.latest(now) + timedelta(minutes=self.minutes)

    def __str__(self) -> str:
        return f"every {self.minutes} min"


@dataclass(frozen=True)
class At:
    """At a time of day, on every day or only on those that `weekday` (0 is Monday) or `month` and `day` name."""

    at: time
    weekday: int | None = None
    month: int | None = None
    day: int | None = None

    def latest(self, now: datetime) -> datetime:
        """The last slot that has begun."""
        return self._search(now, -1)

    def next(self, now: datetime) -> datetime:
        """The first slot after now."""
        return self._search(now, +1)

    def _search(self, now: datetime, step: int) -> datetime:
        today = now.astimezone(JAPAN).date()
        for distance in range(367 * 4):  # 29 February comes within four years, or eight around 2100
            on = today + timedelta(days=step * distance)
            slot = datetime.combine(on, self.at, JAPAN)
            if self._is_on(on) and (slot <= now if step < 0 else slot > now):
                return slot.astimezone(UTC)
        raise ValueError(f"{self} never comes")

    def _is_on(self, on: date) -> bool:
        return (
            (self.weekday is None or on.weekday() == self.weekday)
            and (self.month is None or on.month == self.month)
            and (self.day is None or on.day == self.day)
        )

    def __str__(self) -> str:
        at = f"{self.at:%H:%M}"
        if self.weekday is not None:
            return f"{WEEKDAYS[self.weekday]} {at}"
        return f"{self.month:02}-{self.day:02} {at}" if self.month is not None else f"daily {at}"


Rule = Every | At
