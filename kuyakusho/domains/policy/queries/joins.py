"""The joins of a plan's working tree."""

from __future__ import annotations

from ..models import Join, Plan
from ..rules.joining import Joined


def joins_of_plan(plan: Plan) -> list[Joined]:
    """All of them, rejected ones included, in the order of the initiatives; one statement."""
    return [
        Joined(node, row, how, state, score)
        for node, row, how, state, score in Join.objects.filter(node__plan=plan)
        .order_by("initiative__order", "initiative", "node__order")
        .values_list("node__public_id", "initiative__row", "how", "state", "score")
    ]
