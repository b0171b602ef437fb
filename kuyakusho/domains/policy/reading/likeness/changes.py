"""What changed from one year's tree to the next, with renamed and moved nodes found.

Nodes are paired level by level: a child of paired parents is likelier its partner, the same printed code
counts a little, title and text count most. What stays alone was added or removed, unless its words show that
it was split off or merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model import Node
from .joining import Place, places
from .matching import Entry, match
from .titles import contained, plain, similarity, text_similarity

_ORDER = (
    "goal",
    "mission",
    "stance",
    "statement",
    "pillar",
    "issue",
    "strategy",
    "measure",
    "action",
    "organisation",
    "section",
    "item",
    "indicator",
)
_SPLIT = 0.6


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `kind` is `same`, `reworded` (its text changed), `renamed` (its title changed), `moved` (its
    code or parent changed), `split`, `merged`, `added` or `removed`. A renamed node may have moved too:
    `is_moved`. `old` and `new` hold one place each, several for a split or merge."""

    kind: str
    old: tuple[Place, ...]
    new: tuple[Place, ...]
    score: float = 0.0
    is_doubtful: bool = False
    is_moved: bool = False


def compare(old: Sequence[Node], new: Sequence[Node]) -> list[Change]:
    """All changes between two trees, in the order of the new tree, removed ones last."""
    before, after = list(places(old)), list(places(new))
    old_nodes = {place.path: node for place, node in before}
    new_nodes = {place.path: node for place, node in after}
    pairs: dict[tuple[int, ...], tuple[tuple[int, ...], float, bool]] = {}
    for kind in _ORDER:
        _pair_kind(kind, before, after, pairs)
    _pair_across(before, after, pairs)
    partner = {new_path: old_path for old_path, (new_path, _, _) in pairs.items()}
    changes: list[Change] = []
    changes.extend(_splits_and_merges(before, after, pairs, partner))
    in_groups = {place.path for change in changes for place in change.new} | set()
    old_in_groups = {place.path for change in changes for place in change.old}
    for place, node in after:
        if place.path in in_groups or node.kind == "budget":
            continue
        old_path = partner.get(place.path)
        if old_path is None:
            changes.append(Change("added", (), (place,)))
            continue
        _, score, doubtful = pairs[old_path]
        changes.append(_change(old_nodes, new_nodes, old_path, place.path, score, doubtful, pairs))
    for place, node in before:
        if place.path not in pairs and place.path not in old_in_groups and node.kind != "budget":
            changes.append(Change("removed", (place,), ()))
    changes.sort(key=lambda change: (not change.new, (change.new or change.old)[0].path))
    return changes


def _full_text(node: Node) -> str:
    """A node's own text and that of its bullets: what it is about."""
    return " ".join([node.text, *(child.text for child in node.children if child.kind == "item")])[:600]


def _pair_kind(
    kind: str,
    before: list[tuple[Place, Node]],
    after: list[tuple[Place, Node]],
    pairs: dict[tuple[int, ...], tuple[tuple[int, ...], float, bool]],
) -> None:
    left_nodes = {place.path: node for place, node in before if node.kind == kind}
    right_nodes = {place.path: node for place, node in after if node.kind == kind}
    if not left_nodes or not right_nodes:
        return
    left = [Entry(path, node.title or node.label, _full_text(node)) for path, node in left_nodes.items()]
    right = [Entry(path, node.title or node.label, _full_text(node)) for path, node in right_nodes.items()]

    def bonus(a: Entry, b: Entry) -> float:
        old_path, new_path = a.key, b.key
        assert isinstance(old_path, tuple)
        assert isinstance(new_path, tuple)
        points = 0.0
        parent = pairs.get(old_path[:-1])
        if parent is not None and parent[0] == new_path[:-1]:
            points += 0.12
        first, second = left_nodes[old_path].code_key, right_nodes[new_path].code_key
        if first and first == second:
            points += 0.06
        return points

    for pair in match(left, right, floor=0.42, sure=0.6, lead=0.08, bonus=bonus):
        old_path, new_path = pair.left, pair.right
        assert isinstance(old_path, tuple)
        assert isinstance(new_path, tuple)
        pairs[old_path] = (new_path, pair.score, pair.is_doubtful)
    if kind in ("goal", "mission", "stance") and len(left) == len(right) == 1:
        # There is one of each: it is the same however its words changed.
        old_path, new_path = next(iter(left_nodes)), next(iter(right_nodes))
        pairs.setdefault(old_path, (new_path, similarity(left[0].title, right[0].title), False))


def _pair_across(
    before: list[tuple[Place, Node]],
    after: list[tuple[Place, Node]],
    pairs: dict[tuple[int, ...], tuple[tuple[int, ...], float, bool]],
) -> None:
    """What changed its level (a measure that became an action) is paired when its words are nearly the same."""
    taken = {new_path for new_path, _, _ in pairs.values()}
    left = [
        Entry(p.path, n.title, _full_text(n))
        for p, n in before
        if p.path not in pairs and n.kind in _ORDER[4:12]
    ]
    right = [
        Entry(p.path, n.title, _full_text(n))
        for p, n in after
        if p.path not in taken and n.kind in _ORDER[4:12]
    ]
    for pair in match(left, right, floor=0.75, sure=0.85):
        assert isinstance(pair.left, tuple)
        assert isinstance(pair.right, tuple)
        pairs[pair.left] = (pair.right, pair.score, True)


def _change(
    old_nodes: dict[tuple[int, ...], Node],
    new_nodes: dict[tuple[int, ...], Node],
    old_path: tuple[int, ...],
    new_path: tuple[int, ...],
    score: float,
    doubtful: bool,
    pairs: dict[tuple[int, ...], tuple[tuple[int, ...], float, bool]],
) -> Change:
    old, new = old_nodes[old_path], new_nodes[new_path]
    parent = pairs.get(old_path[:-1])
    same_parent = (not old_path[:-1] and not new_path[:-1]) or (
        parent is not None and parent[0] == new_path[:-1]
    )
    moved = not same_parent or old.code_key != new.code_key or old.kind != new.kind
    if plain(old.title) != plain(new.title) and old.kind not in ("item", "indicator"):
        kind = "renamed"
    elif plain(old.text) != plain(new.text) or plain(old.title) != plain(new.title):
        kind = "reworded"
    elif moved:
        kind = "moved"
    else:
        kind = "same"
    return Change(kind, (Place(old_path),), (Place(new_path),), score, doubtful, moved)


def _splits_and_merges(
    before: list[tuple[Place, Node]],
    after: list[tuple[Place, Node]],
    pairs: dict[tuple[int, ...], tuple[tuple[int, ...], float, bool]],
    partner: dict[tuple[int, ...], tuple[int, ...]],
) -> list[Change]:
    """A new node whose words stood in an old one that goes on elsewhere was split off; the reverse was merged."""
    changes: list[Change] = []
    splits = _absorbed(
        [(p, n) for p, n in after if p.path not in partner],
        {path: n for path, n in ((p.path, n) for p, n in before) if path in pairs},
    )
    for old_path, parts in splits.items():
        going_on = pairs[old_path][0]
        news = tuple(Place(path) for path in sorted([going_on, *parts]))
        changes.append(Change("split", (Place(old_path),), news, 0.0, True))
    merges = _absorbed(
        [(p, n) for p, n in before if p.path not in pairs],
        {path: n for path, n in ((p.path, n) for p, n in after) if path in partner},
    )
    grouped = {place.path for change in changes for place in change.new}
    for new_path, parts in merges.items():
        if new_path in grouped:
            continue
        olds = tuple(Place(path) for path in sorted([partner[new_path], *parts]))
        changes.append(Change("merged", olds, (Place(new_path),), 0.0, True))
    return changes


def _absorbed(
    lonely: list[tuple[Place, Node]], holders: dict[tuple[int, ...], Node]
) -> dict[tuple[int, ...], list[tuple[int, ...]]]:
    """For each holder the lonely nodes of its kind whose words it contains."""
    found: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    by_kind: dict[str, list[tuple[tuple[int, ...], str]]] = {}
    for path, node in holders.items():
        by_kind.setdefault(node.kind, []).append((path, f"{node.title} {_full_text(node)}"))
    for place, node in lonely:
        if node.kind not in ("measure", "action", "item", "section", "strategy"):
            continue
        words = f"{node.title} {_full_text(node)}" if node.kind != "item" else node.text
        rivals = by_kind.get(node.kind, [])
        if len(rivals) > 400 or len(plain(words)) < 6:
            continue
        best = max(rivals, key=lambda entry: contained(words, entry[1]), default=None)
        if best is None or contained(words, best[1]) < _SPLIT or text_similarity(words, best[1]) < 0.25:
            continue
        found.setdefault(best[0], []).append(place.path)
    return found
