"""Which of many texts belong together: the best pairs of two lists by likeness.

Every text is compared only with those that share telling character pairs with it, so that the cost grows with the
number of texts and not with its square; within each group of rivals the assignment is optimal.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
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


def pairs(
    left: Sequence[str],
    right: Sequence[str],
    *,
    least: float,
    bonus: Callable[[int, int], float] | None = None,
) -> list[Pair]:
    """Pairs with a score of at least `least`, each text at most once, the total being as great as possible.

    The score is the share of common character pairs, plus what `bonus` adds for other evidence, at most 1. For two
    versions of the same official text: 1 is word for word, above 0.7 much alike.
    """
    return _paired(left, right, least, bonus, {})


def pairs_by_rare_words(left: Sequence[str], right: Sequence[str], *, least: float) -> list[Pair]:
    """The same for texts that speak of one subject in different words: what few texts say counts most.

    Of our wording against the official text of both wards, four of five pairs above 0.08 are right.
    """
    frequency = Counter(gram for text in (*left, *right) for gram in telling_bigrams(text))
    total = len(left) + len(right)
    return _paired(
        left, right, least, None, {gram: math.log((total + 1) / count) ** 2 for gram, count in frequency.items()}
    )


def _paired(
    left: Sequence[str],
    right: Sequence[str],
    least: float,
    bonus: Callable[[int, int], float] | None,
    weights: dict[str, float],
) -> list[Pair]:
    answer = _same(left, right)
    done_left = {pair.left for pair in answer}
    done_right = {pair.right for pair in answer}
    rest_left = [place for place in range(len(left)) if place not in done_left]
    rest_right = [place for place in range(len(right)) if place not in done_right]
    found = _candidates(
        [left[place] for place in rest_left],
        [right[place] for place in rest_right],
        least,
        None if bonus is None else lambda i, j: bonus(rest_left[i], rest_right[j]),
        weights,
    )
    for group in _groups(found):
        answer.extend(Pair(rest_left[p.left], rest_right[p.right], p.score) for p in _solved(group))
    return sorted(answer, key=lambda pair: pair.left)


def _same(left: Sequence[str], right: Sequence[str]) -> list[Pair]:
    """Texts that stand once on either side, word for word. Most of a year's plan is last year's."""
    once = [
        {text: place for place, text in enumerate(texts) if count[text] == 1 and text}
        for texts in (left, right)
        for count in [Counter(texts)]
    ]
    return [Pair(place, once[1][text], 1.0) for text, place in once[0].items() if text in once[1]]


def _candidates(
    left: Sequence[str],
    right: Sequence[str],
    least: float,
    bonus: Callable[[int, int], float] | None,
    weights: dict[str, float],
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
                weight = weights.get(gram, 1.0)
                for other in there:
                    shared[other] += weight
        scores: dict[int, float] = {}
        for other in nlargest(RIVALS, shared, key=shared.__getitem__):
            both = _weight(grams & theirs[other], weights)
            score = both / math.sqrt(size * sizes[other]) if both else 0.0
            if bonus is not None:
                score = min(1.0, score + bonus(place, other))
            if score >= least:
                scores[other] = score
        if scores:
            found[place] = scores
    return found


def _weight(grams: set[str], weights: dict[str, float]) -> float:
    return sum(weights.get(gram, 1.0) for gram in grams) if weights else float(len(grams))


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
