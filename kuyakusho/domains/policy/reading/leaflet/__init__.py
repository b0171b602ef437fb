"""Leaflets: documents whose layout has torn headings and texts apart.

A ward's leaflet is set in columns and boxes; its text layer gives the boxes in the order in which they were
drawn. This package puts blocks back into the order in which a reader of the paper sees them. Nothing is
decided by position alone where position is known to be wrong: each decision weighs order, nearness and words
(the usual business of a section, the theme of a pillar, the words of a title), and is reported.

    sections  which text belongs to which section (課)
    pillars   which run of measures belongs to which pillar
    titled    goal, cross-cutting statements and goals of the organisation
"""

from __future__ import annotations

from ..blocks import Block
from ..model import Repair
from . import pillars, sections, titled
from .plan import Plan
from .romans import repair_romans
from .zones import find_zones


def arrange(source: str, blocks: list[Block], repairs: list[Repair], doubts: list[Repair]) -> list[Block]:
    """The blocks in logical order, with their roles. Blocks left out fit nowhere; they stay with what is near."""
    plan = Plan(source, blocks, repairs, doubts)
    repair_romans(plan)
    sections.take(plan)
    zones = find_zones(plan)
    pillars.take(plan, zones)
    titled.take(plan, zones)
    return plan.in_order()
