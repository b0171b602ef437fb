"""Documents that lost their line breaks: one long line is cut again where lines must have ended.

Text copied from a web page or made by a careless conversion may hold a whole leaflet in one line, with single
spaces where lines ended. Japanese has no spaces between words: a space between Japanese characters was a line's
end, or stands inside a title, where the joining of lines puts it together again.
"""

from __future__ import annotations

import re

from .lines import Line
from .model import Repair

_LONG = 240
_SIGNS = re.compile(
    r"(?:^|\s)(?:[ⅠⅡⅢⅣTUV]\s*(?:基本目標|目標達成)|【?経営課題\s*[0-9]|【?戦略\s*[0-9]|【?具体的取組\s*[0-9]|基本方針\s*[0-9]|【[0-9]-\([0-9]\)"
    r"|取組\s*[0-9]-\([0-9]\)|[・◆●■○]\s*\S|[0-9]{1,2}\s+[^0-9\s]|\([0-9]\)\s*\S|※|【[^】]{1,40}】|[^\s、。]{2,12}(?:課|土木事務所|保育園)\s)"
)
_TOKEN = re.compile(r"\S+")
#: What numbers or marks the words behind it and stays with them.
_LEADS = re.compile(
    r"[-・◆●■○◇□※*ⅠⅡⅢⅣⅤTUVWX①-⑳]|[0-9]{1,2}[.．]?|\([0-9]{1,2}\)|第[0-9一二三四五六七八九十]{1,2}[章節]|(?:基本方針|経営課題|取組|戦略|具体的取組|柱|施策)\s?[0-9()①-⑳アイウエオ-]*"
    r"|(?:令和|平成)[0-9元]{1,2}年度"
)


def unroll(lines: list[Line], repairs: list[Repair]) -> list[Line]:
    """Cut overlong lines that hold several headings or bullets; other lines stay as they are."""
    cut: list[Line] = []
    changed = False
    for line in lines:
        if len(line.text) <= _LONG or len(_SIGNS.findall(line.text)) < 4:
            cut.append(line)
            continue
        changed = True
        repairs.append(
            Repair(
                "line-breaks-lost",
                "改行のない長い行を、空白の位置で区切り直しました。",
                ((line.start, line.end),),
            )
        )
        for place, (low, high) in enumerate(_pieces(line.text)):
            cut.append(
                Line(
                    index=0,
                    start=line.start + low,
                    end=line.start + high,
                    text=line.text[low:high],
                    gap=line.gap if place == 0 else 0,
                    page=line.page,
                    has_trailing_space=False,
                    indent=0,
                    hint=line.hint,
                    hint_level=line.hint_level,
                    is_split=True,
                )
            )
    if changed:
        for index, line in enumerate(cut):
            line.index = index
    return cut


def _pieces(text: str) -> list[tuple[int, int]]:
    """The stretches of a long line that were lines of their own."""
    pieces: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        low, high = match.span()
        if pieces:
            start, end = pieces[-1]
            before = text[start:end]
            latin = (
                before[-1].isascii()
                and text[low].isascii()
                and before[-1].isalnum()
                and text[low].isalpha()
                and not _LEADS.fullmatch(match[0])
            )
            if _LEADS.fullmatch(before) or latin:
                pieces[-1] = (start, high)
                continue
        pieces.append((low, high))
    return pieces
