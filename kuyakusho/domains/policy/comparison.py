"""What changed between two publications: two editions, two years, or two wards. Pure: two contents in, changes out.

Nodes are found again, the strongest evidence first: the same id; an id that went into the other; the year before's
node that is named; the same words; the same initiative; likeness. Two wards share no ids and few words: there rare
words decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kuyakusho.core.ui.differences import Line, lines

from .reading import likeness
from .rules.longest import longest_rising
from .rules.matching import pairs_by_rare_words
from .rules.places import folded

ALIKE, ALIKE_IN_TWO_WARDS = 0.5, 0.12

Node = Mapping[str, Any]

# Levels of the two cities that may stand for one another.
LEVELS = {"pillar": 1, "issue": 2, "strategy": 3, "measure": 3, "action": 4, "item": 5}


@dataclass(frozen=True)
class Change:
    """One node on one side or on both. `kinds` is empty when nothing changed; else some of

    added, removed, renamed (title), reworded (text), recoded, moved, reowned, reassigned (initiatives), recosted.
    """

    before: Node | None
    after: Node | None
    kinds: tuple[str, ...] = ()

    @property
    def node(self) -> Node:
        """The side that is there, the later one first."""
        found = self.after or self.before
        assert found is not None
        return found

    @cached_property
    def title(self) -> list[Line]:
        """The title word by word, for `ui/diff.html`."""
        return lines(_of(self.before, "title"), _of(self.after, "title"), whole=True)

    @cached_property
    def text(self) -> list[Line]:
        """The text word by word, for `ui/diff.html`."""
        return lines(_of(self.before, "text"), _of(self.after, "text"), whole=True)


@dataclass(frozen=True)
class InitiativeChange:
    """An initiative that was added, removed or changed; `names` are the fields that differ."""

    row: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """All nodes of both sides in the order of the later one, those that are gone where they used to stand."""

    changes: tuple[Change, ...]
    initiatives: tuple[InitiativeChange, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> list[Change]:
        """Without the nodes that stayed as they were."""
        return [change for change in self.changes if change.kinds]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compares two contents of editions."""
    old = {node["id"]: node for node in before["nodes"]}
    new = {node["id"]: node for node in after["nodes"]}
    partners = found_again(before, after)
    moved = _moved(before["nodes"], after["nodes"], partners)
    found = [
        Change(
            old.get(partners.get(node["id"], "")),
            node,
            _kinds(old.get(partners.get(node["id"], "")), node, node["id"] in moved),
        )
        for node in new.values()
    ]
    found = _with_removed(before["nodes"], found)
    counts: dict[str, int] = defaultdict(int)
    for change in found:
        for kind in change.kinds or ("same",):
            counts[kind] += 1
    return Comparison(tuple(found), tuple(_initiatives(before, after)), dict(counts))


def found_again(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Node of the later content → node of the earlier one that it was."""
    old = {node["id"]: node for node in before["nodes"]}
    new = {node["id"]: node for node in after["nodes"]}
    partners: dict[str, str] = {}
    taken: set[str] = set()

    def keep(found: Iterable[tuple[str, str]]) -> None:
        for theirs, ours in found:
            if theirs in new and ours in old and theirs not in partners and ours not in taken:
                partners[theirs] = ours
                taken.add(ours)

    keep((id, id) for id in new)
    keep((id, former) for id, node in new.items() for former in node.get("former_ids", ()))
    keep((node["id"], former_id) for former_id, node in _successors(old, new))
    keep((id, node["previous"]) for id, node in new.items() if node.get("previous"))
    keep(_same_words(old, new, taken, partners))
    if before["ward"]["slug"] == after["ward"]["slug"]:
        keep(_same_initiative(old, new))
        keep(_alike(old, new, taken, partners))
    else:
        keep(_alike_in_two_wards(old, new, taken, partners))
    return partners


def _successors(old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterable[tuple[str, Node]]:
    # Compared backwards in time: the later content is the earlier publication.
    by_former = {former: node["id"] for node in old.values() for former in node.get("former_ids", ())}
    by_previous = {node["previous"]: node["id"] for node in old.values() if node.get("previous")}
    for id, node in new.items():
        if id in by_former:
            yield by_former[id], node
        if id in by_previous:
            yield by_previous[id], node


def _same_words(
    old: Mapping[str, Node], new: Mapping[str, Node], taken: set[str], partners: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    sides: list[dict[tuple[str, str], list[str]]] = []
    for nodes, done in ((old, taken), (new, set(partners))):
        words: dict[tuple[str, str], list[str]] = defaultdict(list)
        for id, node in nodes.items():
            if id not in done and (text := folded(_words(node))):
                words[node["kind"], text].append(id)
        sides.append(words)
    ours, theirs = sides
    # The same words may stand several times: then in their order.
    for key, ids in theirs.items():
        yield from zip(ids, ours.get(key, ()), strict=False)


def _same_initiative(old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterable[tuple[str, str]]:
    by_row: dict[tuple[str, str], str] = {}
    for id, node in old.items():
        for row in node.get("initiatives", ()):
            by_row.setdefault((row, node["kind"]), id)
    for id, node in new.items():
        for row in node.get("initiatives", ()):
            if (row, node["kind"]) in by_row:
                yield id, by_row[row, node["kind"]]


def _alike(
    old: Mapping[str, Node], new: Mapping[str, Node], taken: set[str], partners: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    matched = likeness.match(
        [_entry(node) for id, node in new.items() if id not in partners and _words(node)],
        [_entry(node) for id, node in old.items() if id not in taken and _words(node)],
        floor=ALIKE,
    )
    return [(str(pair.left), str(pair.right)) for pair in matched]


def _entry(node: Node) -> likeness.Entry:
    title, _line, text = _words(node).partition("\n")
    return likeness.Entry(node["id"], title, text, group=node["kind"])


def _alike_in_two_wards(
    old: Mapping[str, Node], new: Mapping[str, Node], taken: set[str], partners: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    def level(node: Node) -> Any:
        return LEVELS.get(node["kind"], node["kind"])

    for one in dict.fromkeys(level(node) for node in new.values()):
        left = [id for id, node in new.items() if level(node) == one and id not in partners and _words(node)]
        right = [id for id, node in old.items() if level(node) == one and id not in taken and _words(node)]
        for pair in pairs_by_rare_words(
            [_words(new[id]) for id in left], [_words(old[id]) for id in right], least=ALIKE_IN_TWO_WARDS
        ):
            yield left[pair.left], right[pair.right]


def _words(node: Node) -> str:
    title, text = _of(node, "title"), _of(node, "text")
    return text if text.startswith(title) else f"{title}\n{text}".strip()


def _of(node: Node | None, name: str) -> str:
    return str(node.get(name, "")) if node else ""


def _kinds(before: Node | None, after: Node, moved: bool) -> tuple[str, ...]:
    if before is None:
        return ("added",)
    found = []
    if folded(_of(before, "title")) != folded(_of(after, "title")):
        found.append("renamed")
    if folded(_of(before, "text")) != folded(_of(after, "text")):
        found.append("reworded")
    if folded(_of(before, "code")) != folded(_of(after, "code")) or before["kind"] != after["kind"]:
        found.append("recoded")
    if moved:
        found.append("moved")
    if before.get("owner") != after.get("owner"):
        found.append("reowned")
    if sorted(before.get("initiatives", ())) != sorted(after.get("initiatives", ())):
        found.append("reassigned")
    if _amounts(before) != _amounts(after):
        found.append("recosted")
    return tuple(found)


def _amounts(one: Mapping[str, Any]) -> list[tuple[int, str, int]]:
    return sorted((b["fiscal_year"], b["kind"], b["amount_yen"]) for b in one.get("budgets", ()))


def _moved(before: Iterable[Node], after: Iterable[Node], partners: Mapping[str, str]) -> set[str]:
    """Nodes under another parent than before, and the fewest that have to change places among their siblings."""
    place = {node["id"]: at for at, node in enumerate(before)}
    parent_before = {node["id"]: node.get("parent") for node in before}
    still_there = set(partners.values())
    moved: set[str] = set()
    staying: dict[str | None, list[str]] = defaultdict(list)
    for node in after:
        old = partners.get(node["id"])
        if old is None:
            continue
        parent = node.get("parent")
        above = partners.get(parent) if parent else None
        if above != parent_before[old]:
            gone = parent_before[old] is not None and parent_before[old] not in still_there
            fresh = parent is not None and parent not in partners
            if not (gone and fresh):  # a new heading in place of an old one did not move what hangs under it
                moved.add(node["id"])
            continue
        staying[parent].append(node["id"])
    for ids in staying.values():
        stays = set(longest_rising([place[partners[id]] for id in ids]))
        moved.update(id for at, id in enumerate(ids) if at not in stays)
    return moved


def _with_removed(before: Iterable[Node], found: list[Change]) -> list[Change]:
    """Puts each node that is gone after the one that it followed."""
    after_of: dict[str, int] = {
        change.before["id"]: at for at, change in enumerate(found) if change.before is not None
    }
    following: dict[int, list[Change]] = defaultdict(list)
    last = -1
    for node in before:
        if node["id"] in after_of:
            last = after_of[node["id"]]
        else:
            following[last].append(Change(node, None, ("removed",)))
    merged = [*following[-1]]
    for at, change in enumerate(found):
        merged.append(change)
        merged.extend(following.get(at, ()))
    return merged


COMPARED = ("title", "summary", "owner", "capabilities", "sdgs", "is_confidential", "last_year")


def _initiatives(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[InitiativeChange]:
    old, new = before["initiatives"], after["initiatives"]
    for row in dict.fromkeys([*new, *old]):
        ours, theirs = old.get(row), new.get(row)
        if ours is None or theirs is None:
            yield InitiativeChange(row, ours, theirs, ("added",) if ours is None else ("removed",))
            continue
        names = [name for name in COMPARED if ours.get(name) != theirs.get(name)]
        if _amounts(ours) != _amounts(theirs):
            names.append("budgets")
        if _links(ours) != _links(theirs):
            names.append("indicators")
        if [e for e in theirs["evaluations"] if e not in ours["evaluations"]]:
            names.append("evaluations")
        if names:
            yield InitiativeChange(row, ours, theirs, tuple(names))


def _links(initiative: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((link["key"], link["weight"]) for link in initiative["indicators"])
