"""Where live figures come from: functions that rooms register at start-up.

A source answers one question about a ward and a stretch of days. It never returns zero for "nothing there": where
nothing happened that could be measured it returns a value of None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from kuyakusho.core.wards.models import Ward

from .rules import Period

Text = str | Promise

# Figures that are made elsewhere: loaded from a file, or entered by hand.
FILE, TYPED = "file", "typed"
MADE_ELSEWHERE = (FILE, TYPED)


@dataclass(frozen=True)
class Measured:
    """What a source found.

    `value` in the unit of the source, None when there was nothing to measure. `base`: how many cases it rests on.
    `low`, `high`: the ends of its interval where cases were drawn at random. `as_of`: the state that was counted
    (aware). `lineage`: what was counted in small facts (tables, conditions, counts); no personal data.
    """

    value: Decimal | None
    as_of: datetime
    base: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    lineage: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A registered source.

    `narrows`: it takes `rows=`, the rows of the initiatives to count for. `replays`: asked today about a past year it
    answers for that year, and not with the state of today.
    """

    name: str
    measure: Callable[..., Measured]
    unit: str
    description: Text
    narrows: bool = False
    replays: bool = False


_sources: dict[str, Source] = {}


def register_source(
    name: str,
    func: Callable[..., Measured],
    unit: str,
    description: Text,
    *,
    narrows: bool = False,
    replays: bool = False,
) -> Source:
    """Makes `func(ward, period)` known as `name` (`counters.wait_minutes_median`).

    With `narrows` it is called as `func(ward, period, rows=(…))`; `rows` is empty for the whole ward. With `replays`
    the years before that have a target are measured as well, and again when their answer changes. `description` is
    shown to residents as what was counted: a Japanese sentence, as a lazy translation. Raises ValueError when
    the name is taken or is one of `file` and `typed`.
    """
    if name in _sources or name in MADE_ELSEWHERE:
        raise ValueError(f"the source {name} is registered already")
    source = _sources[name] = Source(name, func, unit, description, narrows, replays)
    return source


def source_of(name: str) -> Source | None:
    """The source of that name, or None."""
    return _sources.get(name)


def sources() -> list[Source]:
    """All of them, by name."""
    return [_sources[name] for name in sorted(_sources)]


def forget_source(name: str) -> None:
    """Takes a source away again; tests that register one use it."""
    _sources.pop(name, None)


def is_measurable(source: str, about: list[str]) -> bool:
    """Whether figures can come in: made elsewhere, or from a source that can count what it is about."""
    if source in MADE_ELSEWHERE:
        return True
    found = _sources.get(source)
    return found is not None and (found.narrows or not about)


def measure(source: Source, ward: Ward, period: Period, about: list[str]) -> Measured:
    """Asks the source."""
    if source.narrows:
        return source.measure(ward, period, rows=tuple(about))
    return source.measure(ward, period)
