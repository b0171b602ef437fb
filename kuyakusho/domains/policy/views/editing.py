"""The card of the chosen part: everything that can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kuyakusho.core.wards.models import Ward

from ..forms import PartForm
from ..public.outline import KIND_NAMES
from ..rules.editing import split_points
from ..rules.outline import Part, passages_as_text
from .correcting import form_of
from .workbench import JoinShown, Workbench

MOST_SPLITS = 60
EXCERPT = 600


@dataclass(frozen=True)
class Card:
    """What the template draws of the chosen part."""

    part: Part
    kind: str
    way: list[tuple[str, str]]
    form: PartForm
    joins: tuple[JoinShown, ...]
    joinable: list[tuple[str, str]]
    parents: list[tuple[str, str]]
    splits: list[tuple[int, str]]
    excerpt: str
    besides: str
    kinds: list[tuple[str, Any]]
    is_first: bool
    is_last: bool
    is_top: bool


def card_of(bench: Workbench, ward: Ward, form: PartForm | None = None) -> Card:
    """The card; `form` is one with mistakes, to be shown again."""
    part = bench.chosen
    assert part is not None
    siblings = bench.outline.siblings(part.id)
    return Card(
        part=part,
        kind=str(KIND_NAMES[part.kind]),
        way=[
            (
                f"{bench.outline.parts[i].code} {bench.outline.parts[i].label}".strip(),
                bench.address(i, f"t-{i}"),
            )
            for i in bench.outline.ancestors(part.id)
        ],
        form=form or form_of(part, ward),
        joins=tuple(bench.shown(join) for join in bench.joins_by_node.get(part.id, ())),
        joinable=bench.not_joined_here,
        parents=bench.possible_parents,
        splits=split_points(part)[:MOST_SPLITS],
        excerpt="\n…\n".join(bench.text[start:end] for start, end in part.spans)[:EXCERPT],
        besides=passages_as_text(part.details),
        kinds=list(KIND_NAMES.items()),
        is_first=siblings[0] == part.id,
        is_last=siblings[-1] == part.id,
        is_top=bench.outline.parents[part.id] is None,
    )
