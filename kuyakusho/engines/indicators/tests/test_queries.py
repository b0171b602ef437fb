"""Reads: the same few statements for one indicator or many; past days; series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.calendar import clock
from kuyakusho.engines.indicators import public, queries
from kuyakusho.engines.indicators.models import Observation
from kuyakusho.engines.indicators.rules import drafting

from .making import a_ward, an_indicator, observed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.frozen(datetime(2024, 6, 10, 3, 0, tzinfo=UTC)):
        yield


def statements(call) -> int:
    from django.db import connection

    with CaptureQueriesContext(
        connection,
    ) as seen:
        call()
    return len(seen)


def everything(ward) -> None:
    for one in public.load(ward):
        one.judged(2023), one.progress(2023), one.doubts(), one.latest, one.is_stale, public.series(one)


def test_the_same_few_statements_whatever_the_number():
    few, many = a_ward(), a_ward()
    for ward, number in ((few, 1), (many, 40)):
        for _ in range(number):
            indicator = an_indicator(ward, goals={2022: 30, 2023: 20})
            for year in (2021, 2022, 2023):
                observed(indicator, year, 20)
    assert statements(lambda: everything(few)) == statements(lambda: everything(many)) == 3


def test_a_year_of_daily_values_is_not_read_into_memory():
    indicator = an_indicator(a_ward())
    first = date(2023, 4, 1)
    Observation.objects.bulk_create(
        Observation(
            indicator=indicator,
            period_from=first,
            period_until=first + timedelta(days=n + 1),
            fiscal_year=2023,
            value=n,
            as_of=datetime(2023, 4, 1, tzinfo=UTC) + timedelta(days=n),
            recorded_at=datetime(2023, 4, 1, tzinfo=UTC) + timedelta(days=n),
            source="x",
            actor="system:test",
        )
        for n in range(366)
    )
    loaded = public.load_one(indicator.ward, indicator.key)
    assert len(loaded.known) == 1
    assert loaded.judged(2023).yearly.value == 365
    past = public.load_one(indicator.ward, indicator.key, at=datetime(2023, 4, 11, tzinfo=UTC))
    assert past.judged(2023).yearly.value == 10


def test_konohana():
    """Scenario 9: both figures are shown, and the result follows the sum."""
    indicator = an_indicator(
        a_ward(), direction="up", accumulation="cumulative", unit="人", goals={2023: 10000}
    )
    for year, value in ((2021, 4000), (2022, 1766), (2023, 4722)):
        observed(indicator, year, value)
    loaded = public.load_one(indicator.ward, indicator.key)
    points = public.series(loaded)
    assert [(p.fiscal_year, p.yearly, p.cumulative) for p in points] == [
        (2021, 4000, 4000),
        (2022, 1766, 5766),
        (2023, 4722, 10488),
    ]
    assert loaded.judged(2023).result == public.MET
    assert loaded.progress(2023) == 100


def test_a_cumulative_sum_counts_from_its_baseline():
    indicator = an_indicator(
        a_ward(),
        direction="up",
        accumulation="cumulative",
        baseline=Decimal(5210),
        baseline_on=date(2022, 3, 31),
        goals={2022: 5700},
    )
    observed(indicator, 2021, 900)
    observed(indicator, 2022, 490)
    loaded = public.load_one(indicator.ward, indicator.key)
    assert loaded.judged(2022).cumulative.value == 5700
    assert loaded.judged(2022).result == public.MET


def test_a_missing_year_is_a_point_without_a_value():
    indicator = an_indicator(a_ward())
    observed(indicator, 2020, 30)
    observed(indicator, 2023, 25)
    values = [p.graded for p in public.series(public.load_one(indicator.ward, indicator.key))]
    assert values == [30, None, None, 25]


def test_other_wards_indicators_are_missing():
    indicator = an_indicator(a_ward(), "wait")
    assert public.load_one(a_ward(), "wait") is None
    assert public.load_one(indicator.ward, "wait") is not None


def test_roll_up_of_loaded_indicators():
    ward = a_ward()
    full = an_indicator(ward, "a", direction="up", goals={2023: 10})
    none = an_indicator(ward, "b", direction="up", goals={2023: 10})
    an_indicator(ward, "c", direction="up", goals={2023: 10})
    observed(full, 2023, 10)
    observed(none, 2023, 0)
    loaded = {one.indicator.key: one for one in public.load(ward)}
    answer = public.progress_of([(loaded["a"], 1), (loaded["b"], 3), (loaded["c"], 1)], 2023)
    assert (answer.value, answer.left_out) == (25, 1)


def test_the_margin_of_the_baseline_comes_from_its_survey():
    indicator = an_indicator(
        a_ward(), direction="up", baseline=Decimal(40), baseline_on=date(2022, 10, 1), goals={2023: 43}
    )
    survey = {"period_from": date(2022, 9, 1), "period_until": date(2022, 10, 15), "base": 400}
    assert public.load_one(indicator.ward, indicator.key).doubts() == []
    low, high = public.wilson(160, 400)
    observed(indicator, 2022, 40, low=low, high=high, **survey)
    codes = [doubt.code for doubt in public.load_one(indicator.ward, indicator.key).doubts()]
    assert codes == [drafting.TARGET_IN_MARGIN]


def test_an_unbuilt_source_is_a_doubt():
    indicator = an_indicator(a_ward(), source="rally.stamps", baseline=Decimal(25), goals={2023: 20})
    loaded = public.load_one(indicator.ward, indicator.key)
    assert [doubt.code for doubt in loaded.doubts()] == [drafting.UNMEASURABLE]
    assert not loaded.is_live


def test_stale_and_absent_are_not_the_same():
    indicator = an_indicator(a_ward(), freshness_days=30)
    assert not public.load_one(indicator.ward, indicator.key).is_stale
    observed(indicator, 2023, 5)
    loaded = public.load_one(indicator.ward, indicator.key)
    assert loaded.is_stale
    assert loaded.latest.value == 5


def test_lineage_in_plain_words():
    observation = observed(an_indicator(a_ward()), 2023, 5, lineage={"way": "typed"}, source="記録")
    found = queries.lineage_of(observation)
    assert (found["source"], found["is_live"], found["facts"]) == ("記録", False, {})
