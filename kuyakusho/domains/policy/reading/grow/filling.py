"""Filling the open node: bullets, parts, notes, paragraphs, labelled parts, amounts and goals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..blocks import Block
from ..characters import fold
from ..draft import Draft, DraftPassage, without
from ..model import Repair
from ..money import unit_of
from ..profiles import RANKS
from ..sdgs import sdg_numbers
from ..source import Range
from .amounts import Amounts
from .items import Items

if TYPE_CHECKING:
    from .grower import Grower


class Filling:
    """What is being filled in the open heading: a labelled part, bullets, notes."""

    def __init__(self, grower: Grower) -> None:
        self.grower = grower
        self.mode = ""
        self.passage: DraftPassage | None = None
        self.items = Items(self)
        self.note: DraftPassage | None = None
        self.indicator: Draft | None = None
        self.amounts = Amounts(self)

    def close(self) -> None:
        """A heading follows: nothing goes on."""
        self._results_to_indicators()
        self.mode = ""
        self.passage = None
        self.items.close()
        self.note = None
        self.indicator = None

    def _results_to_indicators(self) -> None:
        """Results that are as many as the indicators above them belong to them one by one."""
        passage = self.passage
        if self.mode != "result" or passage is None:
            return
        indicators = [child for child in self.node.children if child.kind == "indicator"]
        if len(indicators) < 2 or len(indicators) != len(passage.paragraphs):
            return
        self.node.evaluations.remove(passage)
        for indicator, paragraph in zip(indicators, passage.paragraphs, strict=True):
            indicator.evaluations.append(DraftPassage("result", passage.label, [paragraph], list(paragraph)))

    @property
    def node(self) -> Draft:
        return self.grower.top

    @property
    def item(self) -> Draft | None:
        return self.items.current

    def place(self, block: Block) -> None:
        """Put a block that is no heading of the hierarchy where it belongs."""
        kind = block.kind
        if kind == "facet":
            self.facet(block)
        elif kind == "bullet":
            self.bullet(block)
        elif kind == "number":
            self._number(block)
        elif kind == "part":
            self._part(block)
        elif kind == "note":
            self._note(block)
        elif kind == "money":
            self.amounts.money(block)
        elif kind == "sdgs":
            self._sdgs(block)
        elif kind == "unit":
            self.amounts.unit = unit_of(block.text)
            self._own(block)
        elif kind in ("bracket", "hint"):
            self._subheading(block)
        elif kind == "owner":
            self._owner(block)
        elif kind == "label":
            if not (self.mode in ("evaluation", "result") and self._into_passage(block)):
                self.grower.attach(block, "label")
        elif kind == "pointer":
            self.grower.attach(block, "pointer")
        elif kind == "prose":
            self.text(block)
        else:
            self._short(block)

    # -- labelled parts

    def plan(self, block: Block) -> None:
        """A heading like 「主な事業」: the bullets below are items."""
        block.mark.role, block.mark.key = "text", "plan"
        self.facet(block)

    def facet(self, block: Block) -> None:
        role, key = block.mark.role, block.mark.key
        label = [block.span_of(block.mark.title) or (block.start, block.end)]
        if role == "result" and self.mode == "evaluation" and key == "result":
            # 「プロセス指標の達成状況」 inside 「自己評価」 is part of the evaluation.
            role, key = "evaluation", self.passage.key if self.passage else "self_evaluation"
        if role == "strategy" and self.node.kind == "strategy" and not self.node.is_soft:
            # 「戦略（中期的な取組の方向性）」 inside 戦略1-1 says what the strategy is.
            role, key = "text", "plan"
        inside = (
            self.mode == "evaluation" and role == "text" and key in ("problem", "improvement", "achievement")
        )
        within = self.passage.key if inside and self.passage else ""
        while self.node.is_soft and len(self.grower.stack) > 1:
            self.grower.stack.pop()
        self.close()
        node = self.node
        self.grower.last = node if node is not self.grower.root else self.grower.last
        if node is self.grower.root and role != "strategy":
            node = self._homeless(block)
        if role == "strategy":
            draft = Draft("strategy", RANKS["strategy"], is_soft=True, label=label)
            draft.take(block)
            if node.rank >= draft.rank:
                draft.rank = node.rank + 1
            self.grower._push(node, draft)
            if block.body:
                draft.paragraphs.append(list(block.body))
            return
        self.mode = "evaluation" if inside else role
        if role == "indicator":
            node.take(block)
            if block.body:
                self._new_indicator(block, list(block.body), own=False)
            self.mode = "indicator"
            return
        if role in ("sdgs", "budget"):
            node.take(block)
            if block.body:
                text = "".join(fold(self.grower.source[s:e]) for s, e in block.body)
                if role == "sdgs":
                    node.sdgs.extend(sdg_numbers(text))
                else:
                    for start, end in block.body:
                        self.amounts.budgets(node, start, end)
            return
        passage = DraftPassage(within or ("result" if role == "result" else key), label)
        passage.own.extend((line.start, line.end) for line in block.lines)
        if block.body:
            passage.paragraphs.append(list(block.body))
            if role == "text" and not inside:
                node.paragraphs.append(list(block.body))
        node.take(block)
        (node.facets if role == "text" and not inside else node.evaluations).append(passage)
        self.passage = passage

    def _homeless(self, block: Block) -> Draft:
        """A labelled part before any heading becomes a statement, so that its text keeps its label."""
        kind = "goal" if block.mark.key in ("vision", "state") else "statement"
        draft = Draft(
            kind, RANKS["pillar"], label=[block.span_of(block.mark.title) or (block.start, block.end)]
        )
        self.grower._push(self.grower.root, draft)
        self.grower.doubts.append(
            Repair(
                "part-without-heading",
                f"「{block.text[:20]}」の前に見出しがありません。",
                ((block.start, block.end),),
            )
        )
        return draft

    def _own(self, block: Block) -> None:
        if self.node is self.grower.root:
            self.grower.attach(block, "stray")
        else:
            self.node.take(block)

    # -- lines of content

    def bullet(self, block: Block) -> None:
        self.note = None
        if self._into_passage(block):
            return
        if self.mode == "indicator":
            self._new_indicator(block, list(block.body), own=True)
            return
        marker = block.mark.marker or block.role or block.kind
        if marker == "item":
            marker = f"item{block.lines[0].hint_level}"
        self.items.open(block, marker)

    def _into_passage(self, block: Block) -> bool:
        """Content of a labelled part, unless the part says what is done: its bullets are items."""
        passage = self.passage
        if passage is None or self.mode not in ("text", "result", "evaluation"):
            return False
        if self.mode == "text" and passage.key == "plan" and block.kind in ("bullet", "number"):
            return False
        body = list(block.body) or list(block.title) or [(line.start, line.end) for line in block.lines]
        passage.paragraphs.append(body)
        passage.own.extend((line.start, line.end) for line in block.lines)
        self.node.take(block)
        if self.mode == "text":
            self.node.paragraphs.append(body)
        return True

    def _new_indicator(self, block: Block, body: list[Range], own: bool) -> None:
        if not body:
            self.node.take(block)
            return
        draft = Draft("indicator", RANKS["item"])
        draft.paragraphs.append(body)
        if own:
            draft.take(block)
        else:
            draft.own.extend(body)
            node = self.node
            node.own = [r for r in node.own if r not in body]
            node.own = without(node.own, body)
        self.node.adopt(draft)
        self.indicator = draft
        self.grower.last = draft

    def _number(self, block: Block) -> None:
        number = block.mark.number
        if number is None or not self.grower.sequences.accepts(number):
            self._short(block)
            return
        if self._into_passage(block):
            return
        if self.mode == "indicator":
            self._new_indicator(block, list(block.title), own=True)
            return
        self.items.open(block, f"number:{number.style}")

    def _part(self, block: Block) -> None:
        if self.note is not None:
            self.note.paragraphs.append([(block.start, block.lines[0].end), *block.body[1:]])
            self.note.own.extend((line.start, line.end) for line in block.lines)
            (self.item or self.node).take(block)
            return
        if self.mode == "indicator" or self.passage is not None:
            self.bullet(block)
            return
        holder = self.item
        if holder is None and (self.node.is_empty or self.node.children):
            # No sentence leads in to the list: its lines are the bullets themselves.
            self.items.open(block, "part")
            return
        holder = holder or self.node
        if holder.parts or holder.kind != "item" or self.items.marker != "part":
            passage = DraftPassage("part", [block.span_of(block.mark.code) or (block.start, block.start)])
            passage.paragraphs.append(list(block.body))
            passage.own.extend((line.start, line.end) for line in block.lines)
            holder.parts.append(passage)
            code = block.span_of(block.mark.code)
            if block.body:
                start = code[0] if code else block.body[0][0]
                holder.paragraphs.append([(start, block.body[0][1]), *block.body[1:]])
            holder.take(block)
            return
        self.items.open(block, "part")

    def _note(self, block: Block) -> None:
        holder = self.item or self.indicator or self.node
        if holder is self.grower.root:
            self.grower.attach(block, "note")
            return
        body = [(line.start, line.end) for line in block.lines]
        if block.mark.marker == "*" and "".join(
            fold(self.grower.source[s:e]) for s, e in block.body
        ).startswith("【"):
            # A remark in brackets under a bullet is part of what it says, not a note to a word.
            holder.paragraphs.append(list(block.body))
            holder.take(block)
            return
        passage = DraftPassage("note", [(block.start, block.start + block.mark.rest)])
        passage.paragraphs.append(list(block.body) or body)
        passage.own.extend(body)
        holder.notes.append(passage)
        holder.take(block)
        self.note = passage if block.mark.marker == "*" else None

    def text(self, block: Block) -> None:
        """A paragraph: of the labelled part, of the bullet just before it, or of the open node."""
        self.note = None
        if self._into_passage(block):
            return
        if self.mode == "indicator":
            self._new_indicator(block, [(line.start, line.end) for line in block.lines], own=True)
            return
        body = list(block.body) or list(block.title) or [(line.start, line.end) for line in block.lines]
        node = self.node
        if node is self.grower.root:
            self.grower.attach(block, "preamble" if self.grower.last is None else "stray")
            return
        item = self.item
        if item is not None and block.gap == 0 and block.role != "text":
            item.paragraphs.append(body)
            item.take(block)
            return
        node.paragraphs.append(body)
        node.take(block)
        self.items.close()
        self.grower.last = node

    def _owner(self, block: Block) -> None:
        """「担当：防災係」 names the section of the open heading."""
        node = self.holder()
        if node is self.grower.root:
            self.grower.attach(block, "owner")
            return
        node.owner = "".join(self.grower.source[s:e] for s, e in block.title)
        node.take(block)

    def _short(self, block: Block) -> None:
        """A short line without an end: content where content is awaited, else a caption."""
        if self.mode and self.node is not self.grower.root:
            self.text(block)
            return
        node = self.node
        if (
            node is self.grower.root
            or self.item is not None
            or node.children
            or (node.paragraphs and node.kind in RANKS)
        ):
            self.grower.attach(block, "caption")
            return
        self.text(block)

    def _subheading(self, block: Block) -> None:
        """【防災の取組】 between the lines: a label inside a part, or a titled item with bullets below."""
        if self.mode in ("text", "result", "evaluation"):
            self._into_passage(block)
            return
        if self.node is self.grower.root:
            self.grower.attach(block, "heading")
            return
        if self.mode == "indicator":
            self.node.take(block)
            return
        self.items.close()
        draft = self.items.open(block, "bracket")
        draft.title = list(block.title)
        if not block.body:
            draft.paragraphs = []

    def holder(self) -> Draft:
        """The heading that an amount belongs to: not a part opened by a label alone."""
        node = self.node
        while node.is_soft and node.parent is not None:
            node = node.parent
        return node

    def _sdgs(self, block: Block) -> None:
        node = self.holder()
        if node is self.grower.root:
            self.grower.attach(block, "sdgs")
            return
        node.sdgs.extend(sdg_numbers(block.text[block.mark.rest :] if len(block.lines) == 1 else block.text))
        node.take(block)
