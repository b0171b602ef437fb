"""Optimal pairs of two lists by likeness, also when the lists are long.

Each entry is compared only with those that share rare pairs of characters with it; what is alike falls into
small groups, and each group is assigned optimally. Cost grows with the number of entries, not its square.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from ..assignment import best_pairs
from .titles import plain, similarity, text_similarity, weights

_NEAREST = 8
_LARGEST_GROUP = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a title: a node, an initiative. `group` keeps apart what must not be paired (kinds)."""

    key: Hashable
    title: str
    text: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A pair of keys. `score` is 0 to 1; `is_doubtful` when the score is low or another pair is nearly as good;
    `runner_up` is the next best right key, if any."""

    left: Hashable
    right: Hashable
    score: float
    is_doubtful: bool
    runner_up: Hashable | None = None
    runner_up_score: float = 0.0


def match(
    left: Sequence[Entry],
    right: Sequence[Entry],
    *,
    floor: float = 0.35,
    sure: float = 0.65,
    lead: float = 0.12,
    bonus: Callable[[Entry, Entry], float] | None = None,
) -> list[Match]:
    """Optimal pairs of two lists, each entry used at most once.

    Pairs below `floor` are not made. A pair is doubtful below `sure`, or when the next best partner of either
    side is less than `lead` behind. `bonus` adds other evidence (same code, same parent) to a pair's score.
    """
    scores = _scores(left, right, bonus)
    result: list[Match] = []
    for rows, columns in _groups(scores, len(left)):
        matrix = [[scores[r].get(c, 0.0) for c in columns] for r in rows]
        pairs = best_pairs(matrix) if len(rows) * len(columns) <= _LARGEST_GROUP**2 else _greedy(matrix)
        for row, column in pairs:
            score = matrix[row][column]
            if score < floor:
                continue
            rival, rival_score = _rival(scores[rows[row]], columns[column])
            other = max((matrix[r][column] for r in range(len(rows)) if r != row), default=0.0)
            close = score - max(rival_score, other) < lead and score < 0.97
            result.append(
                Match(
                    left[rows[row]].key,
                    right[columns[column]].key,
                    round(min(score, 1.0), 4),
                    score < sure or close,
                    right[rival].key if rival is not None else None,
                    round(rival_score, 4),
                )
            )
    order = {entry.key: place for place, entry in enumerate(left)}
    return sorted(result, key=lambda pair: order[pair.left])


def score_of(a: Entry, b: Entry) -> float:
    """Title first; the text helps where both have one, and can save a changed title."""
    title = similarity(a.title, b.title)
    if not a.text or not b.text:
        return title
    text = text_similarity(a.text, b.text)
    return max(0.7 * title + 0.3 * text, 0.35 * title + 0.65 * text)


def _scores(
    left: Sequence[Entry], right: Sequence[Entry], bonus: Callable[[Entry, Entry], float] | None
) -> list[dict[int, float]]:
    """For each left entry the scores of its nearest right entries."""
    index: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, entry in enumerate(right):
        for pair in weights(plain(f"{entry.title} {entry.text[:200]}")):
            index[(entry.group, pair)].append(place)
    total = len(right) + 1
    scores: list[dict[int, float]] = []
    for entry in left:
        near: dict[int, float] = defaultdict(float)
        for pair, weight in weights(plain(f"{entry.title} {entry.text[:200]}")).items():
            holders = index.get((entry.group, pair), ())
            if not holders or len(holders) > max(40, total // 4):
                continue
            value = weight * math.log(total / len(holders))
            for place in holders:
                near[place] += value
        best = heapq.nlargest(_NEAREST, near, key=lambda place: (near[place], -place))
        row: dict[int, float] = {}
        for place in best:
            score = score_of(entry, right[place]) + (bonus(entry, right[place]) if bonus else 0.0)
            if score > 0:
                row[place] = min(score, 1.0)
        scores.append(row)
    return scores


def _groups(scores: list[dict[int, float]], count: int) -> list[tuple[list[int], list[int]]]:
    """Split into groups that have no likeness between them: each can be assigned on its own."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(item: tuple[str, int]) -> tuple[str, int]:
        parent.setdefault(item, item)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for row in range(count):
        for column, score in scores[row].items():
            if score >= 0.2:
                parent[root(("l", row))] = root(("r", column))
    groups: dict[tuple[str, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for item in list(parent):
        groups[root(item)][item[0] == "r"].append(item[1])
    return [(sorted(rows), sorted(columns)) for rows, columns in groups.values() if rows and columns]


def _greedy(matrix: list[list[float]]) -> list[tuple[int, int]]:
    """For a group too large for the optimal method: best pairs first."""
    pairs = sorted(
        ((score, r, c) for r, row in enumerate(matrix) for c, score in enumerate(row) if score > 0),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )
    rows: set[int] = set()
    columns: set[int] = set()
    chosen: list[tuple[int, int]] = []
    for _, row, column in pairs:
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            chosen.append((row, column))
    return chosen


def _rival(row: Mapping[int, float], chosen: int) -> tuple[int | None, float]:
    others = [(score, place) for place, score in row.items() if place != chosen]
    if not others:
        return None, 0.0
    score, place = max(others)
    return place, score
