"""Fiscal years (年度): from 1 April to 31 March, called by the western year in which they begin.

Rule: 地方自治法 第208条. The year that began as 平成31年度 is 令和元年度 all the same.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from kuyakusho.core.text.eras import ERAS, fiscal_year_in_era, fiscal_year_of

__all__ = ["first_day", "fiscal_year_in_era", "fiscal_year_of", "last_day", "read_fiscal_year"]

_NAMES = "|".join(f"{era.name}|{era.name[0]}|{era.letter}" for era in ERAS)
_ERA_YEAR = re.compile(rf"({_NAMES})\s*(元|\d{{1,2}})\s*(?:年度?|FY)?", re.I)
_WESTERN_YEAR = re.compile(r"(?:FY)?\s*(\d{4})\s*(?:年度?|FY)?", re.I)


def first_day(western: int) -> date:
    """The first day of the fiscal year."""
    return date(western, 4, 1)


def last_day(western: int) -> date:
    """The last day of the fiscal year."""
    return date(western + 1, 4, 1) - timedelta(days=1)


def read_fiscal_year(text: str) -> int | None:
    """The fiscal year that somebody wrote, or None: 令和4年度, R4, 令和元年度, 平成31年度, 2022年度, ２０２２."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _ERA_YEAR.fullmatch(plain):
        era = next(e for e in ERAS if match[1].upper() in (e.name, e.name[0], e.letter))
        year = 1 if match[2] == "元" else int(match[2])
        return era.first_year + year - 1 if year else None
    if match := _WESTERN_YEAR.fullmatch(plain):
        return int(match[1])
    return None
