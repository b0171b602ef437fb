"""Joining the nodes of an import to the initiatives of a pack.

A pack says how to find each initiative in the document: by printed code (and which bullet under it), by
pillar, measure and bullet, by section, or by words that its title has. The first way that applies is taken,
and the words are held against what was found: a code that now heads another title is a doubtful join.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from ..characters import squeeze
from ..model import Node
from ..numbering import code_key
from .matching import Entry, match
from .titles import contained, similarity

#: Kinds that are joined to initiatives, besides any node that is found by its code.
_JOINABLE = ("item", "action", "measure", "section", "statement", "organisation", "goal", "strategy")


@dataclass(frozen=True, slots=True)
class Target:
    """An initiative and how to find it.

    `code` as printed in any width; `pillar`, `measure`, `bullet` and `entry` (in the 1) list under a bullet)
    count from 1; `kind` with `order` is the nth node of a kind (the second organisation goal); `section` is a
    printed name; `like` are words of the published text; `title` is the pack's own wording, the weakest
    evidence.
    """

    key: Hashable
    title: str = ""
    code: str | None = None
    pillar: int | None = None
    measure: int | None = None
    bullet: int | None = None
    entry: int | None = None
    kind: str | None = None
    order: int | None = None
    section: str | None = None
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the tree: the path of child positions from the roots, and the part of a list under a bullet."""

    path: tuple[int, ...]
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """A target and its place. `how` is `code`, `position`, `section` or `likeness`; `score` 0 to 1."""

    key: Hashable
    place: Place
    how: str
    score: float
    is_doubtful: bool
    reason: str = ""


@dataclass(slots=True)
class Joining:
    """All joins, and what stays without a partner on both sides."""

    joins: list[Joined] = field(default_factory=list)
    lonely_targets: list[Hashable] = field(default_factory=list)
    lonely_places: list[Place] = field(default_factory=list)


def places(nodes: Sequence[Node], path: tuple[int, ...] = ()) -> Iterator[tuple[Place, Node]]:
    """All nodes with their places, in document order."""
    for index, node in enumerate(nodes):
        here = (*path, index)
        yield Place(here), node
        yield from places(node.children, here)


def join(nodes: Sequence[Node], targets: Sequence[Target]) -> Joining:
    """Find each target's place. Several targets may share a place (an action and what is pictured under it)."""
    listed = list(places(nodes))
    finder = _Finder(listed)
    result = Joining()
    open_targets: list[Target] = []
    for target in targets:
        joined = finder.find(target)
        if joined is None:
            open_targets.append(target)
        else:
            result.joins.append(joined)
    _by_likeness(listed, open_targets, result)
    found = {joined.key for joined in result.joins}
    result.lonely_targets = [target.key for target in targets if target.key not in found]
    result.lonely_places = _lonely(listed, {joined.place for joined in result.joins})
    order = {target.key: place for place, target in enumerate(targets)}
    result.joins.sort(key=lambda joined: order[joined.key])
    return result


class _Finder:
    """Finds targets by what is printed: codes, positions, names of sections."""

    def __init__(self, listed: list[tuple[Place, Node]]) -> None:
        self.by_code: dict[str, list[tuple[Place, Node]]] = {}
        self.pillars: list[tuple[Place, Node]] = []
        self.sections: list[tuple[Place, Node]] = []
        self.by_kind: dict[str, list[tuple[Place, Node]]] = {}
        for place, node in listed:
            self.by_kind.setdefault(node.kind, []).append((place, node))
            if node.code_key:
                self.by_code.setdefault(node.code_key, []).append((place, node))
            if node.kind == "pillar":
                self.pillars.append((place, node))
            elif node.kind == "section":
                self.sections.append((place, node))

    def find(self, target: Target) -> Joined | None:
        if target.code is not None:
            return self._by_code(target)
        if target.pillar is not None:
            return self._by_position(target)
        if target.section is not None:
            return self._by_section(target)
        if target.kind is not None:
            return self._by_kind(target)
        return None

    def _by_code(self, target: Target) -> Joined | None:
        found = self.by_code.get("-".join(code_key(target.code or "")))
        if not found:
            return None
        # The longest way down: 1-2 may be an issue and, elsewhere, a measure under pillar 1.
        place, node = max(found, key=lambda entry: len(entry[0].path))
        return _under(target, place, node, "code")

    def _by_position(self, target: Target) -> Joined | None:
        chosen = _numbered(self.pillars, target.pillar or 0)
        if chosen is None:
            return None
        place, node = chosen
        if target.measure is not None:
            children = [
                (Place((*place.path, index)), child)
                for index, child in enumerate(node.children)
                if child.kind in ("measure", "issue", "strategy", "action")
            ]
            chosen = _numbered(children, target.measure)
            if chosen is None:
                return None
            place, node = chosen
        return _under(target, place, node, "position")

    def _by_kind(self, target: Target) -> Joined | None:
        found = self.by_kind.get(target.kind or "", [])
        options = [(place, _subject(node)) for place, node in found]
        return _chosen(target, options, target.order or 1, "position")

    def _by_section(self, target: Target) -> Joined | None:
        wanted = squeeze(target.section or "")
        for place, node in self.sections:
            if squeeze(node.title) == wanted:
                return _under(target, place, node, "section")
        near = [(similarity(node.title, wanted), place, node) for place, node in self.sections]
        best = max(near, key=lambda entry: entry[0], default=None)
        if best is None or best[0] < 0.6:
            return None
        return Joined(target.key, best[1], "section", best[0], True, "課の名前が少し違います。")


def _numbered(entries: list[tuple[Place, Node]], number: int) -> tuple[Place, Node] | None:
    """The entry with this printed number, else the one at this place in order."""
    for place, node in entries:
        if node.code_key and node.code_key.rsplit("-", 1)[-1] == str(number):
            return place, node
    if any(node.code_key for _, node in entries):
        return None
    return entries[number - 1] if 0 < number <= len(entries) else None


def _subject(node: Node) -> str:
    """All that a node says: title, text, bullets, captions."""
    parts = [node.title, node.text]
    for below in node.walk():
        if below is not node:
            parts.append(below.text)
        parts.extend(passage.text for passage in below.attached)
    return " ".join(parts)[:2000]


def bullets(place: Place, node: Node) -> list[tuple[Place, str]]:
    """The bullets under a node with their texts: its items, or, where one item only leads in to a list, the
    list's parts."""
    items = _items(place, node)
    if len(items) == 1 and len(items[0][1].parts) >= 2:
        return _parts(*items[0])
    if not items and len(node.parts) >= 2:
        return _parts(place, node)
    return [(found, child.text or child.title) for found, child in items]


def _items(place: Place, node: Node) -> list[tuple[Place, Node]]:
    return [
        (Place((*place.path, index)), child)
        for index, child in enumerate(node.children)
        if child.kind == "item"
    ]


def _parts(place: Place, node: Node) -> list[tuple[Place, str]]:
    return [(Place(place.path, index), part.text) for index, part in enumerate(node.parts)]


def _under(target: Target, place: Place, node: Node, how: str) -> Joined | None:
    if target.bullet is None:
        return _judged(target, place, _subject(node), how)
    if target.entry is not None:
        items = _items(place, node)
        if 0 < target.bullet <= len(items) and items[target.bullet - 1][1].parts:
            return _chosen(target, _parts(*items[target.bullet - 1]), target.entry, how)
        return _chosen(target, bullets(place, node), target.entry, how)
    return _chosen(target, bullets(place, node), target.bullet, how)


def _chosen(target: Target, options: list[tuple[Place, str]], number: int, how: str) -> Joined | None:
    """The option with this number, unless the words speak clearly for another one."""
    scored = [(_words(target, text), -index) for index, (_, text) in enumerate(options)]
    if not scored:
        return None
    best, negative = max(scored)
    if not 0 < number <= len(options):
        if best < 0.5:
            return None
        return Joined(
            target.key, options[-negative][0], how, round(best, 4), True, "その番目の項目がありません。"
        )
    own = scored[number - 1][0]
    if target.like and -negative != number - 1 and best >= 0.6 and best > own + 0.3:
        return Joined(
            target.key, options[-negative][0], how, round(best, 4), True, "項目の順番が変わったようです。"
        )
    return _judged(target, *options[number - 1], how)


def _words(target: Target, text: str) -> float:
    """How well a text fits what the pack says of the target."""
    likes = contained(target.like, text) if target.like else 0.0
    title = max(similarity(target.title, text), 0.8 * contained(target.title, text)) if target.title else 0.0
    return max(likes, title)


def _judged(target: Target, place: Place, text: str, how: str) -> Joined:
    if not target.like:
        return Joined(target.key, place, how, 1.0 if how != "position" else 0.9, False)
    fit = _words(target, text)
    if fit >= 0.5:
        return Joined(target.key, place, how, round(0.8 + 0.2 * fit, 4), False)
    return Joined(
        target.key, place, how, round(0.3 + 0.5 * fit, 4), True, "番号や位置は合いますが、言葉が違います。"
    )


def _by_likeness(listed: list[tuple[Place, Node]], targets: list[Target], result: Joining) -> None:
    """Pair what is left by words."""
    taken = {joined.place.path for joined in result.joins}
    right = [
        Entry(place, node.title, node.text)
        for place, node in listed
        if node.kind in _JOINABLE and place.path not in taken
    ]
    left = [
        Entry(target.key, target.like or target.title, target.title if target.like else "")
        for target in targets
    ]
    for pair in match([entry for entry in left if entry.title], right, floor=0.3, sure=0.7):
        place = pair.right
        assert isinstance(place, Place)
        result.joins.append(
            Joined(pair.left, place, "likeness", pair.score, pair.is_doubtful, "題の近さで結び付けました。")
        )


def _lonely(listed: list[tuple[Place, Node]], joined: set[Place]) -> list[Place]:
    """Leaves without a join: on themselves, their parts, or the measure or action they stand under."""
    paths = {place.path for place in joined}
    kinds = {place.path: node.kind for place, node in listed}
    lonely: list[Place] = []
    for place, node in listed:
        is_leaf = node.kind in ("item", "section", "statement", "organisation") or (
            node.kind in ("measure", "action")
            and not any(c.kind in ("item", "action", "measure") for c in node.children)
        )
        if not is_leaf or node.kind in ("indicator", "budget"):
            continue
        above = [place.path[:depth] for depth in range(1, len(place.path) + 1)]
        covered = any(path in paths and (path == place.path or kinds[path] in _JOINABLE) for path in above)
        inside = any(path[: len(place.path)] == place.path for path in paths) if node.children else False
        if not covered and not inside:
            lonely.append(place)
    return lonely
