"""The calendar of eras: both ways, and at its edges."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.text.eras import day_in_era, fiscal_year_in_era, fiscal_year_of, read_day


@given(st.dates(date(1873, 1, 1), date(2100, 12, 31)))
def test_what_the_office_prints_it_can_read(day: date) -> None:
    assert read_day(day_in_era(day)) == day
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day:%Y%m%d}") == day


@given(st.text(max_size=12))
def test_anything_may_be_typed(text: str) -> None:
    found = read_day(text)
    assert found is None or isinstance(found, date)


def test_the_first_and_last_days_of_eras() -> None:
    assert day_in_era(date(2019, 4, 30), weekday=False) == "平成31年4月30日"
    assert day_in_era(date(2019, 5, 1), weekday=False) == "令和元年5月1日"
    assert day_in_era(date(1989, 1, 7), weekday=False) == "昭和64年1月7日"
    assert day_in_era(date(1926, 12, 25), weekday=False) == "昭和元年12月25日"
    assert day_in_era(date(1872, 12, 31), weekday=False) == "1872年12月31日"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("平成31年5月1日", date(2019, 5, 1)),
        ("H1.1.8", date(1989, 1, 8)),
        ("s 63 / 3 / 1", date(1988, 3, 1)),
        ("令和元年 5月 1日 (水曜日)", date(2019, 5, 1)),
        ("大１５．１２．２４", date(1926, 12, 24)),
    ],
)
def test_ways_of_writing_a_day(typed: str, day: date) -> None:
    assert read_day(typed) == day


@pytest.mark.parametrize("typed", ["", "あした", "2023-02-30", "令和5年13月1日", "5/1", "2023-4", "R5.4"])
def test_what_is_no_day(typed: str) -> None:
    assert read_day(typed) is None


@given(st.dates(date(1873, 4, 1), date(2100, 12, 31)))
def test_a_fiscal_year_begins_in_april(day: date) -> None:
    year = fiscal_year_of(day)
    assert date(year, 4, 1) <= day <= date(year + 1, 3, 31)


def test_the_year_of_two_names_has_one() -> None:
    assert fiscal_year_in_era(2019) == "令和元年度"
    assert fiscal_year_in_era(2018) == "平成30年度"
    assert fiscal_year_in_era(2022) == "令和4年度"
