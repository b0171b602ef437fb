"""Documents that lost their line breaks: one long line is cut again where headings and bullets begin."""

from __future__ import annotations

import re

from .lines import Line
from .model import Repair

_LONG = 400
_BREAK = re.compile(
    r"(?<=\s)(?=(?:[ⅠⅡⅢⅣTUV]\s*(?:基本目標|目標達成)|【?経営課題\s*[0-9]|【?戦略\s*[0-9]|【?具体的取組\s*[0-9]|基本方針\s*[0-9]|【[0-9]-\([0-9]\)"
    r"|取組\s*[0-9]-\([0-9]\)|[・◆●■○]\s*\S|[0-9]{1,2}\s+\S|※|【[^】]{1,40}】|[^\s、。]{2,12}(?:課|土木事務所|保育園)\s))"
)


def unroll(lines: list[Line], repairs: list[Repair]) -> list[Line]:
    """Cut overlong lines that hold several headings or bullets; other lines stay as they are."""
    cut: list[Line] = []
    changed = False
    for line in lines:
        breaks = [m.start() for m in _BREAK.finditer(line.text)] if len(line.text) > _LONG else []
        if len(breaks) < 3:
            cut.append(line)
            continue
        changed = True
        repairs.append(
            Repair("line-breaks-lost", "改行のない長い行を、見出しと箇条書きの位置で区切りました。", ((line.start, line.end),))
        )
        positions = [0, *breaks, len(line.text)]
        for index, (low, high) in enumerate(zip(positions, positions[1:], strict=False)):
            piece = line.text[low:high]
            stripped = piece.strip()
            if not stripped:
                continue
            start = line.start + low + len(piece) - len(piece.lstrip())
            cut.append(
                Line(
                    index=0,
                    start=start,
                    end=start + len(stripped),
                    text=stripped,
                    gap=line.gap if index == 0 else 0,
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
