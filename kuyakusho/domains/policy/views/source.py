"""The source text with the parts that own it marked, each leading to its place in the tree."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from ..rules.outline import Outline

# How much of a long document is shown at once, in characters.
WHOLE, AROUND = 40_000, 12_000

_WRAPPED = re.compile(r"[ \t\u3000]*\n(?:[ \t\u3000\f]*\n)+")
_EMPTY_LINES = re.compile(r"(?:[ \t\u3000\f]*\n){3,}")

Address = Callable[..., str]


@dataclass(frozen=True)
class Piece:
    """A stretch of the text. `kind` is owned, attached or free; `anchor` is set on the first piece of its part."""

    text: str
    kind: str
    id: str = ""
    href: str = ""
    anchor: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Source:
    """What is shown, and where the text goes on. `before` and `after` are positions, None at the ends."""

    pieces: tuple[Piece, ...]
    before: int | None
    after: int | None
    length: int


def source_around(text: str, outline: Outline, start: int | None, chosen: str, address: Address) -> Source:
    """The text, or the stretch of a long one around `start`, cut at the ends of lines."""
    first, last = 0, len(text)
    if len(text) > WHOLE:
        middle = start or 0
        first = text.rfind("\n", 0, max(0, middle - AROUND // 3)) + 1
        end = text.find("\n", min(len(text), middle + AROUND))
        last = end + 1 if end >= 0 else len(text)
    return Source(
        tuple(_pieces(text, outline, first, last, chosen, address)),
        max(0, first - AROUND) if first else None,
        last if last < len(text) else None,
        len(text),
    )


def _pieces(text: str, outline: Outline, first: int, last: int, chosen: str, address: Address) -> list[Piece]:
    marks = _marks(outline, first, last)
    pieces: list[Piece] = []
    seen: set[str] = set()
    at = first
    for start, end, kind, id in marks:
        start = max(start, at)
        if end <= start:
            continue
        if start > at:
            pieces.append(Piece(_tight(text[at:start]), "free"))
        pieces.append(
            Piece(
                _WRAPPED.sub("\n", text[start:end]),
                kind,
                id,
                address(id, f"t-{id}"),
                "" if id in seen else f"s-{id}",
                id == chosen,
            )
        )
        seen.add(id)
        at = end
    if at < last:
        pieces.append(Piece(_tight(text[at:last]), "free"))
    return pieces


def _tight(text: str) -> str:
    """Many empty lines as one: leaflets that were laid out in columns are full of them."""
    return _EMPTY_LINES.sub("\n\n", text)


def _marks(outline: Outline, first: int, last: int) -> list[tuple[int, int, str, str]]:
    """Stretches in order of the text, cut to the window; where two overlap, owned text wins over attached."""
    owned = [
        (max(start, first), min(end, last), "owned", id)
        for id, part in outline.parts.items()
        for start, end in part.spans
        if start < last and end > first
    ]
    owned.sort()
    starts = [mark[0] for mark in owned]
    attached = []
    for id, part in outline.parts.items():
        for start, end in part.attached_spans:
            start, end = max(start, first), min(end, last)
            if start >= end:
                continue
            # Give way to what is owned inside.
            at = start
            for one in owned[max(0, bisect_left(starts, start) - 1) :]:
                if one[0] >= end:
                    break
                if one[0] > at:
                    attached.append((at, min(one[0], end), "attached", id))
                at = max(at, one[1])
            if at < end:
                attached.append((at, end, "attached", id))
    return sorted([*owned, *attached])
