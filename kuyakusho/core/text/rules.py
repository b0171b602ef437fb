"""How a reading is laid over Japanese text: pure decisions about characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

Part = tuple[str, str]
"""A piece of text and its reading in hiragana; an empty reading where the piece reads itself."""

KANJI = (
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f々〆ヶヵ\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
_HAS_KANJI = re.compile(f"[{KANJI}]")
_RUNS = re.compile(f"[{KANJI}]+|[^{KANJI}]+")
_KANA_ONLY = re.compile(r"[\u3041-\u3096ー]+")
_WRITTEN = re.compile(rf"(?P<base>[{KANJI}ぁ-ゖー]*[{KANJI}][{KANJI}ぁ-ゖー]*)（(?P<reading>[ぁ-ゖー]+)）")
_DATE = re.compile(r"(?P<month>[0-9０-９]{1,2})月(?P<day>[0-9０-９]{1,2})日(?!間)")

# Days of the month that are not read as their number and にち.
_DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
    9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか",
}  # fmt: skip


def needs_reading(text: str) -> bool:
    """Whether there is a character that a child or a foreigner may not be able to read."""
    return _HAS_KANJI.search(text) is not None


def is_reading(text: str) -> bool:
    """Whether the text can stand over others: hiragana and the long mark only."""
    return _KANA_ONLY.fullmatch(text) is not None


def hiragana(text: str) -> str:
    """Katakana as hiragana; everything else as it is."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def align(surface: str, reading: str) -> list[Part]:
    """Lays the reading over the kanji of a word alone: 届け出 とどけで → 届(とど) け 出(で).

    Where the kana in the word don't occur in the reading in one way only, it stands over the whole word.
    """
    reading = hiragana(reading)
    if not needs_reading(surface) or not reading:
        return [(surface, "")]
    runs = _RUNS.findall(surface)
    pattern = "".join("(.+)" if _HAS_KANJI.search(run) else f"({re.escape(hiragana(run))})" for run in runs)
    greedy = re.fullmatch(pattern, reading)
    lazy = re.fullmatch(pattern.replace("(.+)", "(.+?)"), reading)
    if greedy is None or lazy is None or greedy.groups() != lazy.groups():
        return [(surface, reading)]
    return [
        (run, part if _HAS_KANJI.search(run) else "") for run, part in zip(runs, greedy.groups(), strict=True)
    ]


def dates(text: str) -> Iterator[tuple[int, int, list[Part]]]:
    """Days written with month and day: where each stands in the text, and its parts with readings."""
    for match in _DATE.finditer(text):
        day = int(match["day"])
        parts: list[Part] = [(match["month"], ""), ("月", "がつ")]
        if day in _DAYS:
            parts.append((f"{match['day']}日", _DAYS[day]))
        else:
            parts += [(match["day"], ""), ("日", "にち")]
        yield match.start(), match.end(), parts


def written(text: str) -> Iterator[tuple[int, int, list[Part]]]:
    """Readings that the writer put behind a word, 手続き（てつづき）: where they stand, and the word with its reading.

    Which part of the run before the bracket is meant is found by trying from its longest part that begins where
    kanji begin: the kana must fit, and each kanji needs at least one kana of reading. Otherwise the bracket stays.
    """
    for match in _WRITTEN.finditer(text):
        base, reading = match["base"], match["reading"]
        starts = [
            i for i, c in enumerate(base) if _HAS_KANJI.match(c) and not (i and _HAS_KANJI.match(base[i - 1]))
        ]
        for start in starts:
            word = base[start:]
            parts = align(word, reading)
            fits = len(parts) > 1 or all(_HAS_KANJI.match(c) for c in word)
            if fits and all(len(r) >= len(s) for s, r in parts if r):
                yield match.start() + start, match.end(), parts
                break


def merged(parts: list[Part]) -> list[Part]:
    """Neighbours without a reading as one piece."""
    result: list[Part] = []
    for surface, reading in parts:
        if result and not reading and not result[-1][1]:
            result[-1] = (result[-1][0] + surface, "")
        elif surface:
            result.append((surface, reading))
    return result
