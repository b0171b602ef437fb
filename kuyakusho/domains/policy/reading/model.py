"""The result of an import: a tree of nodes with its provenance, and its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .money import Budget
from .source import Range
from .wareki import FiscalYear

KINDS = (
    "goal", "mission", "stance", "statement", "pillar", "issue", "strategy", "measure", "action", "item",
    "organisation", "section", "indicator", "budget",
)  # fmt: skip


@dataclass(slots=True)
class Passage:
    """A labelled piece of a node: a facet (課題認識), a part (1) of a list), a note ((注)) or attached text.

    `key` is the kind of facet or the reason for attaching; `label` is as printed.
    """

    label: str
    text: str
    span: list[Range]
    key: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "text": self.text, "span": _ranges(self.span), "key": self.key}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Passage:
        return cls(data["label"], data["text"], _tuples(data["span"]), data["key"])


@dataclass(slots=True)
class Evaluation:
    """A printed result or judgement: `phase` is `result`, `midyear` or `self_evaluation`; `grade` as printed."""

    phase: str
    label: str
    text: str
    grade: str | None
    meaning: str | None
    span: list[Range]

    def to_json(self) -> dict[str, Any]:
        return {
            "phase": self.phase,
            "label": self.label,
            "text": self.text,
            "grade": self.grade,
            "meaning": self.meaning,
            "span": _ranges(self.span),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Evaluation:
        return cls(
            data["phase"], data["label"], data["text"], data["grade"], data["meaning"], _tuples(data["span"])
        )


@dataclass(slots=True)
class Target:
    """The target that an indicator's text states: 「10,000世帯以上」, with its period where printed."""

    value: float
    unit: str
    comparison: str
    period: str

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "unit": self.unit, "comparison": self.comparison, "period": self.period}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Target:
        return cls(data["value"], data["unit"], data["comparison"], data["period"])


@dataclass(slots=True)
class Node:
    """One node. `span` holds the ranges of the source that the node owns by the document's structure: its
    code, title, body and the marks between them, without its children's. `attached` is text that fitted
    nowhere and is kept with the nearest node.

    `code` is as printed, `code_key` unique in its document and free of widths and brackets, for joining.
    `title` is the printed title (of a bullet: its first sentence), `text` the printed body (of a bullet: all of
    it), with one line per paragraph. `label` is the printed heading where the title is something else, `group`
    the heading over several nodes of which this is the first (Ⅱ 目標達成に向けた施策).
    """

    kind: str
    code: str | None
    title: str
    text: str
    span: list[Range]
    children: list[Node] = field(default_factory=list)
    code_key: str = ""
    label: str = ""
    group: str = ""
    attached: list[Passage] = field(default_factory=list)
    facets: list[Passage] = field(default_factory=list)
    parts: list[Passage] = field(default_factory=list)
    notes: list[Passage] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)
    sdgs: list[int] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    target: Target | None = None
    owner: str = ""

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "kind": self.kind,
            "code": self.code,
            "title": self.title,
            "text": self.text,
            "span": _ranges(self.span),
            "children": [child.to_json() for child in self.children],
        }
        if self.span:
            data["extent"] = [min(s for s, _ in self.span), max(e for _, e in self.span)]
        for name in ("code_key", "label", "group", "owner", "sdgs"):
            if getattr(self, name):
                data[name] = getattr(self, name)
        for name in ("attached", "facets", "parts", "notes", "budgets", "evaluations"):
            if getattr(self, name):
                data[name] = [entry.to_json() for entry in getattr(self, name)]
        if self.target:
            data["target"] = self.target.to_json()
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Node:
        return cls(
            kind=data["kind"],
            code=data["code"],
            title=data["title"],
            text=data["text"],
            span=_tuples(data["span"]),
            children=[cls.from_json(child) for child in data["children"]],
            code_key=data.get("code_key", ""),
            label=data.get("label", ""),
            group=data.get("group", ""),
            attached=[Passage.from_json(p) for p in data.get("attached", ())],
            facets=[Passage.from_json(p) for p in data.get("facets", ())],
            parts=[Passage.from_json(p) for p in data.get("parts", ())],
            notes=[Passage.from_json(p) for p in data.get("notes", ())],
            budgets=[Budget.from_json(b) for b in data.get("budgets", ())],
            sdgs=list(data.get("sdgs", ())),
            evaluations=[Evaluation.from_json(e) for e in data.get("evaluations", ())],
            target=Target.from_json(data["target"]) if "target" in data else None,
            owner=data.get("owner", ""),
        )


@dataclass(frozen=True, slots=True)
class Repair:
    """Something the reader put right: `code` is stable, `sentence` tells the planner what and why."""

    code: str
    sentence: str
    span: tuple[Range, ...] = ()
    evidence: dict[str, float | str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "sentence": self.sentence,
            "span": _ranges(self.span),
            "evidence": self.evidence,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Repair:
        return cls(data["code"], data["sentence"], tuple(_tuples(data["span"])), data["evidence"])


#: A weak decision has the same shape as a repair: what was decided, and on what evidence.
Doubt = Repair


@dataclass(slots=True)
class ImportedPolicy:
    """One published policy as a tree.

    `coverage` is the share of the source's characters (white space aside) inside the spans that nodes own by
    structure; `attached` the share of text merely kept with the nearest node or the page's frame. What is missing
    to 1 is the document's own: its title, whose spans `document` holds.
    """

    title: str
    city: str | None
    ward: str | None
    style: str
    profile: str
    stage: str
    stage_key: str
    fiscal_year: FiscalYear | None
    coverage: float
    attached: float
    nodes: list[Node]
    warnings: list[str] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    document_span: list[Range] = field(default_factory=list)
    document_attached: list[Passage] = field(default_factory=list)
    source_text_length: int = 0

    def walk(self) -> Iterator[Node]:
        """All nodes in document order."""
        for node in self.nodes:
            yield from node.walk()

    def of_kind(self, kind: str) -> list[Node]:
        return [node for node in self.walk() if node.kind == kind]

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "city": self.city,
            "ward": self.ward,
            "style": self.style,
            "profile": self.profile,
            "stage": self.stage,
            "stage_key": self.stage_key,
            "fiscal_year": self.fiscal_year.to_json() if self.fiscal_year else None,
            "coverage": self.coverage,
            "attached": self.attached,
            "warnings": list(self.warnings),
            "repairs": [repair.to_json() for repair in self.repairs],
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "document": {
                "span": _ranges(self.document_span),
                "attached": [passage.to_json() for passage in self.document_attached],
            },
            "source_text_length": self.source_text_length,
            "nodes": [node.to_json() for node in self.nodes],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ImportedPolicy:
        """Read back what `to_json` wrote, also after a trip through a JSON text."""
        year = data["fiscal_year"]
        return cls(
            title=data["title"],
            city=data["city"],
            ward=data["ward"],
            style=data["style"],
            profile=data["profile"],
            stage=data["stage"],
            stage_key=data["stage_key"],
            fiscal_year=FiscalYear.from_json(year) if year else None,
            coverage=data["coverage"],
            attached=data["attached"],
            nodes=[Node.from_json(node) for node in data["nodes"]],
            warnings=list(data["warnings"]),
            repairs=[Repair.from_json(repair) for repair in data["repairs"]],
            doubts=[Repair.from_json(doubt) for doubt in data["doubts"]],
            document_span=_tuples(data["document"]["span"]),
            document_attached=[Passage.from_json(p) for p in data["document"]["attached"]],
            source_text_length=data["source_text_length"],
        )


def _ranges(ranges: list[Range] | tuple[Range, ...]) -> list[list[int]]:
    return [[start, end] for start, end in ranges]


def _tuples(ranges: list[list[int]]) -> list[Range]:
    return [(start, end) for start, end in ranges]
