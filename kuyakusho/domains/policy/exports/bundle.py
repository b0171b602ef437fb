"""A plan with everything that belongs to it, as tables of plain values.

A bundle says nothing about when or by whom it was made, so that two exports of the same plan are the same bytes.
Rows name each other by natural keys: sections and districts by key, initiatives by row, indicators by key, nodes,
documents and evaluations by public id. Editions are not in it: they are frozen, have addresses and files of their
own, and nobody shall bring one in from a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from kuyakusho.core.files.rows import Column, Row, columns_of, rows_of
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators

from ..models import (
    Budget,
    CouncilGrade,
    Evaluation,
    Initiative,
    InitiativeIndicator,
    InitiativeLink,
    Join,
    Node,
    Plan,
    SourceDocument,
)

FORMAT = "kuyakusho.plan/1"

COLUMNS: dict[str, tuple[Column, ...]] = {
    # How to take the last correction back belongs to the desk, not to the plan.
    "plan": columns_of(Plan, {}, without=["ward", "undo"]),
    "documents": columns_of(SourceDocument, {}, without=["ward"]),
    "nodes": columns_of(
        Node,
        {
            "parent": "parent__public_id",
            "document": "document__public_id",
            "owner": "owner__key",
            "district": "district__key",
            "previous": "previous__public_id",
        },
        without=["plan"],
    ),
    "initiatives": columns_of(Initiative, {"owner": "owner__key"}, without=["ward", "plan_key"]),
    "initiative_links": columns_of(InitiativeLink, {"before": "before__row", "after": "after__row"}),
    "initiative_indicators": columns_of(
        InitiativeIndicator, {"initiative": "initiative__row", "indicator": "indicator__key"}
    ),
    "budgets": columns_of(Budget, {"node": "node__public_id", "initiative": "initiative__row"}),
    "joins": columns_of(Join, {"node": "node__public_id", "initiative": "initiative__row"}),
    **indicators.COLUMNS,
    "evaluations": columns_of(
        Evaluation, {"initiative": "initiative__row", "section": "section__key"}, without=["plan"]
    ),
    "council_grades": columns_of(CouncilGrade, {"evaluation": "evaluation__public_id"}),
}

# By which columns a row of a table is known again.
KEYS: dict[str, tuple[str, ...]] = {
    "plan": ("key", "fiscal_year"),
    "documents": ("public_id",),
    "nodes": ("public_id",),
    "initiatives": ("row",),
    "initiative_links": ("before", "after", "fiscal_year"),
    "initiative_indicators": ("initiative", "indicator"),
    "budgets": ("node", "initiative", "fiscal_year", "kind"),
    "joins": ("node", "initiative"),
    "indicators": ("key",),
    "targets": ("indicator", "fiscal_year"),
    "evaluations": ("initiative", "phase"),
    "council_grades": ("evaluation", "grade", "meeting_on"),
}


@dataclass
class Bundle:
    """The tables of one plan of one ward."""

    ward: str
    tables: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def plan(self) -> Row:
        return self.tables["plan"][0]

    @property
    def name(self) -> str:
        """A name for files: `nishi-policy-2022`."""
        return f"{self.ward}-{self.plan['key']}-{self.plan['fiscal_year']}"


def gather(plan: Plan) -> Bundle:
    """The bundle of a plan: a constant number of statements, whatever its size."""
    ward = plan.ward
    nodes = Node.objects.filter(plan=plan)
    initiatives = Initiative.objects.filter(ward=ward, plan_key=plan.key)
    pks = list(initiatives.values_list("pk", flat=True))
    links = InitiativeIndicator.objects.filter(initiative__in=pks)
    keys = list(links.values_list("indicator__key", flat=True).distinct().order_by("indicator__key"))
    querysets: dict[str, QuerySet[Any]] = {
        "plan": Plan.objects.filter(pk=plan.pk),
        "documents": SourceDocument.objects.filter(
            pk__in=nodes.exclude(document=None).values("document").distinct()
        ).order_by("uploaded_at", "public_id"),
        "nodes": nodes.order_by("pk"),
        "initiatives": initiatives.order_by("order", "pk"),
        "initiative_links": InitiativeLink.objects.filter(before__in=pks, after__in=pks).order_by(
            "fiscal_year", "before__row", "after__row"
        ),
        "initiative_indicators": links.order_by("initiative__order", "initiative__pk", "pk"),
        "budgets": _budgets(plan, pks),
        "joins": Join.objects.filter(node__plan=plan).order_by(
            "node__public_id", "initiative__order", "initiative__pk"
        ),
        "evaluations": Evaluation.objects.filter(plan=plan).order_by(
            "initiative__order", "initiative__pk", "phase"
        ),
        "council_grades": CouncilGrade.objects.filter(evaluation__plan=plan).order_by(
            "meeting_on", "evaluation__initiative__row", "pk"
        ),
    }
    tables = {name: rows_of(queryset, COLUMNS[name]) for name, queryset in querysets.items()}
    tables["nodes"] = in_reading_order(tables["nodes"])
    tables |= indicators.exported(ward, keys)
    return Bundle(ward.slug, {name: tables[name] for name in COLUMNS})


def _budgets(plan: Plan, initiatives: list[int]) -> QuerySet[Budget]:
    found = Budget.objects.filter(node__plan=plan) | Budget.objects.filter(initiative__in=initiatives)
    return found.order_by("node__public_id", "initiative__row", "fiscal_year", "kind", "pk")


def in_reading_order(nodes: Iterable[Row]) -> list[Row]:
    """Parents before their children, siblings by their order: as one reads the plan.

    Raises ValueError for a node whose parent isn't there, and for parents that lead round in a circle.
    """
    nodes = list(nodes)
    children: dict[str, list[Row]] = {}
    for node in nodes:
        children.setdefault(node["parent"], []).append(node)
    for siblings in children.values():
        siblings.sort(key=lambda node: node["order"])
    ordered: list[Row] = []
    waiting = list(reversed(children.get("", [])))
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting.extend(reversed(children.get(node["public_id"], [])))
    if len(ordered) != len(nodes):
        lost = {node["public_id"] for node in nodes} - {node["public_id"] for node in ordered}
        raise ValueError(f"nodes without a way to the top: {', '.join(sorted(lost)[:5])}")
    return ordered


def by_key(table: str, rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    """Rows by what they are known by. Raises ValueError when two are the same."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in KEYS[table])
        if key in found:
            raise ValueError(f"{table}: {', '.join(map(str, key))} stands twice")
        found[key] = row
    return found


def ward_named(bundle: Bundle, ward: Ward) -> bool:
    """Whether the bundle is of that ward."""
    return bundle.ward == ward.slug


def as_json(bundle: Bundle) -> dict[str, Any]:
    """The bundle as one JSON value."""
    return {"format": FORMAT, "ward": bundle.ward, "tables": bundle.tables}


def from_json(data: Mapping[str, Any]) -> Bundle:
    """The bundle of a JSON value, its tables unchecked. Raises ValueError when it is none."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise ValueError(f"not a file of the format {FORMAT}")
    tables = data.get("tables")
    if not isinstance(tables, Mapping) or not isinstance(data.get("ward"), str):
        raise ValueError("ward or tables are missing")
    return Bundle(data["ward"], {str(name): rows for name, rows in tables.items()})
