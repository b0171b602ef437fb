"""Ranges of a document's text: `[start, end)` positions in characters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]


def united(*groups: Iterable[Span]) -> tuple[Span, ...]:
    """All ranges in order of the text; those that touch or overlap become one."""
    found: list[Span] = []
    for start, end in sorted(span for group in groups for span in group):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def cut(spans: tuple[Span, ...], source: str, tail: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Divides ranges so that the second half holds as many visible characters as `tail`, counted from the end.

    Counted without white space, because the tree's text is joined from wrapped lines. Signs that open a bullet
    stand at the beginning, so that counting from the end meets the right place. Without source all stays first.
    """
    wanted = sum(1 for c in tail if not c.isspace())
    first = list(spans)
    second: list[Span] = []
    while first and wanted > 0:
        start, end = first.pop()
        at = min(end, len(source))
        if at <= start:
            return spans, ()
        while at > start and wanted > 0:
            at -= 1
            if not source[at].isspace():
                wanted -= 1
        second.insert(0, (at, end))
        if at > start:
            first.append((start, at))
    if not first:  # the words were changed by hand: better one owner too many than text that nobody owns
        return spans, ()
    return tuple(first), tuple(second)


@dataclass(frozen=True)
class Coverage:
    """Visible characters of a document: in owned ranges, in attached ranges only, in neither."""

    total: int
    owned: int
    attached: int

    @property
    def share(self) -> float:
        """Owned share of the text, from 0 to 1. An empty document is covered."""
        return self.owned / self.total if self.total else 1.0

    @property
    def attached_share(self) -> float:
        return self.attached / self.total if self.total else 0.0

    @property
    def missing(self) -> int:
        return self.total - self.owned - self.attached

    @property
    def percent(self) -> str:
        """For people: 97.4 (never 100.0 while something is missing)."""
        shown = min(self.share, 0.999) if self.owned < self.total else 1.0
        return f"{shown * 100:.1f}"


def coverage(source: str, owned: Iterable[Span], attached: Iterable[Span]) -> Coverage:
    """Counts visible characters once each, whatever overlaps."""
    ours = united(owned)
    both = united(ours, attached)
    in_ours = _visible(source, ours)
    return Coverage(_visible(source, ((0, len(source)),)), in_ours, _visible(source, both) - in_ours)


def _visible(source: str, spans: Iterable[Span]) -> int:
    return sum(len("".join(source[start:end].split())) for start, end in spans)


def gaps(source: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The ranges of the text, with something visible in them, that no span holds."""
    found = []
    at = 0
    for start, end in (*united(spans), (len(source), len(source))):
        if source[at:start].strip():
            found.append((at, start))
        at = max(at, end)
    return tuple(found)
