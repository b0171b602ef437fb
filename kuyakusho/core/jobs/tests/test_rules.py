"""Slots of jobs by the clock, in Japanese time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.jobs.rules import At, Every, Rule, clock_time

moments = st.integers(1_580_000_000, 2_200_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
rules = st.one_of(
    st.sampled_from([1, 5, 10, 60, 720, 1440]).map(Every),
    st.times().map(lambda t: At(t.replace(second=0, microsecond=0))),
    st.integers(0, 6).map(lambda d: At(time(3, 0), weekday=d)),
    st.dates().map(lambda d: At(time(0, 0), month=d.month, day=d.day)),
)


@given(rules, moments)
def test_now_lies_between_the_latest_slot_and_the_next(rule: Rule, now: datetime) -> None:
    latest, following = rule.latest(now), rule.next(now)
    assert latest <= now < following
    assert rule.latest(following) == following
    assert rule.next(latest) == following
    assert rule.latest(following - timedelta(seconds=1)) == latest


def test_three_in_the_morning_is_three_in_japan() -> None:
    now = datetime(2026, 4, 1, 12, 0, tzinfo=JAPAN)
    assert At(time(3, 0)).latest(now) == datetime(2026, 3, 31, 18, 0, tzinfo=UTC)
    assert At(time(3, 0), month=4, day=1).next(now).astimezone(JAPAN).year == 2027


def test_every_five_minutes_is_the_same_for_all_workers() -> None:
    assert Every(5).latest(datetime(2026, 4, 1, 3, 7, 59, tzinfo=UTC)) == datetime(
        2026, 4, 1, 3, 5, tzinfo=UTC
    )


@pytest.mark.parametrize("minutes", [0, -5, 7, 1441])
def test_minutes_must_divide_a_day(minutes: int) -> None:
    with pytest.raises(ValueError, match="divide"):
        Every(minutes)


@pytest.mark.parametrize("text", ["3:00", "24:00", "noon", "03:60", ""])
def test_a_time_of_day_is_written_with_four_digits(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        clock_time(text)


def test_words_for_the_list() -> None:
    assert [str(r) for r in (Every(5), At(time(3)), At(time(3), weekday=0), At(time(0), month=4, day=1))] == [
        "every 5 min",
        "daily 03:00",
        "mon 03:00",
        "04-01 00:00",
    ]
