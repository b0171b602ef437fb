"""Amounts of money as Japanese public documents print them, in whole yen.

6千9百万円, 1,526万円, 72百万円, 263千円, 1億2,300万円, 3.5億円, △1,200千円, 五千円.
Inside a group (below 万, 億, 兆) 千, 百 and 十 multiply what stands before them; the group word multiplies
the whole group: 6千9百万 is (6×1,000 + 9×100) × 10,000.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .characters import KANJI_DIGITS, fold
from .wareki import FiscalYear, find_years, year_of

_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_TOKEN = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[〇一二三四五六七八九]|[十百千万億兆]")
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})"
# One unit word at a time: a run of them under a repetition would take for ever to fail on a long line.
_AMOUNT = re.compile(
    rf"(?P<sign>[△▲-]\s*)?(?<![0-9,.])(?P<n>{_NUMBER}(?:\.[0-9]{{1,6}})?(?:\s?[十百千万億兆](?:\s?{_NUMBER})?)*"
    r"|[一二三四五六七八九十百千万億兆]{2,12})\s?円"
)
KINDS = {"budget": "予算", "settlement": "決算", "estimate": "算定見込"}
_KIND_WORDS = (
    (re.compile(r"算定\s*見込"), "estimate"),
    (re.compile(r"算定額"), "estimate"),
    (re.compile(r"決\s*算"), "settlement"),
    (re.compile(r"予\s*算"), "budget"),
)
_LABEL = re.compile(
    r"(?P<year>(?:令和|平成|R|H)?\s*(?:元|[0-9]{1,2})\s*(?:年度?)?|20[0-9]{2}\s*(?:年度?)?)?\s*"
    r"(?:当初|補正後?|最終)?\s*(?P<kind>決\s*算|予\s*算|算定\s*見込|算定)\s*(?P<suffix>見込)?\s*(?P<draft>案)?額?(?:\(案\)|\(見込\))?"
)
_UNIT = re.compile(r"単位\s*[:は]?\s*(?P<unit>億|百万|千|万)?円")
_BARE = re.compile(r"(?P<sign>[△▲-]\s*)?[0-9]{1,3}(?:,[0-9]{3})*(?![0-9年月日%])")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money in a text, in whole yen, with its place in that text."""

    yen: int
    start: int
    end: int
    printed: str


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount with its fiscal year and kind: `budget` 予算, `settlement` 決算, `estimate` 算定見込.

    `span` is the character range in the source text; `is_certain` is false when year or kind were not
    printed with the amount and were taken from what surrounds it.
    """

    fiscal_year: FiscalYear | None
    kind: str
    yen: int
    printed: str
    span: tuple[int, int]
    is_certain: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "fiscal_year": self.fiscal_year.to_json() if self.fiscal_year else None,
            "kind": self.kind,
            "kind_label": KINDS[self.kind],
            "yen": self.yen,
            "printed": self.printed,
            "span": [list(self.span)],
            "is_certain": self.is_certain,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Budget:
        year = data["fiscal_year"]
        start, end = data["span"][0]
        return cls(
            FiscalYear.from_json(year) if year else None,
            data["kind"],
            data["yen"],
            data["printed"],
            (start, end),
            data["is_certain"],
        )


def yen(text: str) -> int | None:
    """The amount a text states, in yen, or None: 「6千9百万円」 is 69,000,000."""
    found = find_amounts(text)
    return found[0].yen if found else None


def find_amounts(text: str) -> list[Amount]:
    """All amounts that end in 円, in order."""
    folded = fold(text)
    amounts = []
    for match in _AMOUNT.finditer(folded):
        value = _value(match["n"])
        if value is None or value.denominator != 1:
            continue
        sign = -1 if match["sign"] else 1
        amounts.append(
            Amount(sign * int(value), match.start(), match.end(), text[match.start() : match.end()])
        )
    return amounts


def _value(text: str) -> Fraction | None:
    total = Fraction(0)
    group = Fraction(0)
    pending: Fraction | None = None
    for token in _TOKEN.findall(text):
        if token in _SMALL:
            group += (Fraction(1) if pending is None else pending) * _SMALL[token]
            pending = None
        elif token in _LARGE:
            part = group + (pending or 0)
            if part == 0:
                return None
            total += part * _LARGE[token]
            group, pending = Fraction(0), None
        elif token in KANJI_DIGITS:
            pending = Fraction(KANJI_DIGITS[token])
        else:
            if pending is not None:
                return None
            pending = Fraction(token.replace(",", ""))
    return total + group + (pending or 0)


def is_amount_label(text: str) -> bool:
    """Whether a table's cell is only the label of an amount: 「令和4年度予算額」, 「29決算額」."""
    return bool(_LABEL.fullmatch(fold(text).strip()))


def unit_of(text: str) -> int | None:
    """The multiplier of a table's unit line: 「（単位：千円）」 is 1,000; None when there is none."""
    match = _UNIT.search(fold(text))
    if not match:
        return None
    return {None: 1, "千": 1000, "万": 10**4, "百万": 10**6, "億": 10**8}[match["unit"]]


def find_budgets(
    text: str, offset: int, document_year: FiscalYear | None, unit: int | None = None
) -> list[Budget]:
    """The labelled amounts of a text: 「令和3年度決算額 6千9百万円」, 「29決算額 5,033千円」, 「算定見込額 263千円」.

    `offset` is where the text starts in the source. A year without an era (「29決算額」) is the one nearest to
    the document's year. `unit` is the multiplier for bare numbers, from the table's unit line.
    """
    folded = fold(text)
    labels = list(_LABEL.finditer(folded))
    budgets: list[Budget] = []
    if not labels:
        return budgets
    amounts = find_amounts(text)
    for index, label in enumerate(labels):
        limit = labels[index + 1].start() if index + 1 < len(labels) else len(folded)
        amount = next((a for a in amounts if label.end() <= a.start < limit), None)
        if amount is None and unit:
            bare = _BARE.search(folded, label.end(), limit)
            if bare:
                number = int(re.sub(r"[^0-9]", "", bare[0])) * unit * (-1 if bare["sign"] else 1)
                amount = Amount(number, bare.start(), bare.end(), text[bare.start() : bare.end()])
        if amount is None or folded[label.end() : amount.start].strip(" :=は・|/[](){}【】…約\n\t") != "":
            continue
        year = _label_year(label["year"], document_year)
        certain = year is not None
        if year is None:
            year = document_year
        budgets.append(
            Budget(
                year,
                _kind(label["kind"]),
                amount.yen,
                text[label.start() : amount.end].strip(),
                (offset + label.start(), offset + amount.end),
                certain,
            )
        )
    return budgets


def _kind(word: str) -> str:
    for pattern, kind in _KIND_WORDS:
        if pattern.search(word):
            return kind
    return "estimate" if word.startswith("算定") else "budget"


def _label_year(printed: str | None, document_year: FiscalYear | None) -> FiscalYear | None:
    if not printed or not printed.strip():
        return None
    found = find_years(printed if "年" in printed else printed + "年度")
    if found:
        return found[0].year
    number = printed.strip().removesuffix("年度").removesuffix("年").strip()
    value = 1 if number == "元" else int(number) if number.isdigit() else None
    if value is None:
        return None
    if value > 100:
        return year_of(value)
    near = document_year.western if document_year else 2023
    western = min((1988 + value, 2018 + value), key=lambda year: abs(year - near))
    return year_of(western)
