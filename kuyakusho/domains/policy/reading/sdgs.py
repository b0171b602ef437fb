"""The Sustainable Development Goals in a document: which of the seventeen a line names."""

from __future__ import annotations

import re
from functools import cache

from .profiles import vocabulary

_SDG_LINE = re.compile(
    r"(?:(?:関連|対応|主な|該当)(?:する)?)?\s*SDGs?(?:の?(?:ゴール|目標))?\s*[:：]?\s*(?P<rest>[0-9目標ゴール、,・.\s及びと].*|)$"
)
_GOAL_NUMBER = re.compile(r"(?:目標|ゴール|GOAL|SDGs)?\s*(?P<n>1[0-7]|[1-9])(?![0-9])")


@cache
def _goal_names() -> tuple[str, ...]:
    return tuple(vocabulary("sdgs")["names"])


_GOAL_NAME = re.compile(r"(?:目標|ゴール)?\s*(?P<n>1[0-7]|[1-9])\s*[.．:、]?\s*(?P<name>.{0,40})")


def is_goal_name(text: str) -> bool:
    """「11 住み続けられるまちづくりを」 is the eleventh goal, not the eleventh heading."""
    match = _GOAL_NAME.fullmatch(text)
    if not match:
        return False
    name = "".join(match["name"].split())
    if not name:
        return text.startswith(("目標", "ゴール")) and len(text) <= 6
    return name.startswith(_goal_names()[int(match["n"]) - 1][:6])


def sdg_numbers(text: str) -> list[int]:
    """The goals that a line of goals names: 「目標3、11」, 「11住み続けられるまちづくりを」."""
    found: list[int] = []
    for match in _GOAL_NUMBER.finditer(text):
        number = int(match["n"])
        if number not in found:
            found.append(number)
    for index, name in enumerate(_goal_names()):
        if name[:8] in text and index + 1 not in found:
            found.append(index + 1)
    return found


def goals_line(text: str) -> int | None:
    """Where the goals begin in a line that only names goals; None for any other line."""
    if len(text) > 200:
        return None
    match = _SDG_LINE.match(text)
    if match and sdg_numbers(match["rest"]):
        return match.start("rest")
    return 0 if is_goal_name(text) else None
