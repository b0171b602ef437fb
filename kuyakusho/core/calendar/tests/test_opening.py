"""Opening hours and business days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.audit.tests.making import a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.calendar.national import is_holiday, name_of_holiday
from kuyakusho.core.calendar.opening import (
    Hours,
    Row,
    State,
    add_business_days,
    business_day_from,
    business_days_between,
    is_open,
    next_opening,
    openings,
    read_hours,
    state_at,
    week_of_month,
)
from kuyakusho.core.calendar.queries import hours_of
from kuyakusho.core.wards.models import ClosingDay

WEEK = [{"weekday": day, "from": "08:45", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
SATURDAY = {"weekday": "sat", "from": "09:00", "to": "12:00", "weeks": [2, 4], "sections": ["register"]}
EVENING = {"weekday": "fri", "from": "17:00", "to": "19:00", "sections": ["register"]}
HOURS = read_hours(
    [*WEEK, SATURDAY, EVENING, {"on": "2026-03-29", "from": "09:00", "to": "12:00"}], [date(2026, 12, 29)]
)
days = st.dates(date(2019, 1, 1), date(2035, 12, 31))
moments = st.integers(1_550_000_000, 2_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        ("2026-04-01 08:44:59", "closed"),
        ("2026-04-01 08:45", "open"),
        ("2026-04-01 16:59:59", "open"),
        ("2026-04-01 17:00", "closed"),
        ("2026-04-03 17:30", "partly"),  # Friday evening, one counter
        ("2026-04-11 10:00", "partly"),  # second Saturday
        ("2026-04-04 10:00", "closed"),  # first Saturday
        ("2026-04-05 10:00", "closed"),  # Sunday
        ("2026-04-29 10:00", "closed"),  # 昭和の日
        ("2026-05-06 10:00", "closed"),  # substitute for 憲法記念日, a Sunday
        ("2026-09-22 10:00", "closed"),  # between two holidays
        ("2026-12-29 10:00", "closed"),  # the ward's closing day
        ("2026-03-29 10:00", "open"),  # a Sunday on which it opens once
    ],
)
def test_open_or_closed(moment: str, kind: str) -> None:
    assert state_at(HOURS, at(moment)).kind == kind
    assert is_open(HOURS, at(moment)) == (kind == "open")


def test_the_moment_counts_whatever_its_zone() -> None:
    assert is_open(HOURS, datetime(2026, 4, 1, 0, 0, tzinfo=UTC))
    assert not is_open(HOURS, datetime(2026, 3, 31, 23, 0, tzinfo=UTC))


def test_until_when_it_is_open_and_which_counters() -> None:
    assert state_at(HOURS, at("2026-04-01 10:00")) == State("open", at("2026-04-01 17:00"))
    assert state_at(HOURS, at("2026-04-11 10:00")) == State(
        "partly", at("2026-04-11 12:00"), frozenset({"register"})
    )


def test_a_sections_own_counter_runs_on_into_the_evening() -> None:
    assert state_at(HOURS, at("2026-04-03 10:00"), "register").until == at("2026-04-03 19:00")
    assert state_at(HOURS, at("2026-04-03 10:00"), "tax").until == at("2026-04-03 17:00")
    assert is_open(HOURS, at("2026-04-03 18:00"), "register")
    assert not is_open(HOURS, at("2026-04-03 18:00"), "tax")


def test_next_opening_passes_over_holidays_and_counters_of_others() -> None:
    after_work = at("2026-05-01 18:00")
    opening = next_opening(HOURS, after_work)
    assert opening is not None
    assert opening.starts == at("2026-05-07 08:45")
    own = next_opening(HOURS, at("2026-04-10 20:00"), "register")
    assert own is not None
    assert own.starts == at("2026-04-11 09:00")
    assert next_opening(read_hours([]), after_work) is None


@given(moments, st.sampled_from([None, "register", "tax"]))
def test_between_closed_and_the_next_opening_it_stays_closed(moment: datetime, section: str | None) -> None:
    state = state_at(HOURS, moment, section)
    opening = next_opening(HOURS, moment, section)
    assert opening is not None
    assert opening.starts > moment
    assert is_open(HOURS, opening.starts, section)
    assert not is_open(HOURS, opening.starts - timedelta(microseconds=1), section) or state.kind == "open"
    if state.kind == "open":
        assert state.until is not None
        assert moment < state.until
        assert not is_open(HOURS, state.until, section)
        assert is_open(HOURS, state.until - timedelta(microseconds=1), section)
    elif state.kind == "closed":
        middle = moment + (opening.starts - moment) / 2
        assert not is_open(HOURS, middle, section)


def test_openings_come_in_order() -> None:
    first = [
        opening.starts for opening, _ in zip(openings(HOURS, at("2026-04-01 00:00")), range(30), strict=False)
    ]
    assert first == sorted(first)


@given(days)
def test_a_business_day_is_no_weekend_no_holiday_and_no_closing_day(day: date) -> None:
    assert HOURS.is_business_day(day) == (
        day.weekday() < 5 and not is_holiday(day) and day != date(2026, 12, 29)
    )


@given(days, st.integers(0, 40))
def test_deadlines_and_counting_agree(day: date, count: int) -> None:
    deadline = add_business_days(HOURS, day, count)
    assert business_days_between(HOURS, day, deadline) == count
    assert business_days_between(HOURS, deadline, day) == -count
    assert count == 0 or HOURS.is_business_day(deadline)


@given(days)
def test_a_period_that_ends_on_a_closed_day_ends_on_the_next_business_day(day: date) -> None:
    ends = business_day_from(HOURS, day)
    assert ends >= day
    assert HOURS.is_business_day(ends)
    assert not any(HOURS.is_business_day(day + timedelta(days=n)) for n in range((ends - day).days))


def test_golden_week_takes_long() -> None:
    assert add_business_days(HOURS, date(2026, 5, 1), 1) == date(2026, 5, 7)


def test_a_deadline_lies_ahead_and_needs_hours() -> None:
    with pytest.raises(ValueError, match="never negative"):
        add_business_days(HOURS, date(2026, 4, 1), -1)
    with pytest.raises(ValueError, match="no business day"):
        add_business_days(read_hours([SATURDAY]), date(2026, 4, 1), 1)


@given(days)
def test_every_weekday_comes_once_in_each_week_of_a_month(day: date) -> None:
    week = week_of_month(day)
    assert 1 <= week <= 5
    earlier = day - timedelta(days=7)
    assert week == (week_of_month(earlier) + 1 if earlier.month == day.month else 1)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"weekday": "monday", "from": "09:00", "to": "17:00"}, "row 1: weekday 'monday'"),
        ({"weekday": "mon", "from": "17:00", "to": "09:00"}, "opens at 17:00 and closes at 09:00"),
        ({"weekday": "mon", "from": "9", "to": "17:00"}, "row 1"),
        ({"weekday": "mon", "to": "17:00"}, "row 1: 'from'"),
        ({"weekday": "mon", "from": "09:00", "to": "17:00", "weeks": [6]}, "between 1 and 5"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_hours([row])


def test_holidays_have_their_names_and_know_the_law() -> None:
    assert name_of_holiday(date(2026, 11, 3)) == "文化の日"
    assert name_of_holiday(date(2026, 11, 4)) == ""
    assert is_holiday(date(2019, 4, 30))  # between two holidays, once
    assert not is_holiday(date(2021, 7, 19))  # 海の日 was moved for the Games
    assert not is_holiday(date(1900, 1, 1))


@pytest.mark.django_db
def test_a_wards_hours_are_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    ward = a_ward(opening=WEEK)
    ClosingDay.objects.create(ward=ward, on=date(2026, 4, 1), reason="点検")
    with django_assert_num_queries(1):
        hours = hours_of(ward)
    assert not is_open(hours, at("2026-04-01 10:00"))
    assert is_open(hours, at("2026-04-02 10:00"))


def test_a_frozen_clock_stands_still_and_needs_a_zone() -> None:
    moment = at("2026-04-01 00:30")
    with clock.frozen(moment):
        assert clock.now() == moment
        assert clock.today() == date(2026, 4, 1)
    with pytest.raises(ValueError, match="aware"), clock.frozen(moment.replace(tzinfo=None)):
        pass


def test_rows_may_touch() -> None:
    hours = Hours((Row(time(9), time(12), 0), Row(time(12), time(17), 0)))
    assert state_at(hours, at("2026-04-06 10:00")).until == at("2026-04-06 17:00")
