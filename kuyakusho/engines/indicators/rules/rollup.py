"""A parent's progress from its children."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class RolledUp:
    """`value` is None when no child has data. `left_out` children had none and are not counted as zero."""

    value: Decimal | None
    counted: int
    left_out: int

    @property
    def children(self) -> int:
        return self.counted + self.left_out


def roll_up(children: Iterable[tuple[Decimal | int | None, Decimal | int | None]]) -> RolledUp:
    """The weighted mean of `(progress, weight)`; no weight counts as 1, so that no weights give the plain mean.

    Weights need not add up to anything. 100 with weight 1 and 0 with weight 3 is 25. A weight of exactly 1 is a
    weight like any other. A child without data is left out, and the count says so. A child of weight 0 is
    counted as having data, and changes nothing. Raises ValueError for a negative weight.
    """
    total = weights = Decimal(0)
    counted = left_out = 0
    for progress, weight in children:
        heavy = Decimal(1) if weight is None else Decimal(weight)
        if heavy < 0:
            raise ValueError("a weight is not negative")
        if progress is None:
            left_out += 1
            continue
        counted += 1
        total += Decimal(progress) * heavy
        weights += heavy
    return RolledUp(total / weights if weights else None, counted, left_out)
