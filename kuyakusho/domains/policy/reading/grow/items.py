"""Bullets: nested by the class of their mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..blocks import Block
from ..draft import Draft
from ..model import Repair
from ..profiles import RANKS

if TYPE_CHECKING:
    from .filling import Filling

#: Bullets from the outermost in; a mark of an earlier class is never below one of a later class.
_CLASSES = ("■◼◾", "◆♦", "●★◎", "□○◇▼▶►▸☆❖◦▪", "・-*+✓✔➢⇒→∘‣⦿▷▫")
_DEEPEST = 6


def _class_of(marker: str) -> float:
    if marker.startswith("number:"):
        # 「ア 地域の備え」 stands over bullets, and under ◆.
        return 1.5
    for index, marks in enumerate(_CLASSES):
        if marker and marker in marks:
            return index
    return len(_CLASSES)


class Items:
    """The open bullets, outermost first, each with the mark of its kind."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self.stack: list[tuple[str, Draft]] = []

    @property
    def current(self) -> Draft | None:
        """The innermost open bullet."""
        return self.stack[-1][1] if self.stack else None

    @property
    def marker(self) -> str:
        return self.stack[-1][0] if self.stack else ""

    def close(self) -> None:
        self.stack = []

    def open(self, block: Block, marker: str) -> Draft:
        known = [index for index, (other, _) in enumerate(self.stack) if other == marker]
        if known:
            del self.stack[known[-1] :]
        elif self.stack and _class_of(marker) < _class_of(self.stack[0][0]):
            self.stack = []
        parent = self.current or self.filling.node
        if len(self.stack) >= _DEEPEST:
            parent = self.filling.node
            self.stack = []
        if parent is self.filling.grower.root:
            parent = self._orphan(block)
        draft = Draft("item", RANKS["item"] + len(self.stack))
        code = block.span_of(block.mark.code) if block.kind == "number" else None
        if code:
            draft.code, draft.printed_code, draft.key = (
                code,
                self.filling.grower._printed(code, block),
                block.mark.code_key,
            )
        body = list(block.body) or list(block.title) or [(line.start, line.end) for line in block.lines]
        if block.kind == "number" and block.title:
            draft.title = list(block.title)
            draft.paragraphs.append(list(block.title))
        else:
            draft.paragraphs.append(body)
        draft.take(block)
        parent.adopt(draft)
        self.stack.append((marker, draft))
        self.filling.grower.last = draft
        tail = block.span_of(block.mark.tail)
        if tail is not None:
            self.filling.amounts.tail_budget(draft, tail)
        else:
            self.filling.amounts.trailing_amount(draft, block)
        return draft

    def _orphan(self, block: Block) -> Draft:
        """A bullet before any heading: the last node takes it, else a statement is opened for it."""
        last = self.filling.grower.root.children[-1] if self.filling.grower.root.children else None
        if last is not None:
            self.filling.grower._restack(last)
            return last
        draft = Draft("statement", RANKS["pillar"])
        self.filling.grower._push(self.filling.grower.root, draft)
        self.filling.grower.doubts.append(
            Repair("bullet-without-heading", "見出しの前に箇条書きがあります。", ((block.start, block.end),))
        )
        return draft
