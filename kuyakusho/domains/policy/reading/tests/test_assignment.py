"""Optimal assignment."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.reading.assignment import best_pairs, margin

SCORES = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 20).map(float), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
)


def best_total(scores):
    rows, columns = len(scores), len(scores[0])
    if rows > columns:
        scores = [[scores[r][c] for r in range(rows)] for c in range(columns)]
        rows, columns = columns, rows
    return max(
        sum(scores[r][c] for r, c in enumerate(chosen)) for chosen in permutations(range(columns), rows)
    )


@given(SCORES)
def test_no_other_pairing_is_better(scores):
    pairs = best_pairs(scores)
    assert len(pairs) == min(len(scores), len(scores[0]))
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    assert sum(scores[r][c] for r, c in pairs) == best_total(scores)


def test_the_margin_tells_how_sure_a_pair_is():
    scores = [[1.0, 0.0], [0.0, 1.0]]
    assert margin(scores, best_pairs(scores), 0) == 2.0
    tied = [[1.0, 1.0], [1.0, 1.0]]
    assert margin(tied, best_pairs(tied), 0) == 0.0
    assert best_pairs([]) == []
