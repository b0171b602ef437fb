"""What changed between two Japanese texts, in pieces that a person can read.

Japanese has no spaces, so a comparison by words needs a cut of its own: a run of kanji, of katakana or of Latin
letters and digits is one word; hiragana and signs stand alone, so that an ending that changes shows by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
WORD = re.compile(
    r"[一-龠々〆ヶ㐀-䶿豈-﫿]+|[ァ-ヴー・ヽヾ]+|[0-9A-Za-z０-９Ａ-Ｚａ-ｚ.,%]+|\s+|.", re.DOTALL
)

# Beyond this many words a text is compared line by line first: the cost grows with the square.
LONG = 1500


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: same, removed or added."""

    kind: str
    text: str


def changes(before: str, after: str) -> list[Piece]:
    """The pieces in order. Same and removed together are `before`; same and added together are `after`."""
    if before == after:
        return [Piece(SAME, before)] if before else []
    old, new = WORD.findall(before), WORD.findall(after)
    if len(old) + len(new) > 2 * LONG:
        return _by_lines(before, after)
    return _tidied(_compared(old, new))


def _compared(old: list[str], new: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(SAME, "".join(old[i:j])))
            continue
        if j > i:
            pieces.append(Piece(REMOVED, "".join(old[i:j])))
        if m > k:
            pieces.append(Piece(ADDED, "".join(new[k:m])))
    return pieces


def _by_lines(before: str, after: str) -> list[Piece]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(SAME, "".join(old[i:j])))
            continue
        one, two = "".join(old[i:j]), "".join(new[k:m])
        words = WORD.findall(one), WORD.findall(two)
        if one and two and sum(map(len, words)) <= 2 * LONG:
            pieces.extend(_compared(*words))
        else:
            pieces.extend(p for p in (Piece(REMOVED, one), Piece(ADDED, two)) if p.text)
    return _tidied(pieces)


def _tidied(pieces: list[Piece]) -> list[Piece]:
    # A single sign that happens to stand in both, between two changes, only makes the change harder to read.
    tidied: list[Piece] = []
    removed = added = ""

    def flush() -> None:
        nonlocal removed, added
        if removed:
            tidied.append(Piece(REMOVED, removed))
        if added:
            tidied.append(Piece(ADDED, added))
        removed = added = ""

    for index, piece in enumerate(pieces):
        if piece.kind == REMOVED:
            removed += piece.text
        elif piece.kind == ADDED:
            added += piece.text
        elif len(piece.text) == 1 and removed and added and index + 1 < len(pieces):
            removed += piece.text
            added += piece.text
        else:
            flush()
            if tidied and tidied[-1].kind == SAME:
                tidied[-1] = Piece(SAME, tidied[-1].text + piece.text)
            else:
                tidied.append(piece)
    flush()
    return tidied
