"""The source text: what a reader made of a file, and where in it things stand."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hint:
    """What the file format says about a stretch of text, beyond its characters.

    `kind` is `heading` (with its level from 1), `item` (an element of a list, with its depth from 1),
    `cell` (a table's cell), `caption` or `page` (a new page starts here).
    """

    start: int
    end: int
    kind: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class SourceText:
    """One document as plain text. All spans of an import point into `text`.

    `notes` are Japanese sentences for the planner: how the file was read and what was left out.
    `losses` are those that must not be overlooked (unreadable bytes, pages without text).
    """

    text: str
    filename: str = ""
    media_type: str = "text/plain"
    encoding: str = ""
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)

    def hint_at(self, start: int) -> Hint | None:
        """The hint whose stretch holds this position (pages excepted), or None."""
        if not self.hints:
            return None
        if not self._starts:
            self._starts.extend(h.start for h in self.hints)
        index = bisect_right(self._starts, start) - 1
        while index >= 0:
            hint = self.hints[index]
            if hint.kind != "page":
                return hint if hint.start <= start < hint.end else None
            index -= 1
        return None

    @property
    def page_starts(self) -> tuple[int, ...]:
        """Where pages begin, if the format knows pages."""
        return tuple(h.start for h in self.hints if h.kind == "page")
