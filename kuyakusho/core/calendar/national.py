"""National holidays of Japan, with the substitute and in-between holidays of 国民の祝日に関する法律 第3条.

From the package `holidays`; equinoxes of future years are astronomical until the government announces them in the
February before.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import country_holidays


def is_holiday(day: date) -> bool:
    """Whether the day is a national holiday or a substitute for one."""
    return day in _of(day.year)


def name_of_holiday(day: date) -> str:
    """What the holiday is called in Japanese; empty on other days."""
    return _of(day.year).get(day, "")


@lru_cache(maxsize=64)
def _of(year: int) -> dict[date, str]:
    if not 1949 <= year <= 2099:  # before, another law; after, nobody has worked out the equinoxes
        return {}
    return dict(country_holidays("JP", years=year, language="ja").items())
