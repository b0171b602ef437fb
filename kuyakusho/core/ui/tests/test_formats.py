"""Days, years, money and numbers in the languages of readers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.ui import formats
from kuyakusho.core.wards.variants import VARIANTS

DAY = date(2023, 4, 1)


def test_days() -> None:
    assert formats.day(DAY, "ja") == "令和5年4月1日(土)"
    assert formats.day(date(2019, 5, 1), "ja") == "令和元年5月1日(水)"
    assert formats.day(DAY, "ja-easy") == "2023年4月1日(土曜日)"
    assert formats.day(DAY, "en") == "Saturday 1 April 2023"
    assert formats.day(None, "ja") == ""
    assert formats.short_day(DAY, "ja") == "4月1日(土)"


def test_a_moment_is_shown_in_japan() -> None:
    late = datetime(2023, 3, 31, 15, 30, tzinfo=UTC)
    assert formats.moment(late, "ja") == "令和5年4月1日(土) 00:30"
    assert formats.clock_time(late) == "00:30"


@pytest.mark.parametrize("language", sorted({v.language for v in VARIANTS.values()}))
def test_every_language_has_every_format(language: str) -> None:
    assert "2023" in formats.day(DAY, language) or language in ("ja", "ne")
    assert formats.short_day(DAY, language)
    assert formats.fiscal_year(2022, language)
    assert formats.number(1526.5, 1, language)
    assert formats.yen(15_260_000, language)


def test_fiscal_years() -> None:
    assert [formats.fiscal_year(y, "ja") for y in (1988, 1989, 2018, 2019, 2020)] == [
        "昭和63年度", "平成元年度", "平成30年度", "令和元年度", "令和2年度",
    ]  # fmt: skip
    assert formats.fiscal_year(2022, "en") == "fiscal 2022"


def test_yen() -> None:
    assert formats.yen(15_260_000, "ja") == "1,526万円"
    assert formats.yen(1_234_000_000, "ja") == "12億3,400万円"
    assert formats.yen(69_000_000, "ja") == "6,900万円"
    assert formats.yen(12_345, "ja") == "12,345円"
    assert formats.yen(0, "ja") == "0円"
    assert formats.yen(-20_000, "ja") == "-2万円"
    assert formats.yen(15_260_000, "ja-easy") == "15,260,000円"
    assert formats.yen(15_260_000, "en") == "¥15,260,000"


@given(st.integers(-(10**13), 10**13))
def test_no_yen_is_lost(amount: int) -> None:
    text = formats.yen(amount, "ja").replace(",", "").removesuffix("円")
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    total = 0
    if "億" in text:
        head, text = text.split("億")
        total += int(head) * 100_000_000
    if "万" in text:
        head, text = text.split("万")
        total += int(head) * 10_000
    assert sign * (total + int(text or 0)) == amount


def test_numbers() -> None:
    assert formats.number(1526, None, "ja") == "1,526"
    assert formats.number(71.44, 1, "ja") == "71.4"
    assert formats.number(7.5, None, "pt") == "7,5"
    assert formats.number(None) == ""
