"""Amounts of money: budgets, settlements and estimates become nodes of the heading they stand under."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..blocks import Block
from ..draft import Draft, without
from ..model import Repair
from ..money import Budget, find_amounts, find_budgets
from ..profiles import RANKS
from ..source import Range

if TYPE_CHECKING:
    from .filling import Filling

_TAIL_BUDGET = re.compile(
    r"\s+(?:(?:予算|事業費)額?\s*[:]?\s*)?[0-9][0-9,]*(?:\.[0-9]+)?[千百万億]*円\s*$|[(〈<【\[]\s*[^()〈〉<>【】\[\]]{0,16}?円[^()〈〉<>【】\[\]]{0,6}[)〉>】\]]\s*$"
)


class Amounts:
    """Reads amounts. `unit` is the multiplier of bare numbers, from a table's 「（単位：千円）」."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self.unit: int | None = None

    def money(self, block: Block) -> None:
        """Lines of amounts: a budget node each, under the heading they stand under."""
        node = self.filling.holder()
        if node is self.filling.grower.root:
            self.filling.grower.attach(block, "amount")
            return
        for line in block.lines:
            found = self.budgets(node, line.start, line.end, own_line=True)
            if not found:
                node.own.append((line.start, line.end))

    def budgets(self, node: Draft, start: int, end: int, own_line: bool = False) -> list[Budget]:
        text = self.filling.grower.source[start:end]
        found = find_budgets(text, start, self.filling.grower.facts.fiscal_year, self.unit)
        for index, budget in enumerate(found):
            low = start if own_line and index == 0 else budget.span[0]
            high = (
                end
                if own_line and index == len(found) - 1
                else (found[index + 1].span[0] if own_line else budget.span[1])
            )
            self._add_budget(node, budget, (low, high))
        return found

    def _add_budget(self, node: Draft, budget: Budget, own: Range) -> None:
        node.budgets.append(budget)
        draft = Draft("budget", RANKS["item"], budgets=[budget])
        printed = budget.span
        amount = find_amounts(self.filling.grower.source[printed[0] : printed[1]])
        split = printed[0] + amount[0].start if amount else printed[1]
        draft.title = [(printed[0], split)] if split > printed[0] else []
        draft.paragraphs = [[(split, printed[1])]] if split < printed[1] else []
        draft.own.append(own)
        node.own = without(node.own, [own])
        node.adopt(draft)
        if not budget.is_certain:
            self.filling.grower.doubts.append(
                Repair(
                    "amount-without-year",
                    f"「{budget.printed}」に年度の記載がないため、この文書の年度としました。",
                    (budget.span,),
                )
            )

    def tail_budget(self, draft: Draft, tail: Range) -> None:
        """The amount in brackets behind a title; without 予算 or 決算 it is the year's budget, as a doubt."""
        source = self.filling.grower.source
        found = self.budgets(draft, tail[0], tail[1], own_line=True)
        if found:
            return
        amounts = find_amounts(source[tail[0] : tail[1]])
        if not amounts:
            return
        first = amounts[0]
        span = (tail[0] + first.start, tail[0] + first.end)
        budget = Budget(
            self.filling.grower.facts.fiscal_year, "budget", first.yen, first.printed, span, False
        )
        self._add_budget(draft, budget, tail)

    def trailing_amount(self, draft: Draft, block: Block) -> None:
        last = block.lines[-1]
        match = _TAIL_BUDGET.search(last.text) if "円" in last.text else None
        if match and match.start() > 0:
            self.tail_budget(draft, (last.start + match.start(), last.end))
            draft.paragraphs[-1] = without(draft.paragraphs[-1], [(last.start + match.start(), last.end)])
            draft.title = without(draft.title, [(last.start + match.start(), last.end)])
