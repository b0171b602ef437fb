"""After the tree has grown: every character has one owner, and what looks wrong is said."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from .characters import fold
from .draft import Draft
from .model import Repair
from .numbering import ordinal
from .source import Range


_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?=[^\n]*\S)(?!\s*\n))*")


def walk(draft: Draft) -> Iterator[Draft]:
    """All drafts below the root, in tree order."""
    for child in draft.children:
        yield child
        yield from walk(child)


def settle(source: str, root: Draft) -> None:
    """Give every character that is not white space to exactly one node.

    What stood before the first node goes to the first node; what no block claimed goes to the node before it;
    where two claims overlap the first in the text wins.
    """
    drafts = list(walk(root))
    if drafts:
        first = min((d for d in drafts if d.own), key=lambda d: d.start, default=drafts[0])
        keep = [(reason, span) for reason, span in root.attached if reason == "furniture"]
        moved = [(reason, span) for reason, span in root.attached if reason != "furniture"]
        root.attached = keep
        first.attached.extend(moved)
    claims: list[tuple[int, int, Draft, bool, str]] = []
    for draft in (root, *drafts):
        claims.extend((start, end, draft, True, "") for start, end in draft.own if start < end)
        claims.extend((start, end, draft, False, reason) for reason, (start, end) in draft.attached if start < end)
        draft.own = []
        draft.attached = []
    claims.sort(key=lambda c: (c[0], c[1]))
    owners = [(start, end, draft) for start, end, draft, is_owned, _ in claims if is_owned and draft is not root]
    starts = [start for start, _, _ in owners]

    def nearest(span: Range) -> Draft:
        """The node before the text, unless the one after it is much nearer."""
        place = bisect_left(starts, span[0])
        before = owners[place - 1] if place else None
        after = owners[place] if place < len(owners) else None
        if before is None or after is None:
            return (before or after or (0, 0, root))[2]
        return after[2] if 3 * (after[0] - span[1]) < span[0] - before[1] else before[2]

    position = 0
    for start, end, draft, is_owned, reason in claims:
        if start > position:
            _attach_lines(source, nearest, (position, start))
        start = max(start, position)
        if start < end:
            if is_owned:
                draft.own.append((start, end))
            else:
                _attach(source, draft, (start, end), reason)
            position = end
    _attach_lines(source, nearest, (position, len(source)))


def _attach_lines(source: str, nearest: Callable[[Range], Draft], span: Range) -> None:
    """Attach what is left between two claims, paragraph by paragraph."""
    start, end = span
    position = start
    for paragraph in _PARAGRAPH.finditer(source, start, end):
        position = paragraph.end()
        low, high = paragraph.span()
        _attach(source, nearest((low, high)), (low, high))
    assert not source[position:end].strip()


def _attach(source: str, draft: Draft, span: Range, reason: str = "stray") -> None:
    start, end = span
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    if start < end:
        draft.attached.append((reason, (start, end)))


def find_gaps(source: str, root: Draft) -> list[Repair]:
    """Numbers that are missing among the children of a node: a sign of a document cut short or misread."""
    doubts: list[Repair] = []
    for parent in (root, *walk(root)):
        by_kind: dict[str, list[tuple[int, Draft]]] = {}
        for child in parent.children:
            place = ordinal(child.key[-1]) if child.key and child.kind not in ("goal", "budget") else None
            if place is not None:
                by_kind.setdefault(child.kind, []).append((place, child))
        for siblings in by_kind.values():
            places = [place for place, _ in siblings]
            missing = sorted(set(range(1, max(places) + 1)) - set(places))
            if missing and len(missing) <= max(places):
                child = siblings[-1][1]
                shown = "、".join(str(number) for number in missing[:5])
                name = fold("".join(source[s:e] for s, e in (parent.title or parent.label)))[:20] or "文書"
                doubts.append(
                    Repair(
                        "missing-number",
                        f"「{name}」の下に番号が抜けています（{shown}番目がなく、「{child.printed_code}」があります）。",
                        ((child.start, child.start),),
                    )
                )
            if places != sorted(places):
                doubts.append(
                    Repair(
                        "out-of-order",
                        f"「{siblings[0][1].printed_code}」などの並びが番号順ではありません。",
                        ((siblings[0][1].start, siblings[0][1].start),),
                    )
                )
    return doubts
