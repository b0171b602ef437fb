"""Printed numbers and codes: 1-(1)-①-ア, 具体的取組1-2-2, Ⅱ, 第3章, ⑴, 一.

A code is kept as printed; for joining it has a key in which every part is a plain number or kana:
1-(1)-①-ア and １－⑴－①－ア both have the key `1-1-1-ア`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .characters import CIRCLED, KANA_ORDER, PARENTHESISED, ROMAN, fold, kanji_value, roman_value

_CIRCLED = "".join(CIRCLED)
_PARENTHESISED = "".join(PARENTHESISED)
_ROMAN = "".join(ROMAN)
_KANA = r"[ア-ン](?![ァ-ヴー])"
_PART = rf"(?:\(\s?[0-9]{{1,2}}\s?\)|[0-9]{{1,2}}(?![0-9,.]*[0-9])|[{_CIRCLED}{_PARENTHESISED}]|{_KANA}|\({_KANA}\))"
_FIRST = rf"(?:\(\s?[0-9]{{1,2}}\s?\)|[0-9]{{1,2}}|[{_CIRCLED}{_PARENTHESISED}{_ROMAN}])"
_HYPHEN = r"\s?[-ー.の]\s?"
#: Two parts or more: 1-(1), 1-1-1, 3-(1)-②-ア.
LONG_CODE = rf"{_FIRST}(?:{_HYPHEN}{_PART})+"
#: What may number a heading with a level name: 基本方針3, 経営課題1-(1), 柱Ⅱ, 戦略一.
ANY_CODE = rf"(?:{LONG_CODE}|{_FIRST}|[IVX]{{1,4}}(?![A-Za-z])|[一二三四五六七八九十]{{1,3}}|{_KANA}|[A-Z](?![A-Za-z]))"

_LONG = re.compile(LONG_CODE)
_PIECE = re.compile(
    rf"[0-9]+|[{_CIRCLED}{_PARENTHESISED}{_ROMAN}]|[ア-ン]|[一二三四五六七八九十]+|[A-Z]+|[a-z]+"
)


def code_key(printed: str) -> tuple[str, ...]:
    """The parts of a printed code for comparing and joining: ("1", "1", "1", "ア")."""
    parts = []
    for piece in _PIECE.findall(fold(printed)):
        parts.append(_part_key(piece))
    return tuple(parts)


def _part_key(piece: str) -> str:
    if piece.isdigit() and piece.isascii():
        return str(int(piece))
    for table in (CIRCLED, PARENTHESISED, ROMAN):
        if piece in table:
            return str(table[piece])
    roman = roman_value(piece) if piece.isascii() and piece.isupper() else None
    if roman is not None:
        return str(roman)
    kanji = kanji_value(piece)
    return str(kanji) if kanji is not None else piece


def ordinal(part: str) -> int | None:
    """The place of one part of a key among its siblings: "3" is 3, "ウ" is 3, "b" is 2."""
    if part.isdigit():
        return int(part)
    if len(part) == 1 and part in KANA_ORDER:
        return KANA_ORDER.index(part) + 1
    if len(part) == 1 and part.isascii() and part.isalpha():
        return ord(part.lower()) - ord("a") + 1
    return None


@dataclass(frozen=True, slots=True)
class Number:
    """A number that opens a line. `style` names its form, `value` its place; positions are in the line."""

    style: str
    value: int
    key: tuple[str, ...]
    code_start: int
    code_end: int
    rest_start: int


#: Forms of numbering from the outermost in; what a generic document uses decides its levels.
STYLES = (
    "chapter",
    "roman",
    "section",
    "kanji",
    "number",
    "long2",
    "long3",
    "long4",
    "paren",
    "circled",
    "kana",
    "letter",
)

_SEP = r"(?:\s*[.．、:]\s*|\s+|\s*(?=[「『【〈《(~]))"
_LEADS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chapter", re.compile(r"第\s?(?P<code>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s?[章部編]\s*[.:]?\s*")),
    ("section", re.compile(r"第\s?(?P<code>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s?[節項]\s*[.:]?\s*")),
    ("roman", re.compile(rf"(?P<code>[{_ROMAN}]|(?:X?(?:IX|IV|V?I{{1,3}}|V|X)))(?![A-Za-z])\s*[.．、:]?\s*")),
    ("long", re.compile(rf"(?P<code>{LONG_CODE})\s*[.:]?\s*")),
    ("paren", re.compile(rf"(?P<code>\(\s?[0-9]{{1,2}}\s?\)|[{_PARENTHESISED}])\s*")),
    ("circled", re.compile(rf"(?P<code>[{_CIRCLED}])\s*")),
    ("number", re.compile(rf"(?P<code>[0-9]{{1,2}})(?![0-9年月日時分人名件%,]|\.[0-9]){_SEP}")),
    (
        "kanji",
        re.compile(r"(?P<code>[一二三四五六七八九十]{1,2})\s*[.．、](?!\s*[一二三四五六七八九十][、])\s*"),
    ),
    ("kana", re.compile(r"(?P<code>[ア-ン])(?:\s*[.．、:]\s*|\s+)(?![ァ-ヴー])")),
    ("letter", re.compile(r"(?P<code>[a-hA-H])(?:\s*[.．)]\s*|\s{1,2})(?![A-Za-z])")),
)


def leading_number(text: str) -> Number | None:
    """The number that opens a folded line, or None. 「24 合同パトロール」 has one too: the sequence decides."""
    for style, pattern in _LEADS:
        match = pattern.match(text)
        if not match:
            continue
        code = match["code"]
        key = code_key(code)
        if not key:
            continue
        value = ordinal(key[-1])
        if value is None or (style == "long" and not _LONG.fullmatch(code)):
            continue
        if style == "long":
            style = f"long{min(len(key), 4)}"
        return Number(style, value, key, match.start("code"), match.end("code"), match.end())
    return None
