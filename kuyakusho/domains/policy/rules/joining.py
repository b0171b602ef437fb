"""Which node of a document belongs to which initiative, and how sure.

Evidence, the strongest first:

1. The place that the pack names for this year's document (a printed code; pillar, measure and bullet; a section), with
   the few words that it gives held against what stands there: see `reading/likeness`. A place whose words are
   others is doubtful.
2. The official text that the initiative had last year, by likeness, in the best assignment of all at once: codes
   move and titles change, the words mostly stay. Much alike is certain, somewhat alike doubtful.
3. Our own wording of the initiative against the official text: always doubtful.

What a planner decided is never proposed again or otherwise. Nothing here is more than a proposal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from ..reading import likeness
from ..reading.model import Node, Passage
from .matching import pairs_by_rare_words
from .outline import Outline, Part
from .places import coded

SOMEWHAT, ALIKE = 0.45, 0.7
SAME_CODE = 0.08
HARDLY = 0.08

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
    """A node and an initiative. `why` is the reason as a sentence, where there is something to say."""

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


def propose(outline: Outline, seekers: Iterable[Seeker], decided: Iterable[Joined] = ()) -> list[Joined]:
    """Joins for all seekers, in reading order. `decided` are the planner's: kept as they are."""
    seekers = list(seekers)
    kept = [
        join for join in decided if join.state in ("confirmed", "rejected") and join.node in outline.parts
    ]
    settled = {join.row for join in kept if join.state == "confirmed"}
    refused = {(join.node, join.row) for join in kept}
    open_seekers = [seeker for seeker in seekers if seeker.row not in settled]
    found = _each_once(
        join
        for join in _by_place(outline, [s for s in open_seekers if s.for_this_year])
        if (join.node, join.row) not in refused
    )
    placed = {join.row for join in found}
    found += _by_history(outline, [s for s in open_seekers if s.row not in placed], refused)
    placed = {join.row for join in found}
    found += _each_once(
        replace(join, state="doubtful", why=join.why or _("前の年度の文書での場所です。"))
        for join in _by_place(
            outline, [s for s in open_seekers if s.row not in placed and not s.for_this_year]
        )
        if (join.node, join.row) not in refused
    )
    placed = {join.row for join in found}
    found += _by_words(outline, [s for s in open_seekers if s.row not in placed], refused, [*kept, *found])
    order = {id: place for place, (id, _depth) in enumerate(outline.walk())}
    return sorted([*kept, *found], key=lambda join: (order[join.node], join.row))


def _by_place(outline: Outline, seekers: Sequence[Seeker]) -> list[Joined]:
    """By what the pack says of the place."""
    targets = [
        likeness.Target((seeker.row, number), seeker.words.partition("\n")[0], **find)
        for seeker in seekers
        for number, find in enumerate(seeker.finds)
    ]
    if not targets:
        return []
    nodes, ids = _as_nodes(outline)
    return [
        Joined(
            ids[join.place.path],
            join.key[0],  # type: ignore[index]
            join.how,
            "doubtful" if join.is_doubtful else "certain",
            join.score,
            join.reason,
        )
        for join in likeness.join(nodes, targets).joins
        if join.how != "likeness"
    ]


def _as_nodes(outline: Outline) -> tuple[list[Node], dict[tuple[int, ...], str]]:
    """The outline in the form in which documents are read, and which part stands at which path."""
    ids: dict[tuple[int, ...], str] = {}

    def node(id: str, path: tuple[int, ...]) -> Node:
        ids[path] = id
        part = outline.parts[id]
        return Node(
            kind=part.kind,
            code=part.code or None,
            title=part.title,
            text=part.text,
            span=list(part.spans),
            children=[node(child, (*path, at)) for at, child in enumerate(outline.children.get(id, ()))],
            code_key=coded(part.code),
            attached=[Passage("", part.attached, [])] if part.attached else [],
            parts=[Passage.from_json(one) for one in part.details.get("parts", ())],
        )

    return [node(id, (at,)) for at, id in enumerate(outline.children.get(None, ()))], ids


def _each_once(joins: Iterable[Joined]) -> list[Joined]:
    best: dict[tuple[str, str], Joined] = {}
    for join in joins:
        there = best.setdefault((join.node, join.row), join)
        if there.score < join.score:
            best[join.node, join.row] = join
    return list(best.values())


def _by_history(outline: Outline, seekers: list[Seeker], refused: set[tuple[str, str]]) -> list[Joined]:
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
                codes.append(coded(known.code))
                rows.append([])
            rows[place].append(seeker.row)

    def bonus(one: likeness.Entry, other: likeness.Entry) -> float:
        code = codes[int(str(one.key))]
        return SAME_CODE if code and code == coded(outline.parts[str(other.key)].code) else 0.0

    matched = likeness.match(
        [likeness.Entry(place, *_title_and_text(text)) for place, text in enumerate(texts)],
        [_entry(outline.parts[i]) for i, _depth in outline.walk() if outline.parts[i].wording],
        floor=SOMEWHAT,
        sure=ALIKE,
        bonus=bonus,
    )
    return [
        Joined(
            str(pair.right),
            row,
            "likeness",
            "doubtful" if pair.is_doubtful else "certain",
            pair.score,
            _("前の年度の文と似ています。"),
        )
        for pair in matched
        for row in rows[int(str(pair.left))]
        if (pair.right, row) not in refused
    ]


def _title_and_text(wording: str) -> tuple[str, str]:
    title, _line, text = wording.partition("\n")
    return title, text


def _entry(part: Part) -> likeness.Entry:
    return likeness.Entry(part.id, *_title_and_text(part.wording))


def _by_words(
    outline: Outline, seekers: list[Seeker], refused: set[tuple[str, str]], taken: list[Joined]
) -> list[Joined]:
    partnered = {join.node for join in taken if join.state != "rejected"}
    nodes = [
        i
        for i, _depth in outline.walk()
        if outline.parts[i].kind in LIVING and i not in partnered and outline.parts[i].wording
    ]
    matched = pairs_by_rare_words(
        [s.words for s in seekers], [outline.whole_text(i) for i in nodes], least=HARDLY
    )
    return [
        Joined(
            nodes[pair.right],
            seekers[pair.left].row,
            "likeness",
            "doubtful",
            pair.score,
            _("わたしたちの説明と言葉が近いものです。"),
        )
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
        under_or_over.update(i for i, _depth in outline.walk(id))
    return Alone(
        tuple(
            id
            for id, _depth in outline.walk()
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
