"""Which node of a plan a node of the document is, so that ids, addresses and history stay.

In this order, each node at most once:

1. word for word the same, of the same kind;
2. the same title, of the same kind, where it stands once on either side (sections, pillars);
3. the same kind and printed code all the way up, only where the plan's tree was in our own words, so that likeness
   could not be seen (among two years' documents the same code may well be another measure);
4. the same initiative behind it;
5. much alike in its words, a little more so with the same printed code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..reading import likeness
from .outline import Outline, Part
from .places import Places, coded, folded

ALIKE = 0.55
SAME_CODE = 0.08


@dataclass(frozen=True)
class Survival:
    """`kept`: node of the document → node of the plan that it is. `absorbed`: node of the plan → node of the document
    that took it in, because one part of the document stands for several of the plan's."""

    kept: Mapping[str, str]
    absorbed: Mapping[str, str]


def survivors(
    old: Outline,
    new: Outline,
    *,
    old_rows: Mapping[str, Iterable[str]],
    new_rows: Mapping[str, Iterable[str]],
    by_place: bool,
) -> Survival:
    """`old_rows` and `new_rows`: node → rows of the initiatives behind it. `by_place` allows the third step."""
    kept: dict[str, str] = {}
    taken: set[str] = set()

    def keep(found: Iterable[tuple[str, str]]) -> None:
        for theirs, ours in found:
            if theirs not in kept and ours not in taken:
                kept[theirs] = ours
                taken.add(ours)

    keep(_unique(old, new, lambda part: (part.kind, folded(part.wording), coded(part.code))))
    keep(_unique(old, new, lambda part: (part.kind, folded(part.title)) if part.title else None))
    if by_place:
        keep(_by_place(old, new))
    keep(_by_initiative(old, new, old_rows, new_rows, kept, taken))
    keep(_alike(old, new, kept, taken))
    holder = {row: node for node, rows in new_rows.items() for row in rows}
    absorbed = {
        node: holder[row]
        for node, rows in old_rows.items()
        if node in old.parts and node not in taken
        for row in list(rows)[:1]
        if row in holder
    }
    return Survival(kept, absorbed)


def _unique(old: Outline, new: Outline, key: Callable[[Part], object]) -> Iterable[tuple[str, str]]:
    """Pairs that agree in a key which stands once on either side."""
    sides = []
    for outline in (old, new):
        keys = {id: key(part) for id, part in outline.parts.items()}
        count = Counter(keys.values())
        sides.append({value: id for id, value in keys.items() if value is not None and count[value] == 1})
    ours, theirs = sides
    return [(id, ours[value]) for value, id in theirs.items() if value in ours]


def _by_initiative(
    old: Outline,
    new: Outline,
    old_rows: Mapping[str, Iterable[str]],
    new_rows: Mapping[str, Iterable[str]],
    kept: Mapping[str, str],
    taken: set[str],
) -> Iterable[tuple[str, str]]:
    ours: dict[str, str] = {}
    for node, _depth in old.walk():
        if node not in taken:
            for row in old_rows.get(node, ()):
                ours.setdefault(row, node)
    for node, _depth in new.walk():
        if node not in kept:
            for row in new_rows.get(node, ()):
                if row in ours:
                    yield node, ours.pop(row)
                    break


def _alike(old: Outline, new: Outline, kept: Mapping[str, str], taken: set[str]) -> Iterable[tuple[str, str]]:
    def bonus(one: likeness.Entry, other: likeness.Entry) -> float:
        ours, theirs = new.parts[str(one.key)].code, old.parts[str(other.key)].code
        return SAME_CODE if ours and coded(ours) == coded(theirs) else 0.0

    matched = likeness.match(
        [_entry(new.parts[i]) for i, _ in new.walk() if i not in kept and new.parts[i].wording],
        [_entry(old.parts[i]) for i, _ in old.walk() if i not in taken and old.parts[i].wording],
        floor=ALIKE,
        bonus=bonus,
    )
    return [(str(pair.left), str(pair.right)) for pair in matched]


def _entry(part: Part) -> likeness.Entry:
    title, _line, text = part.wording.partition("\n")
    return likeness.Entry(part.id, title, text, group=part.kind)


def _by_place(old: Outline, new: Outline) -> Iterable[tuple[str, str]]:
    ours_places, theirs_places = Places(old), Places(new)
    ours: dict[str, str] = {}
    for id, _depth in old.walk():
        if path := ours_places.path(id):
            ours.setdefault(path, id)
    for kind in ("goal", "statement", "organisation", "mission", "stance"):
        for number, id in enumerate(ours_places.by_kind.get(kind, [])):
            ours.setdefault(f"{kind}#{number}", id)
    for id, _depth in new.walk():
        if (path := theirs_places.path(id)) in ours:
            yield id, ours[path]
    for kind in ("goal", "statement", "organisation", "mission", "stance"):
        for number, id in enumerate(theirs_places.by_kind.get(kind, [])):
            if f"{kind}#{number}" in ours:
                yield id, ours[f"{kind}#{number}"]
