"""Who owns what after 1 April: sections that are renamed, merged or split (X3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Step:
    """Section `before` hands over to `after` from a day on. Keys of sections."""

    before: str
    after: str
    on: date


@dataclass(frozen=True)
class Heir:
    """Where an owner's work goes. With several candidates a planner has to choose; with none it has no owner."""

    key: str | None
    candidates: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.key is None


def heir_of(
    section: str, *, on: date, ended: Mapping[str, date], steps: Iterable[Step], chosen: str | None = None
) -> Heir:
    """The section that owns `section`'s work on the day `on`.

    `ended` maps sections to the first day on which they are no more. A section that still exists keeps its work,
    even when a part of it went elsewhere. Steps are followed over several years. `chosen` is the planner's answer
    and counts only if it is one of the candidates.
    """
    if section not in ended or ended[section] > on:
        return Heir(section, (section,))
    followers: dict[str, list[str]] = {}
    for step in steps:
        if step.on <= on:
            followers.setdefault(step.before, []).append(step.after)
    found: list[str] = []
    seen = {section}
    waiting = [section]
    while waiting:
        current = waiting.pop(0)
        for after in followers.get(current, ()):
            if after in seen:
                continue
            seen.add(after)
            if after in ended and ended[after] <= on:
                waiting.append(after)
            else:
                found.append(after)
    candidates = tuple(found)
    if len(candidates) == 1:
        return Heir(candidates[0], candidates)
    if chosen in candidates:
        return Heir(chosen, candidates)
    return Heir(None, candidates)
