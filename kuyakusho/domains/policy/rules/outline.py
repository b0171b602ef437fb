"""A plan's tree in memory: what reviews and working trees are corrected with.

An outline is never changed: a correction makes a new one that shares all untouched parts with the old. What a
correction touched is therefore found by identity, and taking it back is putting the old parts in place again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

Span = tuple[int, int]

KINDS = (
    "goal", "mission", "stance", "statement", "pillar", "issue", "strategy", "measure",
    "action", "item", "organisation", "section", "indicator", "budget",
)  # fmt: skip

DEEPEST = 12


class BrokenTree(ValueError):
    """A tree that is none: an unknown parent, a circle, an unknown kind."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Yen of a fiscal year: budget, settlement or estimate."""

    fiscal_year: int
    kind: str
    amount_yen: int
    is_demo: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "fiscal_year": self.fiscal_year,
            "kind": self.kind,
            "amount_yen": self.amount_yen,
            **({"is_demo": True} if self.is_demo else {}),
        }


@dataclass(frozen=True, slots=True)
class Part:
    """One node. `spans` are owned by the document's structure, `attached_spans` hold text that fitted nowhere.

    `owner` and `district` are keys of the ward; `owner_printed` is what the document says. A bullet's text
    begins with its title where it is read from a document; most other parts have the title above the text. `details` is what the document prints beyond that (facets such as 課題認識,
    numbered parts, notes, printed results, the target of an indicator): JSON as the reader gave it, never changed
    in place.
    """

    id: str
    kind: str
    code: str = ""
    title: str = ""
    title_en: str = ""
    title_easy: str = ""
    text: str = ""
    text_en: str = ""
    text_easy: str = ""
    attached: str = ""
    spans: tuple[Span, ...] = ()
    attached_spans: tuple[Span, ...] = ()
    document: str = ""
    owner: str = ""
    owner_printed: str = ""
    district: str = ""
    sdgs: tuple[int, ...] = ()
    budgets: tuple[Amount, ...] = ()
    former_ids: tuple[str, ...] = ()
    previous: str = ""
    pack_key: str = ""
    repairs: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """One line that names the part: its title, or the beginning of its text."""
        return self.title or self.text.strip().partition("\n")[0][:60]

    @property
    def title_in_text(self) -> bool:
        """Whether the title is the beginning of the text, as it is in bullets, and not a heading above it."""
        return bool(self.text) and self.text.startswith(self.title)

    @property
    def wording(self) -> str:
        """Everything that the part itself says."""
        if self.title_in_text:
            return self.text
        return f"{self.title}\n{self.text}".strip()

    @property
    def everything(self) -> str:
        """The wording with what `details` holds."""
        return "\n".join(t for t in (self.wording, passages_as_text(self.details)) if t)

    def to_json(self) -> dict[str, Any]:
        """The part without what is empty."""
        data: dict[str, Any] = {}
        for name in _PLAIN:
            value = getattr(self, name)
            if value:
                data[name] = value
        for name in _SPANS:
            value = getattr(self, name)
            if value:
                data[name] = [list(span) for span in value]
        for name in _LISTS:
            value = getattr(self, name)
            if value:
                data[name] = list(value)
        if self.budgets:
            data["budgets"] = [amount.to_json() for amount in self.budgets]
        if self.details:
            data["details"] = dict(self.details)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Part:
        values: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
        for name in _SPANS:
            if name in data:
                values[name] = tuple((int(start), int(end)) for start, end in data[name])
        for name in _LISTS:
            if name in data:
                values[name] = tuple(data[name])
        if "budgets" in data:
            values["budgets"] = tuple(Amount(**amount) for amount in data["budgets"])
        if "details" in data:
            values["details"] = data["details"]
        return cls(**values)


PASSAGES = ("facets", "parts", "notes", "evaluations")


def passages_as_text(details: Mapping[str, Any]) -> str:
    """What `details` prints, as lines."""
    lines = [details.get("label", "")] + [
        " ".join(t for t in (passage.get("label"), passage.get("text")) if t)
        for name in PASSAGES
        for passage in details.get(name, ())
    ]
    return "\n".join(line for line in lines if line)


_SPANS = ("spans", "attached_spans")
_LISTS = ("sdgs", "former_ids", "repairs", "doubts")
_PLAIN = tuple(f.name for f in fields(Part) if f.name not in (*_SPANS, *_LISTS, "budgets", "details"))


@dataclass(frozen=True)
class Outline:
    """A whole tree. `children[None]` are the roots; a part without children has no entry."""

    parts: Mapping[str, Part]
    children: Mapping[str | None, tuple[str, ...]]
    parents: Mapping[str, str | None]

    @classmethod
    def empty(cls) -> Outline:
        return cls({}, {}, {})

    @classmethod
    def build(cls, rows: list[tuple[Part, str | None]]) -> Outline:
        """From parts with the id of their parent, siblings in order. Raises BrokenTree."""
        parts: dict[str, Part] = {}
        children: dict[str | None, list[str]] = {}
        parents: dict[str, str | None] = {}
        for part, parent in rows:
            if part.id in parts:
                raise BrokenTree(f"{part.id} stands twice")
            parts[part.id] = part
            parents[part.id] = parent
            children.setdefault(parent, []).append(part.id)
        outline = cls(parts, {key: tuple(ids) for key, ids in children.items()}, parents)
        outline.check()
        return outline

    @classmethod
    def from_json(cls, rows: list[dict[str, Any]]) -> Outline:
        """From the flat list that `to_json` makes."""
        return cls.build([(Part.from_json(row), row.get("parent")) for row in rows])

    def to_json(self) -> list[dict[str, Any]]:
        """All parts in reading order, each with its parent's id."""
        return [{**self.parts[i].to_json(), "parent": self.parents[i]} for i, _ in self.walk()]

    def check(self) -> None:
        """Raises BrokenTree unless every part hangs in the tree once, at a sane depth, with a known kind."""
        for id, parent in self.parents.items():
            if parent is not None and parent not in self.parts:
                raise BrokenTree(f"{id} hangs on {parent}, which is not there")
            if self.parts[id].kind not in KINDS:
                raise BrokenTree(f"{id} has the unknown kind {self.parts[id].kind}")
        seen = 0
        for _, depth in self.walk():
            seen += 1
            if depth >= DEEPEST:
                raise BrokenTree("the tree is too deep")
            if seen > len(self.parts):
                raise BrokenTree("a part stands twice")
        if seen != len(self.parts):
            raise BrokenTree("some parts hang on one another in a circle")

    def walk(self, start: str | None = None) -> Iterator[tuple[str, int]]:
        """Ids with their depth, in reading order; under `start` (without it), or all."""
        stack = [(i, 0) for i in reversed(self.children.get(start, ()))]
        while stack:
            id, depth = stack.pop()
            yield id, depth
            if depth <= DEEPEST:
                stack.extend((i, depth + 1) for i in reversed(self.children.get(id, ())))

    def ancestors(self, id: str) -> list[str]:
        """From the root down to the parent."""
        found: list[str] = []
        parent = self.parents[id]
        while parent is not None:
            found.append(parent)
            parent = self.parents[parent]
        found.reverse()
        return found

    def siblings(self, id: str) -> tuple[str, ...]:
        """The children of the parent, with the part itself."""
        return self.children.get(self.parents[id], ())

    def position(self, id: str) -> int:
        """Where it stands among its siblings, from 0."""
        return self.siblings(id).index(id)

    def depth(self, id: str) -> int:
        return len(self.ancestors(id))

    def height(self, id: str) -> int:
        """How many levels hang under it."""
        return max((depth + 1 for _, depth in self.walk(id)), default=0)

    def ordinal(self, id: str) -> int:
        """Which one of its kind it is among its siblings, from 1: the third measure of its pillar."""
        kind = self.parts[id].kind
        same = [i for i in self.siblings(id) if self.parts[i].kind == kind]
        return same.index(id) + 1

    def whole_text(self, id: str) -> str:
        """Everything that a part says with all that hangs under it."""
        return "\n".join([self.parts[id].everything, *(self.parts[i].everything for i, _ in self.walk(id))])

    def with_parts(self, *changed: Part) -> Outline:
        """The same tree with some parts in new words."""
        return replace(self, parts={**self.parts, **{part.id: part for part in changed}})


@dataclass(frozen=True)
class Patch:
    """What lies between two outlines: enough to turn the first into the second. A part or list that is None goes."""

    parts: Mapping[str, Part | None]
    children: Mapping[str | None, tuple[str, ...] | None]

    @property
    def is_empty(self) -> bool:
        return not self.parts and not self.children

    def apply(self, outline: Outline) -> Outline:
        parts = dict(outline.parts)
        children = dict(outline.children)
        parents = dict(outline.parents)
        for id, part in self.parts.items():
            if part is None:
                parts.pop(id, None)
                parents.pop(id, None)
            else:
                parts[id] = part
        for parent, ids in self.children.items():
            if ids:
                children[parent] = ids
                parents.update(dict.fromkeys(ids, parent))
            else:
                children.pop(parent, None)
        return Outline(parts, children, parents)

    def to_json(self) -> dict[str, Any]:
        return {
            "parts": {id: part.to_json() if part else None for id, part in self.parts.items()},
            "children": [[parent, list(ids) if ids else None] for parent, ids in self.children.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Patch:
        return cls(
            {id: Part.from_json(part) if part else None for id, part in data["parts"].items()},
            {parent: tuple(ids) if ids else None for parent, ids in data["children"]},
        )


def difference(before: Outline, after: Outline) -> Patch:
    """The patch from `before` to `after`. Untouched parts are recognised by identity, so the cost is small."""
    parts: dict[str, Part | None] = {}
    for id, part in after.parts.items():
        if before.parts.get(id) is not part:
            parts[id] = part
    for id in before.parts:
        if id not in after.parts:
            parts[id] = None
    children: dict[str | None, tuple[str, ...] | None] = {}
    for parent, ids in after.children.items():
        if before.children.get(parent) != ids:
            children[parent] = ids
    for parent in before.children:
        if parent not in after.children:
            children[parent] = None
    return Patch(parts, children)
