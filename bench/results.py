"""The shape of a result, and how repeated measurements become one."""

from __future__ import annotations

import statistics
from typing import Any

NOISY = 1.5


def result(
    *,
    path: str,
    metric: str,
    params: dict[str, Any],
    values: list[float],
    better: str,
    goal: float | None,
    product: dict[str, Any],
    limit: dict[str, Any] | None,
    checks: dict[str, bool],
) -> dict[str, Any]:
    """One measured thing. `values` are the repetitions; the value reported is their median.

    `better` is "lower" or "higher"; `limit` names what stood beside the product in the same run, or None when it
    was missing, which is written as missing and never passed over.
    """
    value = statistics.median(values)
    low, high = min(values), max(values)
    return {
        "path": path,
        "metric": metric,
        "params": params,
        "value": round(value, 6),
        "reps": len(values),
        "spread": round(high / low, 2) if low > 0 else None,
        "noisy": bool(low <= 0 or high / low > NOISY),
        "better": better,
        "goal": goal,
        "product": product,
        "limit": limit if limit is not None else {"name": "missing"},
        "checks": checks,
    }
