"""Fiscal years as they are written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.calendar.years import (
    first_day,
    fiscal_year_in_era,
    fiscal_year_of,
    last_day,
    read_fiscal_year,
)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("令和4年度", 2022),
        ("令和元年度", 2019),
        ("平成31年度", 2019),
        ("平成３０年度", 2018),
        ("R5", 2023),
        ("H31年度", 2019),
        ("昭和64年度", 1989),
        ("令 6 年度", 2024),
        ("2022年度", 2022),
        ("２０２２", 2022),
        ("FY2022", 2022),
        ("令和0年度", None),
        ("来年度", None),
        ("", None),
        ("令和4年度予算", None),
    ],
)
def test_a_fiscal_year_is_read_in_both_calendars(text: str, year: int | None) -> None:
    assert read_fiscal_year(text) == year


@given(st.integers(1900, 2100))
def test_what_is_printed_can_be_read(western: int) -> None:
    assert read_fiscal_year(fiscal_year_in_era(western)) == western


@given(st.integers(1900, 2100))
def test_a_year_begins_in_april_and_years_follow_each_other(western: int) -> None:
    assert (first_day(western).month, first_day(western).day) == (4, 1)
    assert last_day(western) + timedelta(days=1) == first_day(western + 1)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_its_year(day: date) -> None:
    year = fiscal_year_of(day)
    assert first_day(year) <= day <= last_day(year)
