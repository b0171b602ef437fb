"""Which of many texts speak of the same thing in other words: our wording and the official text, or two wards.

Titles of one city in two years are compared by `reading/likeness`; there most words stay. Here hardly any word does,
so that what few texts say counts most. Every text is compared only with those that share telling character pairs
with it, and within each group of rivals the assignment is optimal.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

from ..reading.assignment import best_pairs
from ..reading.wording import telling_bigrams

# How many rivals of a text are looked at, and up to which size a group of rivals is solved exactly.
RIVALS = 12
EXACT = 80


@dataclass(frozen=True, slots=True)
class Pair:
    """Places in the two lists, and how alike the texts are, from 0 to 1."""

    left: int
    right: int
    score: float


def pairs_by_rare_words(left: Sequence[str], right: Sequence[str], *, least: float) -> list[Pair]:
    """Pairs with a score of at least `least`, each text at most once, the total being as great as possible.

    The score is the cosine of the texts' character pairs, weighted by their rarity. Of our wording against the
    official text of both wards, four of five pairs above 0.08 are right.
    """
    frequency = Counter(gram for text in (*left, *right) for gram in telling_bigrams(text))
    total = len(left) + len(right) + 1
    weights = {gram: math.log(total / count) ** 2 for gram, count in frequency.items()}
    answer: list[Pair] = []
    for group in _groups(_candidates(left, right, least, weights)):
        answer.extend(_solved(group))
    return sorted(answer, key=lambda pair: pair.left)


def _candidates(
    left: Sequence[str], right: Sequence[str], least: float, weights: dict[str, float]
) -> dict[int, dict[int, float]]:
    theirs = [telling_bigrams(text) for text in right]
    sizes = [_weight(grams, weights) for grams in theirs]
    having: dict[str, list[int]] = defaultdict(list)
    for other, grams in enumerate(theirs):
        for gram in grams:
            having[gram].append(other)
    # What stands in a great share of all texts tells nothing, and would make the cost square.
    common = max(40, len(right) // 20)
    found: dict[int, dict[int, float]] = {}
    for place, text in enumerate(left):
        grams = telling_bigrams(text)
        size = _weight(grams, weights)
        shared: dict[int, float] = defaultdict(float)
        for gram in grams:
            there = having.get(gram, ())
            if len(there) <= common:
                weight = weights[gram]
                for other in there:
                    shared[other] += weight
        scores: dict[int, float] = {}
        for other in nlargest(RIVALS, shared, key=shared.__getitem__):
            both = _weight(grams & theirs[other], weights)
            score = both / math.sqrt(size * sizes[other]) if both else 0.0
            if score >= least:
                scores[other] = score
        if scores:
            found[place] = scores
    return found


def _weight(grams: set[str], weights: dict[str, float]) -> float:
    return sum(weights[gram] for gram in grams)


def _groups(found: dict[int, dict[int, float]]) -> list[dict[int, dict[int, float]]]:
    """Texts that compete for one another, directly or through others."""
    above: dict[int, int] = {}

    def root(place: int) -> int:
        while above.setdefault(place, place) != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    first: dict[int, int] = {}
    for place, scores in found.items():
        for other in scores:
            if other in first:
                above[root(place)] = root(first[other])
            else:
                first[other] = place
    groups: dict[int, dict[int, dict[int, float]]] = defaultdict(dict)
    for place, scores in found.items():
        groups[root(place)][place] = scores
    return list(groups.values())


def _solved(group: dict[int, dict[int, float]]) -> list[Pair]:
    if len(group) > EXACT:
        return _greedy(group)
    rows = list(group)
    columns = sorted({other for scores in group.values() for other in scores})
    matrix = [[group[row].get(column, 0.0) for column in columns] for row in rows]
    return [Pair(rows[r], columns[c], matrix[r][c]) for r, c in best_pairs(matrix) if matrix[r][c] > 0]


def _greedy(group: dict[int, dict[int, float]]) -> list[Pair]:
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    answer = []
    for score, place, other in sorted(
        ((score, place, other) for place, scores in group.items() for other, score in scores.items()),
        key=lambda one: (-one[0], one[1], one[2]),
    ):
        if place not in taken_left and other not in taken_right:
            taken_left.add(place)
            taken_right.add(other)
            answer.append(Pair(place, other, score))
    return answer
