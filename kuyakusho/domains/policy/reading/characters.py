"""Characters: one folded form of a text that keeps every position.

Patterns are matched against the folded text, spans point into the source text. Both have the same length,
so a position in one is the position in the other.
"""

from __future__ import annotations

import unicodedata

CIRCLED = {chr(0x2460 + i): i + 1 for i in range(20)}  # ① to ⑳
CIRCLED |= {chr(0x3251 + i): i + 21 for i in range(15)}  # ㉑ to ㉟
CIRCLED |= {chr(0x2776 + i): i + 1 for i in range(10)}  # ❶ to ❿
PARENTHESISED = {chr(0x2474 + i): i + 1 for i in range(20)}  # ⑴ to ⒇
ROMAN = {chr(0x2160 + i): i + 1 for i in range(12)} | {chr(0x2170 + i): i + 1 for i in range(12)}
KANA_ORDER = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
KANJI_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"元": 1, "十": 10}

# Meant differently from what compatibility folding would make of them.
_KEEP = set(CIRCLED) | set(PARENTHESISED) | set(ROMAN) | set("㈱㈲㍿℃№℡…‥゛゜´｀¨")
_SPECIAL = {
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "\uff0d": "-",
    "〜": "~",
    "～": "~",
    "∼": "~",
    "•": "・",
    "‧": "・",
    "∙": "・",
    "･": "・",
    "\u200b": " ",
    "\ufeff": " ",
    "\u00ad": " ",
    "\t": " ",
    "\x0b": " ",
    "\x0c": " ",
    "\u2028": " ",
    "\u2029": " ",
    "“": '"',
    "”": '"',
    "‟": '"',
    "’": "'",
    "‘": "'",
}


class _Folding(dict):
    """A translation table that works out each character once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = char
        if char in _SPECIAL:
            folded = _SPECIAL[char]
        elif char not in _KEEP:
            candidate = unicodedata.normalize("NFKC", char)
            if len(candidate) == 1:
                folded = candidate
        self[code] = folded
        return folded


_TABLE = _Folding()


def fold(text: str) -> str:
    """The text with widths, hyphens, tildes and compatibility forms made one; same length as the source.

    Circled and Roman numbers stay as they are: they tell levels of a document apart.
    """
    return text.translate(_TABLE)


def squeeze(text: str) -> str:
    """The folded text without white space: for comparing titles."""
    return "".join(fold(text).split())


def ink(text: str) -> int:
    """How many characters of the text are not white space: the unit of coverage."""
    return sum(map(len, text.split()))


def roman_value(text: str) -> int | None:
    """Ⅲ, III or iii as 3; None when it is no Roman number up to 39."""
    if not text:
        return None
    if len(text) == 1 and text in ROMAN:
        return ROMAN[text]
    values = {"I": 1, "V": 5, "X": 10}
    total = 0
    previous = 0
    for char in reversed(text.upper()):
        value = values.get(char)
        if value is None:
            return None
        total += value if value >= previous else -value
        previous = max(previous, value)
    return total if 0 < total < 40 else None


def kanji_value(text: str) -> int | None:
    """一, 十二 or 二十 as a number below 100; None when it is none."""
    if not text or any(char not in KANJI_DIGITS for char in text):
        return None
    if "十" not in text:
        return KANJI_DIGITS[text] if len(text) == 1 else None
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (KANJI_DIGITS[tens] if tens else 1) * 10 + (KANJI_DIGITS[ones] if ones else 0)
