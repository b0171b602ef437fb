"""Writing an outline's changes into the table of nodes. Only the services of this room call it, in a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from kuyakusho.core.wards.models import District, Section

from ..models import Budget, Node, Plan, SourceDocument
from ..queries.outlines import PLAIN
from ..rules.outline import Outline, Part, Patch

WRITTEN = (
    *PLAIN, "spans", "attached_spans", "details", "sdgs", "former_ids", "owner_id", "district_id",
    "document_id", "previous_id", "parent_id", "order",
)  # fmt: skip
AT_ONCE = 500


class Lookup:
    """Keys of the ward and public ids → row numbers, read once."""

    def __init__(self, plan: Plan, parts: Iterable[Part]) -> None:
        parts = list(parts)
        self.plan = plan
        ward = plan.ward_id
        self.sections = dict(Section.objects.filter(ward=ward).values_list("key", "pk"))
        self.districts = dict(District.objects.filter(ward=ward).values_list("key", "pk"))
        self.documents = _by_public_id(
            SourceDocument.objects.filter(ward=ward), {p.document for p in parts if p.document}
        )
        self.previous = _by_public_id(
            Node.objects.filter(plan__ward=ward), {p.previous for p in parts if p.previous}
        )

    def values(self, part: Part) -> dict[str, Any]:
        """The columns of a part, all but its place in the tree."""
        return {
            **{name: getattr(part, name) for name in PLAIN},
            "spans": [list(span) for span in part.spans],
            "attached_spans": [list(span) for span in part.attached_spans],
            "details": dict(part.details),
            "sdgs": list(part.sdgs),
            "former_ids": list(part.former_ids),
            "owner_id": self.sections.get(part.owner),
            "district_id": self.districts.get(part.district),
            "document_id": self.documents.get(part.document),
            "previous_id": self.previous.get(part.previous),
        }


def _by_public_id(rows: Any, ids: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted = sorted(ids)
    for at in range(0, len(wanted), AT_ONCE):
        found.update(rows.filter(public_id__in=wanted[at : at + AT_ONCE]).values_list("public_id", "pk"))
    return found


def write_patch(plan: Plan, after: Outline, patch: Patch) -> None:
    """Makes the rows of the plan those of `after`, touching only what `patch` names."""
    touched = {id for id, part in patch.parts.items() if part is not None}
    for ids in patch.children.values():
        touched.update(i for i in ids or () if i in after.parts)
    gone = [id for id, part in patch.parts.items() if part is None]
    lookup = Lookup(plan, (after.parts[i] for i in touched))
    parents = {after.parents[i] for i in touched}
    places = {i: at for p in parents for at, i in enumerate(after.children[p])}
    rows = {
        node.public_id: node
        for node in _in_lots(plan, touched | {p for p in parents if p is not None} | set(gone))
    }
    changed: list[Node] = []
    for _depth, level in groupby(sorted(touched, key=after.depth), key=after.depth):
        fresh: list[Node] = []
        for id in level:
            parent = after.parents[id]
            values = lookup.values(after.parts[id]) | {
                "parent_id": rows[parent].pk if parent else None,
                "order": places[id],
            }
            node = rows.get(id)
            if node is None:
                fresh.append(Node(plan=plan, public_id=id, **values))
            elif any(getattr(node, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(node, name, value)
                changed.append(node)
        # Level by level: parents must have a number before their children name it.
        rows.update((node.public_id, node) for node in Node.objects.bulk_create(fresh, batch_size=AT_ONCE))
    Node.objects.bulk_update(changed, _model_fields(), batch_size=AT_ONCE)
    _write_budgets(rows, [after.parts[i] for i in touched if i in patch.parts])
    Node.objects.filter(pk__in=[rows[i].pk for i in gone if i in rows]).delete()


def _model_fields() -> list[str]:
    return [name.removesuffix("_id") for name in WRITTEN]


def _in_lots(plan: Plan, ids: set[str]) -> Iterable[Node]:
    wanted = sorted(ids)
    for at in range(0, len(wanted), AT_ONCE):
        yield from Node.objects.filter(plan=plan, public_id__in=wanted[at : at + AT_ONCE])


def _write_budgets(rows: dict[str, Node], parts: list[Part]) -> None:
    numbers = {rows[part.id].pk: part for part in parts}
    standing: dict[int, set[tuple[int, str, int, bool]]] = {pk: set() for pk in numbers}
    pks = list(numbers)
    for at in range(0, len(pks), AT_ONCE):
        for node, year, kind, yen, demo in Budget.objects.filter(node__in=pks[at : at + AT_ONCE]).values_list(
            "node", "fiscal_year", "kind", "amount_yen", "is_demo"
        ):
            standing[node].add((year, kind, yen, demo))
    differing = [
        pk
        for pk, part in numbers.items()
        if {(a.fiscal_year, a.kind, a.amount_yen, a.is_demo) for a in part.budgets} != standing[pk]
    ]
    for at in range(0, len(differing), AT_ONCE):
        Budget.objects.filter(node__in=differing[at : at + AT_ONCE]).delete()
    Budget.objects.bulk_create(
        (
            Budget(
                node_id=pk,
                fiscal_year=amount.fiscal_year,
                kind=amount.kind,
                amount_yen=amount.amount_yen,
                is_demo=amount.is_demo,
            )
            for pk in differing
            for amount in numbers[pk].budgets
        ),
        batch_size=AT_ONCE,
    )
