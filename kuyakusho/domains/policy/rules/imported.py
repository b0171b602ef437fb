"""From the JSON of an import to an outline that can be corrected, and what is told about the document as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .outline import Amount, Outline, Part, Span
from .spans import Coverage, coverage, united

DETAILS = ("facets", "parts", "notes", "evaluations")


def outline_of(data: Mapping[str, Any], *, new_id: Callable[[], str], document: str) -> Outline:
    """The tree of an import (`ImportedPolicy.to_json`). `document` is the public id of the source document."""
    rows: list[tuple[Part, str | None]] = []

    def take(node: Mapping[str, Any], parent: str | None) -> None:
        part = _part(node, new_id(), document)
        rows.append((part, parent))
        for child in node["children"]:
            take(child, part.id)

    for node in data["nodes"]:
        take(node, None)
    return Outline.build(rows)


def _part(node: Mapping[str, Any], id: str, document: str) -> Part:
    details: dict[str, Any] = {name: node[name] for name in DETAILS if node.get(name)}
    for name in ("label", "target"):
        if node.get(name):
            details[name] = node[name]
    attached = node.get("attached", ())
    return Part(
        id=id,
        kind=node["kind"],
        code=node["code"] or "",
        title=node["title"],
        text=node["text"],
        attached="\n".join(" ".join(t for t in (one["label"], one["text"]) if t) for one in attached),
        spans=_spans(node["span"]),
        attached_spans=united(*(_spans(one["span"]) for one in attached)),
        document=document,
        owner_printed=node.get("owner", ""),
        sdgs=tuple(node.get("sdgs", ())),
        budgets=_amounts(node.get("budgets", ())),
        details=details,
    )


def _spans(ranges: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in ranges)


def _amounts(budgets: Iterable[Mapping[str, Any]]) -> tuple[Amount, ...]:
    """Amounts with a year, each year and kind once; the others stay in the text where they are printed."""
    found: dict[tuple[int, str], Amount] = {}
    for budget in budgets:
        year, yen = budget.get("fiscal_year"), budget.get("yen")
        if isinstance(year, Mapping):
            year = year.get("western")
        if year and yen is not None:
            found.setdefault((year, budget["kind"]), Amount(year, budget["kind"], yen))
    return tuple(found.values())


def told(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the import says about the whole document: title, city, year, stage, repairs, doubts, warnings."""
    names = ("title", "city", "ward", "style", "profile", "stage", "stage_key", "fiscal_year", "warnings")
    document = data.get("document", {"span": [], "attached": []})
    return {
        **{name: data.get(name) for name in names},
        "repairs": data.get("repairs", []),
        "doubts": data.get("doubts", []),
        "document_spans": document["span"],
        "document_attached": [span for one in document["attached"] for span in one["span"]],
    }


def coverage_of(source: str, outline: Outline, about: Mapping[str, Any]) -> Coverage:
    """How much of the source the corrected tree owns; the document's own title and group headings count as owned."""
    owned = [span for part in outline.parts.values() for span in part.spans]
    attached = [span for part in outline.parts.values() for span in part.attached_spans]
    owned += _spans(about.get("document_spans", ()))
    attached += _spans(about.get("document_attached", ()))
    return coverage(source, owned, attached)
