"""Numbers in order: what tells a numbered list from a number that happens to open a line."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..numbering import Number


@dataclass(slots=True)
class Sequences:
    """The open numbered lists by style. A list starts at 1 and goes up by one."""

    last: dict[str, int] = field(default_factory=dict)

    def reset(self) -> None:
        self.last.clear()

    def accepts(self, number: Number) -> bool:
        """True when the number starts or continues a list: 「24 合同パトロール」 after no 23 does neither."""
        before = self.last.get(number.style)
        if number.value == 1 or (before is not None and number.value == before + 1):
            self.last[number.style] = number.value
            return True
        return False
