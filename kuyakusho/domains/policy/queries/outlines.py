"""A plan's working tree as an outline, in two statements whatever its size."""

from __future__ import annotations

from collections import defaultdict

from ..models import Budget, Node, Plan
from ..rules.outline import Amount, Outline, Part

PLAIN = (
    "kind", "code", "title", "title_en", "title_easy", "text", "text_en", "text_easy", "attached",
    "owner_printed", "pack_key",
)  # fmt: skip


def outline_of(plan: Plan) -> Outline:
    """The tree with public ids; owners and districts by key."""
    amounts: dict[int, list[Amount]] = defaultdict(list)
    for node, year, kind, yen, demo in Budget.objects.filter(node__plan=plan).values_list(
        "node", "fiscal_year", "kind", "amount_yen", "is_demo"
    ):
        amounts[node].append(Amount(year, kind, yen, demo))
    rows: list[tuple[Part, str | None]] = []
    nodes = (
        Node.objects.filter(plan=plan)
        .order_by("order", "pk")
        .values(
            "pk",
            "public_id",
            "parent__public_id",
            "spans",
            "attached_spans",
            "details",
            "sdgs",
            "former_ids",
            "owner__key",
            "district__key",
            "document__public_id",
            "previous__public_id",
            *PLAIN,
        )
    )
    for row in nodes:
        part = Part(
            id=row["public_id"],
            spans=tuple((s, e) for s, e in row["spans"]),
            attached_spans=tuple((s, e) for s, e in row["attached_spans"]),
            details=row["details"],
            sdgs=tuple(row["sdgs"]),
            former_ids=tuple(row["former_ids"]),
            owner=row["owner__key"] or "",
            district=row["district__key"] or "",
            document=row["document__public_id"] or "",
            previous=row["previous__public_id"] or "",
            budgets=tuple(amounts.get(row["pk"], ())),
            **{name: row[name] for name in PLAIN},
        )
        rows.append((part, row["parent__public_id"]))
    return Outline.build(rows)
