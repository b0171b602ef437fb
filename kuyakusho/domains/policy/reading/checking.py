"""After the tree has grown: every character has one owner, and what looks wrong is said."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .blocks import Block
from .characters import fold
from .draft import Draft
from .model import Repair
from .numbering import ordinal
from .source import Range

_LINE = re.compile(r"\S[^\n]*")


@dataclass(slots=True)
class _Claim:
    """A stretch of the source that a node owns or keeps; `group` gathers what belongs to one passage."""

    start: int
    end: int
    draft: Draft
    is_owned: bool
    reason: str = ""
    group: list[Range] = field(default_factory=list)


def walk(draft: Draft) -> Iterator[Draft]:
    """All drafts below the root, in tree order."""
    for child in draft.children:
        yield child
        yield from walk(child)


def settle(source: str, root: Draft, loose: Sequence[Block]) -> None:
    """Give every character that is not white space to exactly one node.

    `loose` are blocks that found no place: each goes, in one piece, to the nearest node. So does what no block
    claimed. Where two claims overlap the first in the text wins.
    """
    drafts = list(walk(root))
    claims: list[_Claim] = []
    for draft in (root, *drafts):
        claims.extend(_Claim(start, end, draft, True) for start, end in draft.own if start < end)
        for reason, ranges in draft.attached:
            group: list[Range] = []
            home = _first(drafts, root) if draft is root and reason != "furniture" else draft
            claims.extend(
                _Claim(start, end, home, False, reason, group) for start, end in ranges if start < end
            )
        draft.own = []
        draft.attached = []
    owners = sorted(
        (
            (claim.start, claim.end, claim.draft)
            for claim in claims
            if claim.is_owned and claim.draft is not root
        ),
        key=lambda owner: owner[:2],
    )
    starts = [start for start, _, _ in owners]

    def nearest(span: Range) -> Draft:
        """The node before the text, unless the one after it is much nearer."""
        place = bisect_left(starts, span[0])
        before = owners[place - 1] if place else None
        after = owners[place] if place < len(owners) else None
        if before is None or after is None:
            return (before or after or (0, 0, root))[2]
        return after[2] if 3 * (after[0] - span[1]) < span[0] - before[1] else before[2]

    for block in loose:
        home = nearest((block.start, block.end))
        group = []
        reason = {"short": "caption", "prose": "stray"}.get(block.kind, block.role or block.kind)
        claims.extend(_Claim(line.start, line.end, home, False, reason, group) for line in block.lines)
    claims.sort(key=lambda claim: (claim.start, claim.end))
    position = 0
    for claim in claims:
        if claim.start > position:
            _attach_rest(source, nearest, (position, claim.start))
        start = max(claim.start, position)
        if start >= claim.end:
            continue
        position = claim.end
        if claim.is_owned:
            claim.draft.own.append((start, claim.end))
            continue
        if not claim.group:
            claim.draft.attached.append((claim.reason, claim.group))
        claim.group.append((start, claim.end))
    _attach_rest(source, nearest, (position, len(source)))


def _first(drafts: list[Draft], root: Draft) -> Draft:
    """The node that stands first in the text: it keeps what is printed before any heading."""
    owning = [draft for draft in drafts if draft.own]
    return min(owning, key=lambda draft: draft.start, default=drafts[0] if drafts else root)


def _attach_rest(source: str, nearest: Callable[[Range], Draft], span: Range) -> None:
    """Attach what is left between two claims, line by line."""
    for match in _LINE.finditer(source, *span):
        start, end = match.span()
        while end > start and source[end - 1].isspace():
            end -= 1
        nearest((start, end)).attached.append(("stray", [(start, end)]))


def _running(root: Draft) -> set[str]:
    """Kinds that are numbered through the whole document, not anew under each parent: 施策1, 2 | 施策3."""
    places: dict[str, list[int | None]] = {}
    for draft in walk(root):
        if draft.key:
            places.setdefault(draft.kind, []).append(ordinal(draft.key[-1]) if len(draft.key) == 1 else None)
    return {kind for kind, found in places.items() if found == list(range(1, len(found) + 1))}


def find_gaps(source: str, root: Draft) -> list[Repair]:
    """Numbers that are missing among the children of a node: a sign of a document cut short or misread."""
    doubts: list[Repair] = []
    running = _running(root)
    for parent in (root, *walk(root)):
        by_kind: dict[str, list[tuple[int, Draft]]] = {}
        for child in parent.children:
            place = ordinal(child.key[-1]) if child.key and child.kind not in ("goal", "budget") else None
            if place is not None and child.kind not in running:
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
