"""What is wrong with a bundle before anything of it is written. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection

from .bundle import COLUMNS, Bundle, by_key, in_reading_order

# table, column, what it names
NAMES = (
    ("nodes", "owner", "section"),
    ("nodes", "district", "district"),
    ("nodes", "document", "document"),
    ("initiatives", "owner", "section"),
    ("initiative_links", "before", "initiative"),
    ("initiative_links", "after", "initiative"),
    ("initiative_indicators", "initiative", "initiative"),
    ("initiative_indicators", "indicator", "indicator"),
    ("budgets", "node", "node"),
    ("budgets", "initiative", "initiative"),
    ("joins", "node", "node"),
    ("joins", "initiative", "initiative"),
    ("targets", "indicator", "indicator"),
    ("observations", "indicator", "indicator"),
    ("evaluations", "initiative", "initiative"),
    ("evaluations", "section", "section"),
    ("council_grades", "evaluation", "evaluation"),
)


def faults_of(bundle: Bundle, *, sections: Collection[str], districts: Collection[str]) -> list[str]:
    """All faults: names that lead nowhere, rows that stand twice, a tree that is none; empty for a sound bundle."""
    tables = bundle.tables
    known: dict[str, Collection[str]] = {
        "section": sections,
        "district": districts,
        "initiative": {row["row"] for row in tables["initiatives"]},
        "indicator": {row["key"] for row in tables["indicators"]},
        "node": {row["public_id"] for row in tables["nodes"]},
        "document": {row["public_id"] for row in tables["documents"]},
        "evaluation": {row["public_id"] for row in tables["evaluations"]},
    }
    faults = []
    for table, name, kind in NAMES:
        nullable = next(column.nullable for column in COLUMNS[table] if column.name == name)
        faults += [
            f"{table}: {name} {row[name]!r}"
            for row in tables[table]
            if row[name] not in known[kind] and not (nullable and row[name] == "")
        ]
    faults += [
        f"budgets: {row['node'] or row['initiative'] or '–'}"
        for row in tables["budgets"]
        if bool(row["node"]) == bool(row["initiative"])
    ]
    faults += _fault(in_reading_order, tables["nodes"])
    for name in tables:
        if name != "observations":
            faults += _fault(by_key, name, tables[name])
    for name, ids in (
        ("nodes", known["node"]),
        ("initiatives", {r["public_id"] for r in tables["initiatives"]}),
    ):
        if len(ids) < len(tables[name]):
            faults.append(f"{name}: an id stands twice")
    if len(known["evaluation"]) < len(tables["evaluations"]):
        faults.append("evaluations: an id stands twice")
    return faults


def _fault(check: Callable[..., object], *given: object) -> list[str]:
    try:
        check(*given)
    except ValueError as fault:
        return [str(fault)]
    return []
