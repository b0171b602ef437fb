"""Which node of a document belongs to which initiative, and how sure.

Evidence, the strongest first:

1. The place that the pack names for this year's document (a printed code, pillar and measure and bullet, a section),
   when the few words that it gives stand there: certain. When they stand elsewhere, and only there: that node,
   doubtful. When they stand nowhere: the place, doubtful.
2. The official text that the initiative had last year, by likeness, in the best assignment of all at once: codes
   move and titles change, the words mostly stay. Much alike is certain, somewhat alike doubtful.
3. Our own wording of the initiative, by likeness: always doubtful.

What a planner decided is never proposed again or otherwise. Nothing here is more than a proposal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..reading.wording import containment
from .matching import pairs, pairs_by_rare_words
from .outline import Outline
from .places import Places, code_key, folded

ALIKE, SOMEWHAT, HARDLY = 0.72, 0.42, 0.08
SAME_CODE = 0.1
CONTAINS = 0.75

# What can have an initiative behind it when nothing more exact is known.
LIVING = ("item", "action", "measure", "strategy", "organisation", "statement", "section")


@dataclass(frozen=True)
class Known:
    """What an initiative was called officially the year before."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class Seeker:
    """An initiative that looks for its place. `finds` are the pack's, written for this very year or for another."""

    row: str
    words: str
    finds: Sequence[Mapping[str, Any]] = ()
    for_this_year: bool = True
    known: Sequence[Known] = ()


@dataclass(frozen=True)
class Joined:
    """A node and an initiative. `why` is a stable word for the reason, shown in the language of the page."""

    node: str
    row: str
    how: str
    state: str
    score: float = 1.0
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "row": self.row,
            "how": self.how,
            "state": self.state,
            "score": round(self.score, 3),
            "why": self.why,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Joined:
        return cls(**data)


@dataclass
class _Texts:
    """What stands at a node, folded: its own words, and those of everything under it with what is attached."""

    outline: Outline
    own: dict[str, str] = field(default_factory=dict)

    def of(self, id: str) -> str:
        if id not in self.own:
            part = self.outline.parts[id]
            self.own[id] = folded(part.everything + part.attached)
        return self.own[id]

    def whole(self, id: str) -> str:
        return "".join([self.of(id), *(self.of(i) for i, _ in self.outline.walk(id))])


def propose(outline: Outline, seekers: Iterable[Seeker], decided: Iterable[Joined] = ()) -> list[Joined]:
    """Joins for all seekers, in reading order. `decided` are the planner's: kept as they are."""
    seekers = list(seekers)
    kept = [
        join for join in decided if join.state in ("confirmed", "rejected") and join.node in outline.parts
    ]
    settled = {join.row for join in kept if join.state == "confirmed"}
    refused = {(join.node, join.row) for join in kept}
    open_seekers = [seeker for seeker in seekers if seeker.row not in settled]
    places, texts = Places(outline), _Texts(outline)
    found: list[Joined] = []
    current = [s for s in open_seekers if s.for_this_year or not s.known]
    for seeker in current:
        found += [join for find in seeker.finds if (join := _by_find(places, texts, seeker, find))]
    found = _each_once(join for join in found if (join.node, join.row) not in refused)
    placed = {join.row for join in found}
    found += _by_history(outline, [s for s in open_seekers if s.row not in placed], refused, found)
    placed = {join.row for join in found}
    found += _by_words(outline, [s for s in open_seekers if s.row not in placed], refused, [*kept, *found])
    order = {id: place for place, (id, _) in enumerate(outline.walk())}
    return sorted([*kept, *found], key=lambda join: (order[join.node], join.row))


def _by_find(places: Places, texts: _Texts, seeker: Seeker, find: Mapping[str, Any]) -> Joined | None:
    how, place, exact = locate(places, find)
    like = folded(str(find.get("like", "")))
    sure = "certain" if seeker.for_this_year else "doubtful"
    if place is not None and (not like or _says(places.outline, texts, place, find, like)):
        if exact:
            return Joined(place, seeker.row, how, sure, why="place")
        inside = [i for i, _ in places.outline.walk(place) if like and like in texts.of(i)]
        if len(inside) == 1:
            return Joined(inside[0], seeker.row, how, sure, 0.95, "words-inside")
        return Joined(place, seeker.row, how, sure if like else "doubtful", 0.9, "above")
    if like:
        elsewhere = [i for kind in LIVING for i in places.by_kind.get(kind, ()) if like in texts.of(i)]
        if len(elsewhere) == 1:
            return Joined(elsewhere[0], seeker.row, "likeness", "doubtful", 0.8, "words-elsewhere")
    if place is not None and seeker.for_this_year:
        return Joined(place, seeker.row, how, "doubtful", 0.5, "words-missing")
    return None


def _says(outline: Outline, texts: _Texts, place: str, find: Mapping[str, Any], like: str) -> bool:
    entry = find.get("entry")
    parts = outline.parts[place].details.get("parts", ())
    if entry and entry <= len(parts):
        return like in folded(parts[entry - 1]["text"]) or like in texts.of(place)
    text = texts.whole(place)
    return like in text or containment(like, text) >= CONTAINS


def locate(places: Places, find: Mapping[str, Any]) -> tuple[str, str | None, bool]:
    """How, where, and whether the place itself was found or only the one above it."""
    if section := find.get("section"):
        return "section", places.by_section.get(folded(section)), True
    if code := find.get("code"):
        found = places.by_code.get(code_key(code), [])
        return "code", *_bullet(places, found[0] if len(found) == 1 else None, find)
    if pillar := find.get("pillar"):
        at = places.numbered(places.by_kind.get("pillar", []), pillar)
        if at is not None and (measure := find.get("measure")):
            inner = places.numbered(places.below(at, "measure"), measure)
            if inner is None:
                return "position", at, False
            at = inner
        return "position", *_bullet(places, at, find)
    if kind := find.get("kind"):
        ids = places.by_kind.get(kind, [])
        order = find.get("order")
        if order:
            return "position", ids[order - 1] if order <= len(ids) else None, True
        return "position", ids[0] if len(ids) == 1 else None, True
    return "likeness", None, False


def _bullet(places: Places, at: str | None, find: Mapping[str, Any]) -> tuple[str | None, bool]:
    number = find.get("bullet")
    if at is None or not number:
        return at, at is not None
    bullets = [i for i in places.outline.children.get(at, ()) if places.outline.parts[i].kind == "item"]
    return (bullets[number - 1], True) if number <= len(bullets) else (at, False)


def _each_once(joins: Iterable[Joined]) -> list[Joined]:
    best: dict[tuple[str, str], Joined] = {}
    for join in joins:
        there = best.setdefault((join.node, join.row), join)
        if there.score < join.score:
            best[join.node, join.row] = join
    return list(best.values())


def _by_history(
    outline: Outline, seekers: list[Seeker], refused: set[tuple[str, str]], found: list[Joined]
) -> list[Joined]:
    texts: list[str] = []
    codes: list[str] = []
    rows: list[list[str]] = []
    # Several initiatives may share a node: their text is looked for once.
    by_text: dict[str, int] = {}
    for seeker in seekers:
        for known in seeker.known:
            place = by_text.setdefault(known.text, len(texts))
            if place == len(texts):
                texts.append(known.text)
                codes.append(code_key(known.code))
                rows.append([])
            rows[place].append(seeker.row)
    nodes = [i for i, _ in outline.walk() if outline.parts[i].wording]
    matched = pairs(
        texts,
        [outline.parts[i].wording for i in nodes],
        least=SOMEWHAT,
        bonus=lambda left, right: (
            SAME_CODE if codes[left] and codes[left] == code_key(outline.parts[nodes[right]].code) else 0.0
        ),
    )
    return [
        Joined(
            nodes[pair.right],
            row,
            "likeness",
            "certain" if pair.score >= ALIKE else "doubtful",
            pair.score,
            "last-year",
        )
        for pair in matched
        for row in rows[pair.left]
        if (nodes[pair.right], row) not in refused
    ]


def _by_words(
    outline: Outline, seekers: list[Seeker], refused: set[tuple[str, str]], taken: list[Joined]
) -> list[Joined]:
    partnered = {join.node for join in taken if join.state != "rejected"}
    nodes = [
        i
        for i, _ in outline.walk()
        if outline.parts[i].kind in LIVING and i not in partnered and outline.parts[i].wording
    ]
    matched = pairs_by_rare_words(
        [s.words for s in seekers], [outline.whole_text(i) for i in nodes], least=HARDLY
    )
    return [
        Joined(nodes[pair.right], seekers[pair.left].row, "likeness", "doubtful", pair.score, "own-words")
        for pair in matched
        if (nodes[pair.right], seekers[pair.left].row) not in refused
    ]


@dataclass(frozen=True)
class Alone:
    """What has no partner, on both sides."""

    nodes: tuple[str, ...]
    rows: tuple[str, ...]


def alone(outline: Outline, joins: Iterable[Joined], rows: Iterable[str]) -> Alone:
    """Nodes that nothing lives behind, neither above nor below them, and initiatives without a node."""
    joined = {join.node for join in joins if join.state != "rejected"}
    served = {join.row for join in joins if join.state != "rejected"}
    under_or_over: set[str] = set(joined)
    for id in joined:
        under_or_over.update(outline.ancestors(id))
        under_or_over.update(i for i, _ in outline.walk(id))
    return Alone(
        tuple(
            id
            for id, _ in outline.walk()
            if outline.parts[id].kind in LIVING and id not in under_or_over and not _only_groups(outline, id)
        ),
        tuple(row for row in rows if row not in served),
    )


def _only_groups(outline: Outline, id: str) -> bool:
    # A heading over other living parts is listed by those parts.
    return any(outline.parts[i].kind in LIVING for i in outline.children.get(id, ()))


def handed_over(joins: Iterable[Joined], heirs: Mapping[str, str | None]) -> list[Joined]:
    """The joins after parts were merged (to their heir) or removed (None)."""
    moved: dict[tuple[str, str], Joined] = {}
    for join in joins:
        node = heirs.get(join.node, join.node)
        if node is not None:
            moved.setdefault((node, join.row), replace(join, node=node))
    return list(moved.values())


def by_node(joins: Iterable[Joined]) -> dict[str, list[Joined]]:
    """Node → its joins."""
    found: dict[str, list[Joined]] = defaultdict(list)
    for join in joins:
        found[join.node].append(join)
    return found
