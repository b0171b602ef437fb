"""Asking the live sources."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.services import touch

from ..models import Indicator, Observation
from ..registry import is_measurable, source_of
from ..registry import measure as ask
from ..rules import Period, fiscal_year_of, year_period
from .storing import Finding, store, target_name

log = logging.getLogger("kuyakusho.indicators")
MEASURER = Actor.system("indicators.measure")


class MeasuringFailed(ExceptionGroup):
    """Sources that raised. Everything else was measured and is kept."""


@dataclass
class Round:
    """What one round of measuring did, by the keys of the indicators."""

    stored: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)


def measure(indicator: Indicator, period: Period | None = None, *, actor: Actor) -> Observation | None:
    """Asks the indicator's source about `period` (default: the fiscal year so far) and keeps the answer.

    None when there was nothing to measure. Raises Conflict when no source of that name can answer.
    """
    return _measure(indicator, period or so_far(), actor)[0]


@transaction.atomic
def _measure(indicator: Indicator, period: Period, actor: Actor) -> tuple[Observation | None, bool]:
    source = source_of(indicator.source)
    if source is None or not is_measurable(indicator.source, indicator.about):
        raise Conflict(
            "unmeasurable",
            _("この指標の数値を数えるしくみは、まだ動いていません。"),
            _("数値を手で入れるか、ファイルから読み込んでください。"),
        )
    measured = ask(source, indicator.ward, period, indicator.about)
    if measured.value is None or measured.base == 0:
        return None, False
    observation, is_new = store(
        indicator,
        Finding(
            period,
            measured.value,
            measured.as_of,
            source.name,
            measured.base,
            measured.low,
            measured.high,
            lineage={**measured.lineage, "source": source.name, "unit": str(source.unit)}
            | ({"rows": indicator.about} if indicator.about else {}),
        ),
        actor,
    )
    if is_new:
        record(
            ward=indicator.ward,
            actor=actor,
            action="indicators.observation.measured",
            target=target_name(indicator),
            key=indicator.key,
            period=[period.from_on.isoformat(), period.until_on.isoformat()],
            value=str(observation.value),
        )
        touch(indicator.ward)
    return observation, is_new


def measure_all(ward: Ward) -> Round:
    """Measures every live indicator of the ward for the year so far, and past years where that is honest.

    Each is a transaction of its own, so that a source that fails costs nobody else's figure. Raises
    MeasuringFailed at the end when some did.
    """
    answer = Round()
    faults: list[Exception] = []
    indicators = Indicator.objects.filter(ward=ward).select_related("ward")
    for indicator in indicators:
        if source_of(indicator.source) is None or not is_measurable(indicator.source, indicator.about):
            continue
        for period in _periods(indicator):
            try:
                observation, is_new = _measure(indicator, period, MEASURER)
            except (
                Exception
            ) as fault:  # a room's source may fail in any way; the others must still be measured
                log.exception("source failed", extra={"source": indicator.source, "indicator": indicator.key})
                fault.add_note(f"indicator {indicator.key} of {ward.slug}, source {indicator.source}")
                faults.append(fault)
                continue
            name = indicator.key if period == so_far() else f"{indicator.key}@{period.fiscal_year}"
            kept = answer.nothing if observation is None else answer.stored if is_new else answer.unchanged
            kept.append(name)
    if faults:
        raise MeasuringFailed(f"{len(faults)} sources of {ward.slug} failed", faults)
    return answer


def so_far() -> Period:
    """The fiscal year up to and with today."""
    today = clock.today()
    whole = year_period(fiscal_year_of(today))
    return Period(whole.from_on, min(whole.until_on, today.fromordinal(today.toordinal() + 1)))


def _periods(indicator: Indicator) -> list[Period]:
    """This year so far. Before it the years with a target, where the source can still answer for them; otherwise last
    year as a whole, if it was counted while it ran and not since.
    """
    now = so_far()
    source = source_of(indicator.source)
    if source is not None and source.replays:
        past = indicator.targets.filter(fiscal_year__lt=now.fiscal_year).values_list("fiscal_year", flat=True)
        return [*(year_period(year) for year in past), now]
    last = year_period(now.fiscal_year - 1)
    counted_before = Observation.objects.filter(
        indicator=indicator, period_from=last.from_on, fiscal_year=last.fiscal_year
    )
    if counted_before.exists() and not counted_before.filter(period_until=last.until_on).exists():
        return [last, now]
    return [now]
