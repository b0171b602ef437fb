"""What changed between two texts, as pieces to be marked: for the component `ui/diff.html`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

# Japanese has no spaces between words: a run of one script is a good unit of change.
_UNITS = re.compile(
    r"[一-鿿㐀-䶿々〆]+|[ぁ-ゖー]+|[ァ-ヺー]+|[A-Za-z]+|[0-9０-９]+(?:[,.][0-9]+)*|\s+|.", re.S
)
KEPT_AROUND = 1


@dataclass
class Line:
    """A line of a difference: `kind` is same, added, removed, changed or gap; `parts` are (kind, text)."""

    kind: str
    parts: list[tuple[str, str]] = field(default_factory=list)


def words(before: str, after: str) -> list[tuple[str, str]]:
    """The differences within one text, as (same | removed | added, text)."""
    one, other = _UNITS.findall(before), _UNITS.findall(after)
    parts: list[tuple[str, str]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(("same", "".join(one[a1:a2])))
            continue
        if a2 > a1:
            parts.append(("removed", "".join(one[a1:a2])))
        if b2 > b1:
            parts.append(("added", "".join(other[b1:b2])))
    return parts


def lines(before: str, after: str, *, whole: bool = False) -> list[Line]:
    """The differences of two texts by line; far from any change only a gap is shown, unless `whole`."""
    one, other = before.splitlines(), after.splitlines()
    result: list[Line] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            same = [Line("same", [("same", text)]) for text in one[a1:a2]]
            if not whole and len(same) > 2 * KEPT_AROUND + 1:
                head = same[:KEPT_AROUND] if a1 else []
                tail = same[-KEPT_AROUND:] if a2 < len(one) else []
                same = [*head, Line("gap", [("gap", "")]), *tail]
            result += same
            continue
        pairs = min(a2 - a1, b2 - b1)
        for index in range(pairs):
            result.append(Line("changed", words(one[a1 + index], other[b1 + index])))
        result += [Line("removed", [("removed", text)]) for text in one[a1 + pairs : a2]]
        result += [Line("added", [("added", text)]) for text in other[b1 + pairs : b2]]
    return result
