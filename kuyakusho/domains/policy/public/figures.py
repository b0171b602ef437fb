"""Figures beside the text: results of indicators as they are now, not as they were when the edition was frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kuyakusho.core.ui.formats import number
from kuyakusho.core.ui.plots import Point
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators

from .shelf import Shown

TONES = {indicators.MET: "good", indicators.MISSED: "warn"}


@dataclass(frozen=True)
class Figure:
    """An indicator as a page shows it for one fiscal year."""

    key: str
    title: str
    unit: str
    value: str
    target: str
    as_of: Any
    stale: bool
    result: str
    tone: str
    reason: str
    points: list[Point]
    is_demo: bool
    summary: str

    @property
    def has_plot(self) -> bool:
        """Targets alone are no picture."""
        return len(self.points) > 1 and any(point.value is not None for point in self.points)


def figures(ward: Ward, keys: Iterable[str], year: int) -> dict[str, Figure]:
    """Key → figure, in a constant number of statements."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    return {one.indicator.key: _figure(one, year) for one in indicators.load(ward, keys=wanted)}


def results(ward: Ward, shown: Shown) -> dict[str, str]:
    """Key of every indicator of the edition → its result in the edition's year."""
    keys = {link["key"] for one in shown.initiatives.values() for link in one["indicators"]}
    if not keys:
        return {}
    return {one.indicator.key: one.judged(shown.year).result for one in indicators.load(ward, keys=keys)}


def tally(shown: Shown, rows: Iterable[str], known: dict[str, str]) -> Counter[str]:
    """How many indicators behind the rows are met, missed, undecidable, not measured; each indicator once."""
    keys = {link["key"] for row in rows for link in shown.initiatives[row]["indicators"]}
    return Counter(known.get(key, indicators.NOT_MEASURED) for key in keys)


def _figure(one: indicators.Loaded, year: int) -> Figure:
    judged = one.judged(year)
    decimals = one.indicator.decimals
    unit = one.unit
    value = judged.graded.value if judged.graded else None
    goal = judged.goal
    latest = one.latest
    points = [
        Point(
            str(point.fiscal_year),
            _float(point.graded),
            _float(point.goal.value) if point.goal else None,
            _float(point.goal.low) if point.goal else None,
            _float(point.goal.high) if point.goal else None,
            shown=number(point.graded, decimals) if point.graded is not None else "",
        )
        for point in indicators.series(one)
    ]
    result = indicators.result_label(judged)
    target = _target(goal, decimals, unit, one.indicator.direction)
    shown = number(value, decimals) if value is not None else ""
    summary = (
        _("%(value)s%(unit)s。目標は%(target)s。%(result)s。")
        % {"value": shown, "unit": unit, "target": target or _("なし"), "result": result}
        if shown
        else _("この年度はまだ測っていません。")
    )
    return Figure(
        key=one.indicator.key,
        title=one.title,
        unit=unit,
        value=shown,
        target=target,
        as_of=latest.as_of if latest and shown else None,
        stale=judged.is_stale,
        result=result,
        tone=TONES.get(judged.result, "plain"),
        reason=indicators.reason_sentence(judged, one.indicator.minimum_base),
        points=points,
        is_demo=one.indicator.is_demo or (latest.is_demo if latest else False),
        summary=summary,
    )


def _target(goal: indicators.Goal | None, decimals: int, unit: str, direction: str) -> str:
    if goal is None:
        return ""
    if direction == "range":
        if goal.low is None or goal.high is None:
            return ""
        return f"{number(goal.low, decimals)}–{number(goal.high, decimals)}{unit}"
    if goal.value is None:
        return ""
    text = f"{number(goal.value, decimals)}{unit}"
    return (
        _("%(target)s以上") % {"target": text}
        if direction == "up"
        else _("%(target)s以下") % {"target": text}
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
