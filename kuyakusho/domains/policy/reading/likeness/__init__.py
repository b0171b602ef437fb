"""Likeness: pure functions that find the same thing under another name.

    similarity(a, b)            how alike two Japanese titles are, 0 to 1
    match(left, right)          optimal pairs of two lists, with score and doubt
    join(nodes, targets)        nodes of an import ↔ initiatives of a pack: by printed code, by position, by
                                section, by likeness
    compare(old, new)           last year's tree ↔ this year's: same, reworded, renamed, moved, split, merged,
                                added, removed

Nothing here knows a database; who calls gives plain values and gets plain values back.
"""

from __future__ import annotations

from .changes import Change, compare
from .joining import Joined, Joining, Place, Target, join
from .matching import Entry, Match, match
from .titles import similarity, text_similarity

__all__ = [
    "Change",
    "Entry",
    "Joined",
    "Joining",
    "Match",
    "Place",
    "Target",
    "compare",
    "join",
    "match",
    "similarity",
    "text_similarity",
]
