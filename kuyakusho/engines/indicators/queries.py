"""Reading indicators. Each question costs the same few statements for one indicator or for hundreds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.text.eras import fiscal_year_of
from kuyakusho.core.ui.said import said
from kuyakusho.core.wards.models import Ward

from . import rules
from .models import Indicator, Observation
from .registry import MADE_ELSEWHERE, is_measurable, source_of
from .rules import Doubt, Goal, Judged, Period, RolledUp, Seen


@dataclass
class Loaded:
    """An indicator with everything that its results are worked out from, as known at the time that was asked."""

    indicator: Indicator
    goals: dict[int, Goal]
    known: list[Seen]
    rows: dict[int, Observation]
    on: date
    asked_at: datetime | None = None
    _judged: dict[int, Judged] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """In the language of the page as far as the pack has it."""
        return said(self.indicator, "title").text

    @property
    def title_lang(self) -> str:
        """The language that `title` is in."""
        return said(self.indicator, "title").lang

    @property
    def unit(self) -> str:
        return said(self.indicator, "unit").text

    @property
    def cumulates(self) -> bool:
        return self.indicator.accumulation == "cumulative"

    @property
    def first_year(self) -> int | None:
        return rules.first_year_of_sum(self.indicator.accumulates_from, self.indicator.baseline_on)

    @property
    def start(self) -> Decimal:
        """What a cumulative indicator had reached before its first year."""
        return self.indicator.baseline or Decimal(0) if self.cumulates else Decimal(0)

    def judged(self, fiscal_year: int) -> Judged:
        """The result of that year."""
        if fiscal_year not in self._judged:
            indicator = self.indicator
            self._judged[fiscal_year] = rules.judged_year(
                fiscal_year=fiscal_year,
                direction=indicator.direction,
                accumulation=indicator.accumulation,
                yearly=rules.yearly_figure(self.known, fiscal_year, adds_up=self.cumulates),
                cumulative=rules.cumulative_figure(self.known, self.first_year, fiscal_year, self.start)
                if self.cumulates
                else None,
                goals=self.goals,
                minimum_base=indicator.minimum_base,
                freshness_days=indicator.freshness_days,
                on=self.on,
            )
        return self._judged[fiscal_year]

    def progress(self, fiscal_year: int) -> Decimal | None:
        """How far the way to the year's target is done, 0 to 100; None without data, or without a target."""
        answer = self.judged(fiscal_year)
        value = answer.graded.value if answer.graded else None
        return rules.progress(self.indicator.direction, value, answer.goal, self.indicator.baseline)

    @property
    def years(self) -> list[int]:
        """The fiscal years with a value or a target, in order."""
        return sorted(self.goals.keys() | {seen.period.fiscal_year for seen in self.known})

    @property
    def latest(self) -> Observation | None:
        """The observation whose period ends last."""
        if not self.known:
            return None
        last = max(self.known, key=lambda seen: (seen.period.until_on, seen.recorded_at, seen.number))
        return self.rows[last.number]

    @property
    def is_stale(self) -> bool:
        """Whether the newest value is older than the freshness limit; without any value it is not stale but absent."""
        latest = self.latest
        return latest is not None and (
            (self.on - latest.as_of.astimezone(JAPAN).date()).days > self.indicator.freshness_days
        )

    @property
    def is_measurable(self) -> bool:
        return is_measurable(self.indicator.source, self.indicator.about)

    @property
    def is_live(self) -> bool:
        """Whether a running service gives its figures."""
        return self.indicator.source not in MADE_ELSEWHERE and self.is_measurable

    def doubts(self) -> list[Doubt]:
        """The warnings of drafting."""
        indicator = self.indicator
        low, high = indicator.baseline_low, indicator.baseline_high
        if low is None and high is None and indicator.baseline_on is not None:
            # The margin of the survey that the baseline was taken from, where it is among the observations.
            match = [
                s
                for s in self.known
                if s.value == indicator.baseline
                and s.period.from_on <= indicator.baseline_on <= s.period.until_on
            ]
            low, high = (match[-1].low, match[-1].high) if match else (None, None)
        return rules.doubts(
            direction=indicator.direction,
            baseline=indicator.baseline,
            baseline_low=low,
            baseline_high=high,
            goals=self.goals,
            is_measurable=self.is_measurable,
            method=indicator.method,
            words=" ".join((indicator.title, indicator.rule, indicator.how)),
        )


def load(
    ward: Ward,
    *,
    keys: Iterable[str] | None = None,
    pks: Iterable[int] | None = None,
    at: datetime | None = None,
) -> list[Loaded]:
    """Indicators of the ward with goals and observations, in three statements whatever their number.

    `keys` or `pks` narrow. `at` asks what was known then; the present otherwise.
    """
    found = Indicator.objects.filter(ward=ward)
    if keys is not None:
        found = found.filter(key__in=list(keys))
    if pks is not None:
        found = found.filter(pk__in=list(pks))
    indicators = list(found.prefetch_related("targets"))
    for indicator in indicators:
        indicator.ward = ward
    rows: dict[int, list[Observation]] = defaultdict(list)
    for row in standing(at).filter(indicator__in=[i.pk for i in indicators]):
        rows[row.indicator_id].append(row)
    on = at.astimezone(JAPAN).date() if at else clock.today()
    return [_loaded(indicator, rows[indicator.pk], on, at) for indicator in indicators]


def load_one(ward: Ward, key: str, *, at: datetime | None = None) -> Loaded | None:
    """One indicator by its key, or None."""
    return next(iter(load(ward, keys=[key], at=at)), None)


def standing(at: datetime | None = None) -> QuerySet[Observation]:
    """The observations that can matter for a result.

    A live source adds a line a day: of those that begin on the same day and end in the same year only the one that
    reaches furthest, in its last correction, is taken. The others are history.
    """
    known = Observation.objects.all() if at is None else Observation.objects.filter(recorded_at__lte=at)
    return known.annotate(
        place=Window(
            RowNumber(),
            partition_by=[F("indicator_id"), F("period_from"), F("fiscal_year")],
            order_by=[F("period_until").desc(), F("recorded_at").desc(), F("id").desc()],
        )
    ).filter(place=1)


def history(indicator: Indicator, limit: int = 200, *, at: datetime | None = None) -> list[Observation]:
    """Everything that was ever recorded (up to `at`), newest first, corrected values included."""
    rows = indicator.observations.order_by("-recorded_at", "-id")
    return list((rows if at is None else rows.filter(recorded_at__lte=at))[:limit])


def corrected(observations: Sequence[Observation]) -> set[int]:
    """The ids of those among `observations` that a later one of the same period replaced."""
    last: dict[tuple[date, date], Observation] = {}
    replaced = set()
    for row in sorted(observations, key=lambda o: (o.recorded_at, o.pk)):
        before = last.get((row.period_from, row.period_until))
        if before is not None:
            replaced.add(before.pk)
        last[row.period_from, row.period_until] = row
    return replaced


def progress_of(loaded: Iterable[tuple[Loaded, Decimal | int | None]], fiscal_year: int) -> RolledUp:
    """The roll-up of indicators with their weights."""
    return rules.roll_up((one.progress(fiscal_year), weight) for one, weight in loaded)


@dataclass(frozen=True)
class SeriesPoint:
    """One fiscal year of an indicator: what to draw and what to write. Numbers are None where there are none."""

    fiscal_year: int
    yearly: Decimal | None
    cumulative: Decimal | None
    graded: Decimal | None
    low: Decimal | None
    high: Decimal | None
    goal: Goal | None
    judged: Judged


def series(loaded: Loaded) -> list[SeriesPoint]:
    """The years from the first with a value or a target to the last, without holes: a missing year is a point of None."""
    years = loaded.years
    if not years:
        return []
    answer = []
    for year in range(years[0], years[-1] + 1):
        judged = loaded.judged(year)
        graded = judged.graded
        answer.append(
            SeriesPoint(
                year,
                judged.yearly.value if judged.yearly else None,
                judged.cumulative.value if judged.cumulative else None,
                graded.value if graded else None,
                graded.low if graded and graded.low != graded.high else None,
                graded.high if graded and graded.low != graded.high else None,
                loaded.goals.get(year),
                judged,
            )
        )
    return answer


def lineage_of(observation: Observation) -> dict[str, Any]:
    """Where a value comes from, for showing: `description` of a live source, or what a person gave."""
    source = source_of(observation.lineage.get("source", ""))
    return {
        "source": observation.source,
        "description": source.description if source else "",
        "is_live": source is not None or "source" in observation.lineage,
        "way": observation.lineage.get("way", ""),
        "as_of": observation.as_of,
        "source_on": observation.source_on,
        "period": Period(observation.period_from, observation.period_until),
        "facts": {
            name: value
            for name, value in sorted(observation.lineage.items())
            if name not in ("source", "unit", "way")
        },
    }


def current_year() -> int:
    """The fiscal year of today."""
    return fiscal_year_of(clock.today())


def _loaded(indicator: Indicator, rows: list[Observation], on: date, at: datetime | None) -> Loaded:
    seen = [
        Seen(
            Period(row.period_from, row.period_until),
            row.value,
            row.recorded_at,
            row.pk,
            row.base,
            row.low,
            row.high,
            row.as_of,
        )
        for row in rows
    ]
    return Loaded(
        indicator,
        {t.fiscal_year: Goal(t.value, t.low, t.high) for t in indicator.targets.all()},
        rules.known_at(seen, at),
        {row.pk: row for row in rows},
        on,
        at,
    )
