"""The pack's indicators, and figures made elsewhere. Both are kept by the indicators engine."""

from __future__ import annotations

from datetime import timedelta

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.calendar import clock
from kuyakusho.core.packs.faults import Change
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators

from .shapes import IndicatorShape, ObservationShape

SAME_NAME = (
    "key", "title", "title_en", "unit", "unit_en", "decimals", "direction", "accumulation", "accumulates_from",
    "baseline", "baseline_low", "baseline_high", "baseline_on", "minimum_base", "freshness_days", "source",
    "method", "how", "rule",
)  # fmt: skip


def apply_indicators(ward: Ward, shapes: list[IndicatorShape], actor: Actor) -> list[Change]:
    """Defines each; indicators that the pack no longer names stay, since their figures are history."""
    known = set(ward.indicators.values_list("key", flat=True))
    changes = []
    for order, shape in enumerate(shapes):
        spec = indicators.Spec(
            **{name: getattr(shape, name) for name in SAME_NAME},
            about=tuple(shape.about),
            is_demo=shape.demo,
            order=order,
            goals={
                year: indicators.Goal(goal.value, goal.low, goal.high) for year, goal in shape.targets.items()
            },
        )
        _row, changed = indicators.define(ward, spec, actor=actor)
        if changed:
            changes.append(Change("changed" if shape.key in known else "added", "indicator", shape.key))
    return changes


def apply_observations(ward: Ward, shapes: list[ObservationShape], actor: Actor) -> list[Change]:
    """Loads the figures; those that are known already are left alone. `to` is the last day of the period.

    A figure of a day to come is left for an application after that day.
    """
    today = clock.today()
    rows = [
        (
            shape.indicator,
            indicators.Entry(
                from_on=shape.from_on,
                until_on=shape.to_on + timedelta(days=1),
                value=shape.value,
                source=shape.source,
                source_on=shape.source_on or shape.to_on,
                note=shape.note or "見本",
                base=shape.base,
                is_demo="見本" in shape.note,
            ),
        )
        for shape in shapes
        if max(shape.from_on, shape.source_on or shape.to_on) <= today
    ]
    if not rows:
        return []
    new, _known = indicators.load_figures(ward, rows, actor=actor, filename="observations.csv")
    return [Change("added", "observations", f"{new} figures")] if new else []
