"""Adding an observation: the one place that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.calendar import clock

from ..models import Indicator, Observation
from ..rules import Period

FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Finding:
    """What shall be stored of one period."""

    period: Period
    value: Decimal
    as_of: datetime
    source: str
    base: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    source_on: date | None = None
    note: str = ""
    lineage: Mapping[str, Any] | None = None
    is_demo: bool = False


def rounded(number: Decimal | None) -> Decimal | None:
    """As the database keeps it: four places, so that the same figure is the same before and after."""
    return None if number is None else Decimal(number).quantize(FOUR_PLACES, ROUND_HALF_EVEN)


def store(indicator: Indicator, finding: Finding, actor: Actor) -> tuple[Observation, bool]:
    """The observation, and whether it is new.

    When the newest observation of the same period says the same from the same source, nothing is added: a form
    sent twice, or a measuring job that runs twice, leaves one line. Must run in a transaction.
    """
    # Whoever comes second waits here and then sees the first one's line. SQLite has one writer at a time anyway.
    Indicator.objects.select_for_update(no_key=True).only("pk").get(pk=indicator.pk)
    value = finding.value.quantize(FOUR_PLACES, ROUND_HALF_EVEN)
    low, high = rounded(finding.low), rounded(finding.high)
    before = (
        Observation.objects.filter(
            indicator=indicator, period_from=finding.period.from_on, period_until=finding.period.until_on
        )
        .order_by("-recorded_at", "-id")
        .first()
    )
    if before is not None and (
        (before.value, before.base, before.low, before.high, before.source, before.source_on, before.note)
        == (value, finding.base, low, high, finding.source, finding.source_on, finding.note)
    ):
        return before, False
    added = Observation.objects.create(
        indicator=indicator,
        period_from=finding.period.from_on,
        period_until=finding.period.until_on,
        fiscal_year=finding.period.fiscal_year,
        value=value,
        base=finding.base,
        low=low,
        high=high,
        as_of=finding.as_of,
        recorded_at=clock.now(),
        source=finding.source,
        source_on=finding.source_on,
        actor=str(actor),
        note=finding.note,
        lineage=dict(finding.lineage or {}),
        is_demo=finding.is_demo,
    )
    return added, True


def target_name(indicator: Indicator) -> str:
    """How an audit line names an indicator."""
    return f"indicators.indicator:{indicator.public_id}"
