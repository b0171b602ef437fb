"""Zones: the Roman-numbered parts of a leaflet (基本目標, 施策, 組織運営), and whether their order can be trusted."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from ..numbering import ordinal
from .plan import Plan

ROLES = {
    "goal": "goal",
    "mission": "top",
    "stance": "top",
    "statement": "statement",
    "group.front": "front",
    "group.measures": "measures",
    "group.detail": "detail",
    "group.organisation": "organisation",
    "group.sections": "sections",
}


@dataclass(slots=True)
class Zones:
    """The zone headings of a document: (position of the block, role). `is_ordered` says that what follows a
    heading belongs to it."""

    heads: list[tuple[int, str]] = field(default_factory=list)
    is_ordered: bool = True

    def at(self, index: int) -> str:
        """The zone in whose stretch a block stands, by printed order; empty before the first heading."""
        head = self.head(index)
        return self.heads[head][1] if head is not None else ""

    def head(self, index: int) -> int | None:
        """The number of the zone heading over a block."""
        place = bisect_right(self.heads, index, key=lambda entry: entry[0])
        return place - 1 if place else None

    def has(self, role: str) -> bool:
        return any(name == role for _, name in self.heads)

    def nearest(self, role: str, index: int) -> int:
        """The distance in blocks to the nearest heading of this role, a large number when there is none."""
        return min((abs(position - index) for position, name in self.heads if name == role), default=10**6)


def find_zones(plan: Plan) -> Zones:
    """Find zone headings and judge their order.

    The order is not trusted when numerals do not go up, when the goal's heading comes after others, or when
    much text stands before the first heading.
    """
    zones = Zones()
    numerals: list[int] = []
    before = 0
    for index, block in enumerate(plan.blocks):
        if block.kind == "named" and index not in plan.claimed:
            role = ROLES.get(block.mark.role)
            if role:
                zones.heads.append((index, role))
                key = block.mark.code_key
                place = ordinal(key[-1]) if key else None
                if place is not None and role in ("goal", "measures", "organisation"):
                    numerals.append(place)
        elif not zones.heads and block.kind in ("prose", "bullet", "number") and index not in plan.claimed:
            before += len(block.text)
    roles = [role for _, role in zones.heads]
    goal_late = (
        "goal" in roles
        and roles.index("goal") > 0
        and any(role in ("measures", "organisation") for role in roles[: roles.index("goal")])
    )
    falling = numerals != sorted(numerals)
    headless = bool(zones.heads) and before > 160 and roles[0] != "goal" and len(set(roles)) > 1
    zones.is_ordered = not (falling or goal_late or headless)
    if not zones.is_ordered:
        plan.report(
            "zones-out-of-order",
            "大きな見出し（基本目標、施策、組織運営）と本文の順番が紙面と違うため、言葉と位置から対応を決めました。",
            *[plan.blocks[index] for index, _ in zones.heads],
        )
    return zones
