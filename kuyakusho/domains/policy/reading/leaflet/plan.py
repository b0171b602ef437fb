"""The plan of a leaflet: who has claimed which block, and the order that comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..blocks import Block, read
from ..model import Repair

#: Empty lines that separate the areas of a leaflet: what is drawn between them is a picture or a page's end.
AREA_GAP = 12


@dataclass(slots=True)
class Pillar:
    """A pillar (柱): its printed headings, its own text and its measures."""

    number: int | None
    title: str
    heads: list[Block] = field(default_factory=list)
    texts: list[Block] = field(default_factory=list)
    runs: list[list[Block]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """Blocks and what they were found to be. `claimed` holds the positions of blocks that have a place."""

    source: str
    blocks: list[Block]
    repairs: list[Repair]
    doubts: list[Repair]
    claimed: set[int] = field(default_factory=set)
    frame: dict[str, list[Block]] = field(default_factory=dict)
    """Headings that only group, by the part they stand over: measures, organisation, sections, front."""
    tops: list[list[Block]] = field(default_factory=list)
    goal: list[Block] = field(default_factory=list)
    statements: list[list[Block]] = field(default_factory=list)
    pillars: list[Pillar] = field(default_factory=list)
    organisation: list[list[Block]] = field(default_factory=list)
    sections: list[list[Block]] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        area = 0
        for index, block in enumerate(self.blocks):
            if index and block.gap >= AREA_GAP:
                area += 1
            self.areas.append(area)
            if block.role or block.kind == "pointer":
                self.claimed.add(index)

    def free(self, index: int) -> bool:
        return 0 <= index < len(self.blocks) and index not in self.claimed

    def claim(self, *indexes: int) -> None:
        self.claimed.update(indexes)

    def title_of(self, block: Block) -> str:
        """The words of a heading or short block."""
        return (
            read(self.source, block.title)
            if block.title
            else read(self.source, [(line.start, line.end) for line in block.lines])
        )

    def text_of(self, block: Block) -> str:
        return read(self.source, [(line.start, line.end) for line in block.lines])

    def report(self, code: str, sentence: str, *blocks: Block, **evidence: float | str) -> None:
        """A repair: what was put right, where, on what evidence."""
        spans = tuple((block.start, block.end) for block in blocks)
        self.repairs.append(Repair(code, sentence, spans, evidence))

    def doubt(self, code: str, sentence: str, *blocks: Block, **evidence: float | str) -> None:
        spans = tuple((block.start, block.end) for block in blocks)
        self.doubts.append(Repair(code, sentence, spans, evidence))

    def group(self, part: str, block: Block) -> None:
        """Keep a heading (or its lead paragraph) that stands over a whole part."""
        block.role = "group"
        self.frame.setdefault(part, []).append(block)

    def in_order(self) -> list[Block]:
        """All placed blocks as a reader of the paper meets them: goal, statements, pillars, organisation, sections."""
        pillars = sorted(self.pillars, key=lambda p: p.number if p.number is not None else 0)
        parts: list[tuple[str, list[list[Block]]]] = [
            ("front", [self.goal, *self.tops]),
            ("statements", self.statements),
            ("measures", [[*p.heads, *p.texts, *(b for run in p.runs for b in run)] for p in pillars]),
            ("organisation", self.organisation),
            ("sections", self.sections),
        ]
        ordered: list[Block] = []
        for part, groups in parts:
            ordered.extend(self.frame.get(part, ()))
            for group in groups:
                ordered.extend(group)
        return ordered
