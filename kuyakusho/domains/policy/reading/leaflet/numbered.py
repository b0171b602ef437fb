"""What stands under a numbered heading of a leaflet."""

from __future__ import annotations

from itertools import pairwise

from ..blocks import Block
from .plan import Plan

_CONTENT = ("bullet", "part", "note", "prose", "money", "sdgs", "label")


def number_of(plan: Plan, index: int) -> int:
    number = plan.blocks[index].mark.number
    return number.value if number else 0


def style_of(plan: Plan, index: int) -> str:
    number = plan.blocks[index].mark.number
    return number.style if number else ""


def content(plan: Plan, index: int) -> list[int]:
    """What stands under a heading: bullets and paragraphs up to the next heading, in the same area."""
    under: list[int] = []
    follow = index + 1
    while follow < len(plan.blocks) and plan.free(follow) and plan.areas[follow] == plan.areas[index]:
        block = plan.blocks[follow]
        cell_pair = block.kind == "short" and block.lines[0].hint == "cell"
        if block.kind not in _CONTENT and not cell_pair:
            break
        if block.kind == "prose" and under and block.gap > 1 and plan.blocks[under[-1]].kind == "bullet":
            break
        under.append(follow)
        follow += 1
    return under


def cells(plan: Plan, under: list[int]) -> list[Block]:
    """A table of measures under a pillar (name | what is done): each row's name is a measure."""
    blocks = [plan.blocks[i] for i in under]
    for block, after in pairwise(blocks):
        if block.kind == "short" and block.lines[0].hint == "cell" and after.kind in ("prose", "bullet"):
            block.role = "measure"
    for block in blocks:
        if block.kind == "prose":
            block.role = "text"
        elif block.kind in ("short", "label") and not block.role:
            block.role = "caption"
    return blocks
