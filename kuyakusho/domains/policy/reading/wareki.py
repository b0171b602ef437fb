"""Fiscal years in both calendars.

A Japanese fiscal year starts on 1 April and is named after the era in force when it is named: the fiscal
year of 2019 is printed 平成31年度 as well as 令和元年度. Both are the year 2019 here.
Eras: 元号法 (1979); 令和 began on 2019-05-01, 平成 on 1989-01-08, 昭和 on 1926-12-25.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .characters import fold, kanji_value

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}
LETTERS = {"R": "令和", "H": "平成", "S": "昭和"}

_NUMBER = r"(?P<n>元|[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_ERA = re.compile(
    r"(?P<era>令\s*和|平\s*成|昭\s*和)\s*"
    + _NUMBER
    + r"\s*(?:\(\s*(?:19|20)[0-9]{2}\s*(?:年度?)?\s*\)\s*)?年\s*(?P<fy>度)?"
)
_LETTER = re.compile(
    r"(?<![A-Za-z0-9])(?P<era>[RHS])\s?\.?\s?(?P<n>元|[0-9]{1,2})(?![0-9A-Za-z])\s*(?:年\s*(?P<fy>度)?)?"
)
_WESTERN = re.compile(
    r"(?<![0-9])(?P<y>(?:19|20)[0-9]{2})\s*(?:\(\s*(?:令和|平成)\s*(?:元|[0-9]{1,2})\s*(?:年度?)?\s*\)\s*)?年\s*(?P<fy>度)?"
)


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A fiscal year. `label` is as printed (without spaces), `western` the year in which it starts."""

    label: str
    era: str | None
    era_year: int | None
    western: int

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "era": self.era, "era_year": self.era_year, "western": self.western}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FiscalYear:
        return cls(data["label"], data["era"], data["era_year"], data["western"])


@dataclass(frozen=True, slots=True)
class FoundYear:
    """A year found in a text; `is_fiscal` when 年度 is printed."""

    year: FiscalYear
    start: int
    end: int
    is_fiscal: bool


def era_of(western: int) -> tuple[str, int]:
    """The era and its year in which the fiscal year is named today: 2019 is 令和 1."""
    for era in ("令和", "平成", "昭和", "大正", "明治"):
        if western > ERAS[era]:
            return era, western - ERAS[era]
    return "明治", 1


def year_of(western: int, label: str | None = None) -> FiscalYear:
    """The fiscal year that starts in April of this western year."""
    era, number = era_of(western)
    shown = "元" if number == 1 else str(number)
    return FiscalYear(label or f"{era}{shown}年度", era, number, western)


def _number(text: str) -> int | None:
    if text == "元":
        return 1
    if text.isdigit():
        return int(text) or None
    return kanji_value(text)


def find_years(text: str) -> list[FoundYear]:
    """All years of a text in order: 令和５年度, 平成 31年度, R5, 2023年度."""
    folded = fold(text)
    found: list[FoundYear] = []
    for match in _ERA.finditer(folded):
        era = "".join(match["era"].split())
        number = _number(match["n"])
        if number is not None:
            found.append(_found(match, FiscalYear(_label(match[0]), era, number, ERAS[era] + number)))
    for match in _LETTER.finditer(folded):
        number = _number(match["n"])
        era = LETTERS[match["era"]]
        if number is not None and not (era == "令和" and number > 40):
            found.append(_found(match, FiscalYear(_label(match[0]), era, number, ERAS[era] + number)))
    for match in _WESTERN.finditer(folded):
        western = int(match["y"])
        era, number = era_of(western)
        found.append(_found(match, FiscalYear(_label(match[0]), era, number, western)))
    found.sort(key=lambda f: (f.start, -f.end))
    kept: list[FoundYear] = []
    for item in found:
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def _label(printed: str) -> str:
    return "".join(printed.split())


def _found(match: re.Match[str], year: FiscalYear) -> FoundYear:
    return FoundYear(year, match.start(), match.end(), bool(match["fy"]))
