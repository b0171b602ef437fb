"""The Japanese calendar of eras: days as people write them, days as the office prints them.

Rule: 元号法 and the orders of government that start each era. Meiji is taken from 1873, when Japan began to use
the Gregorian calendar; days before are written in the western way.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple


class Era(NamedTuple):
    """An era, from its first day on."""

    name: str
    letter: str
    english: str
    starts: date
    first_year: int


ERAS = (
    Era("令和", "R", "Reiwa", date(2019, 5, 1), 2019),
    Era("平成", "H", "Heisei", date(1989, 1, 8), 1989),
    Era("昭和", "S", "Showa", date(1926, 12, 25), 1926),
    Era("大正", "T", "Taisho", date(1912, 7, 30), 1912),
    Era("明治", "M", "Meiji", date(1873, 1, 1), 1868),
)
WEEKDAYS = "月火水木金土日"
_NAMES = "|".join(f"{era.name}|{era.name[0]}|{era.letter}" for era in ERAS)
_ERA_DAY = re.compile(
    rf"({_NAMES})\s*(元|\d{{1,2}})\s*[年./-]\s*(\d{{1,2}})\s*[月./-]\s*(\d{{1,2}})\s*日?", re.I
)
_WESTERN_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_BARE_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WEEKDAY_AT_END = re.compile(r"\s*\([月火水木金土日](?:曜日?)?\)$")


def era_of(day: date) -> tuple[Era, int] | None:
    """The era of a day and the year in it; None before 1873."""
    for era in ERAS:
        if day >= era.starts:
            return era, day.year - era.first_year + 1
    return None


def year_in_words(year: int) -> str:
    """1 → 元, other years in digits."""
    return "元" if year == 1 else str(year)


def day_in_era(day: date, *, weekday: bool = True) -> str:
    """令和5年4月1日(土)."""
    found = era_of(day)
    year = f"{found[0].name}{year_in_words(found[1])}" if found else f"{day.year}"
    text = f"{year}年{day.month}月{day.day}日"
    return f"{text}({WEEKDAYS[day.weekday()]})" if weekday else text


def fiscal_year_of(day: date) -> int:
    """The western year in which the fiscal year (1 April to 31 March) of that day begins."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_in_era(western: int) -> str:
    """令和4年度. The year that began as 平成31年度 is called 令和元年度, as the national government does."""
    name = {1989: "平成元", 2019: "令和元"}.get(western)
    if name is None:
        found = era_of(date(western, 4, 1))
        name = f"{found[0].name}{year_in_words(found[1])}" if found else str(western)
    return f"{name}年度"


def read_day(text: str) -> date | None:
    """The day that somebody typed, or None.

    Takes both calendars, full and half width, every hyphen and dot: 令和5年4月1日, R5.4.1, 令5-4-1, 2023/4/1,
    ２０２３－０４－０１, 20230401. A day that an era doesn't have (昭和64年1月8日) is read by its western year,
    since certificates were written in advance; a day that no calendar has is None.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"[‐‑‒–—―−ーｰ]", "-", plain)
    plain = _WEEKDAY_AT_END.sub("", plain)
    if match := _ERA_DAY.fullmatch(plain):
        era = next(e for e in ERAS if match[1].upper() in (e.name, e.name[0], e.letter))
        year = era.first_year - 1 + (1 if match[2] == "元" else int(match[2]))
    elif match := _WESTERN_DAY.fullmatch(plain) or _BARE_DAY.fullmatch(plain):
        year = int(match[1])
    else:
        return None
    month, day = (int(part) for part in match.groups()[-2:])
    try:
        return date(year, month, day)
    except ValueError:
        return None
