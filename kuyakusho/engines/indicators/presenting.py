"""Results as a page shows them: numbers written out, with the words that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from kuyakusho.core.ui import formats, plots

from . import queries, wording
from .models import Observation
from .queries import Loaded
from .rules import Figure, Goal, results


@dataclass(frozen=True)
class Shown:
    """One fiscal year of an indicator, written out. Empty texts where there is nothing to say."""

    fiscal_year: int
    result: str
    label: str
    kind: str
    mark: str
    reason: str
    yearly: str
    cumulative: str
    graded: str
    interval: str
    base: str
    target: str
    is_provisional: bool
    is_stale: bool
    as_of: datetime | None
    until_on: date | None


def shown(loaded: Loaded, fiscal_year: int) -> Shown:
    """The year's result for a template."""
    judged = loaded.judged(fiscal_year)
    graded = judged.graded
    return Shown(
        fiscal_year,
        judged.result,
        wording.result_label(judged),
        wording.result_kind(judged),
        wording.result_mark(judged),
        # Without a target the label says it all.
        ""
        if judged.reason == results.NO_TARGET
        else wording.reason_sentence(judged, loaded.indicator.minimum_base),
        _number(loaded, judged.yearly),
        _number(loaded, judged.cumulative),
        _number(loaded, graded),
        interval(loaded, graded),
        formats.number(graded.base, 0) if graded and graded.base is not None else "",
        target(loaded, judged.goal),
        judged.is_provisional,
        judged.is_stale,
        graded.as_of if graded else None,
        graded.until_on if graded else None,
    )


def written(loaded: Loaded, value: Decimal | None) -> str:
    """A number of this indicator with its decimals and unit; empty for None."""
    if value is None:
        return ""
    return f"{formats.number(value, loaded.indicator.decimals)}{_space(loaded.unit)}{loaded.unit}"


def target(loaded: Loaded, goal: Goal | None) -> str:
    """20分以下, 60%以上, 5から20%."""
    if goal is None or goal.is_empty(loaded.indicator.direction):
        return ""
    if loaded.indicator.direction == "up":
        return _("%(value)s以上") % {"value": written(loaded, goal.value)}
    if loaded.indicator.direction == "down":
        return _("%(value)s以下") % {"value": written(loaded, goal.value)}
    if goal.high is None:
        return _("%(value)s以上") % {"value": written(loaded, goal.low)}
    if goal.low is None:
        return _("%(value)s以下") % {"value": written(loaded, goal.high)}
    return _("%(low)sから%(high)s") % {"low": written(loaded, goal.low), "high": written(loaded, goal.high)}


def interval(loaded: Loaded, figure: Figure | None) -> str:
    """37.1%から46.2%; empty when a figure has no interval."""
    if figure is None or figure.low is None or figure.high is None or figure.low == figure.high:
        return ""
    return _("%(low)sから%(high)s") % {
        "low": written(loaded, figure.low),
        "high": written(loaded, figure.high),
    }


def points(loaded: Loaded, last: int | None = None) -> list[plots.Point]:
    """What a plot draws, year by year; `last` years at most."""
    drawn = [
        plots.Point(
            formats.fiscal_year(point.fiscal_year),
            None if point.graded is None else float(point.graded),
            _float(point.goal.value if point.goal else None),
            _float(point.goal.low if point.goal else None),
            _float(point.goal.high if point.goal else None),
            written(loaded, point.graded),
        )
        for point in queries.series(loaded)
    ]
    return drawn[-last:] if last else drawn


def sentence(loaded: Loaded, fiscal_year: int) -> str:
    """The result in one sentence, for the head of a page and for those who can't see the plot."""
    year = shown(loaded, fiscal_year)
    words = {"year": formats.fiscal_year(fiscal_year), "value": year.graded, "target": year.target}
    if not year.graded:
        return _("%(year)sの値はまだありません。") % words
    if not year.target:
        return _("%(year)sは%(value)sです。目標は決められていません。") % words
    if year.result == "met":
        return _("%(year)sは%(value)sで、目標（%(target)s）に届いています。") % words
    if year.result == "missed" and year.is_provisional:
        return _("%(year)sはこれまでに%(value)sです。目標は%(target)sです。") % words
    if year.result == "missed":
        return _("%(year)sは%(value)sで、目標（%(target)s）に届きませんでした。") % words
    return _("%(year)sは%(value)sですが、目標（%(target)s）に届いたかどうかは判定できません。") % words


def origin(loaded: Loaded, observation: Observation | None) -> list[tuple[str, str]]:
    """Where a value comes from, as names and plain words."""
    if observation is None:
        return []
    found = queries.lineage_of(observation)
    rows = [(_("期間"), between(observation.period_from, found["period"].last_on))]
    if found["is_live"]:
        rows.append((_("数え方"), str(found["description"]) or found["source"]))
        rows.append((_("数えた時"), formats.moment(observation.as_of)))
    else:
        rows.append((_("出どころ"), found["source"]))
        if observation.source_on:
            rows.append((_("資料の日付"), formats.day(observation.source_on)))
    if observation.base is not None:
        rows.append((_("もとになる件数"), formats.number(observation.base, 0)))
    if loaded.indicator.how:
        rows.append((_("指標の説明"), loaded.indicator.how))
    if loaded.indicator.method:
        rows.append((_("調べ方"), wording.method_label(loaded.indicator.method)))
    if loaded.indicator.rule:
        rows.append((_("よりどころ"), loaded.indicator.rule))
    return rows


def between(first: date, last: date) -> str:
    """From the first day to the last."""
    return _("%(first)sから%(last)sまで") % {"first": formats.day(first), "last": formats.day(last)}


def _number(loaded: Loaded, figure: Figure | None) -> str:
    return written(loaded, figure.value) if figure else ""


def _space(unit: str) -> str:
    # Words of other languages stand apart from the number; signs and Japanese units don't.
    return " " if unit[:1].isascii() and unit[:1].isalpha() else ""


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
