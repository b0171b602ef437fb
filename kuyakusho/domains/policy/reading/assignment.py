"""Optimal assignment: which text belongs to which heading, when each can have only one.

The Hungarian method with potentials, O(n³). The matrices here are small (sections of a ward, pillars of a
policy); callers that have large ones split them first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def best_pairs(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs (row, column) with the greatest total score; every row or every column is used once.

    Rows and columns may differ in number: the surplus stays alone. Ties are broken by order.
    """
    rows = len(scores)
    columns = len(scores[0]) if rows else 0
    if not rows or not columns:
        return []
    if rows > columns:
        flipped = best_pairs([[scores[r][c] for r in range(rows)] for c in range(columns)])
        return sorted((r, c) for c, r in flipped)
    costs = [[-value for value in row] for row in scores]
    u = [0.0] * (rows + 1)
    v = [0.0] * (columns + 1)
    match = [0] * (columns + 1)
    way = [0] * (columns + 1)
    for row in range(1, rows + 1):
        match[0] = row
        column = 0
        least = [math.inf] * (columns + 1)
        used = [False] * (columns + 1)
        while True:
            used[column] = True
            current = match[column]
            delta = math.inf
            following = 0
            for j in range(1, columns + 1):
                if used[j]:
                    continue
                reduced = costs[current - 1][j - 1] - u[current] - v[j]
                if reduced < least[j]:
                    least[j] = reduced
                    way[j] = column
                if least[j] < delta:
                    delta = least[j]
                    following = j
            for j in range(columns + 1):
                if used[j]:
                    u[match[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            column = following
            if match[column] == 0:
                break
        while column:
            before = way[column]
            match[column] = match[before]
            column = before
    return sorted((match[j] - 1, j - 1) for j in range(1, columns + 1) if match[j])


def margin(scores: Sequence[Sequence[float]], pairs: Sequence[tuple[int, int]], row: int) -> float:
    """How much the total would drop if this row's pair were forbidden: the sureness of a pair, 0 when a tie."""
    chosen = dict(pairs)
    total = sum(scores[r][c] for r, c in pairs)
    barred = [list(line) for line in scores]
    barred[row][chosen[row]] = -1e6
    others = sum(scores[r][c] for r, c in best_pairs(barred) if (r, c) != (row, chosen[row]))
    return total - others
