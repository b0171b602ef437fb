"""What an edition freezes: the whole plan as one JSON value.

    format        "kuyakusho.policy/1"
    ward, plan, stage
    nodes         in reading order, each with its parent's id and the rows of its initiatives
    initiatives   by row: wording, owner, capabilities, amounts, indicators with weights, approved evaluations
    indicators    by key: definition, targets, and the results as they were known at the moment of publication
    sections, districts, documents   those that something above names

Nothing in it depends on when it is asked except what was known then; numbers with a fraction are strings.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from kuyakusho.core.wards.models import District, Section
from kuyakusho.engines.indicators import public as indicators

from ..models import Budget, Evaluation, Initiative, InitiativeIndicator, Join, Plan, SourceDocument
from ..reading.wareki import year_of
from ..rules.outline import Outline, Part
from ..rules.transitions import JOINED
from .outlines import outline_of

FORMAT = "kuyakusho.policy/1"
WORDS = ("title", "title_en", "title_easy", "summary", "summary_en", "summary_easy")


def content_of(plan: Plan, stage: str, *, at: datetime | None = None) -> dict[str, Any]:
    """The content of the plan's working tree, with figures as known at `at` (now when None).

    A constant number of statements, whatever the size of the tree.
    """
    outline = outline_of(plan)
    rows_of = joined_rows(plan)
    used = {row for rows in rows_of.values() for row in rows}
    initiatives, keys = _initiatives(plan, used)
    figures = _indicators(plan, keys, at)
    sections = {p.owner for p in outline.parts.values()} | {i["owner"] for i in initiatives.values()}
    sections |= {e["section"] for i in initiatives.values() for e in i["evaluations"]}
    return {
        "format": FORMAT,
        "ward": {
            name: getattr(plan.ward, name)
            for name in ("slug", "official_code", "name", "name_en", "city", "city_en")
        },
        "plan": {
            "id": plan.public_id,
            "key": plan.key,
            "kind": plan.kind,
            "style": plan.style,
            "serves": list(plan.serves),
            "is_demo": plan.is_demo,
            "fiscal_year": year_of(plan.fiscal_year).to_json(),
            **{name: getattr(plan, name) for name in WORDS},
        },
        "stage": stage,
        "nodes": [_node(outline, id, rows_of.get(id, [])) for id, _depth in outline.walk()],
        "initiatives": initiatives,
        "indicators": figures,
        "sections": _places(Section, plan, sections),
        "districts": _places(District, plan, {p.district for p in outline.parts.values()}),
        "documents": _documents(plan, outline),
    }


def joined_rows(plan: Plan) -> dict[str, list[str]]:
    """Node's public id → rows of the initiatives behind it, those that nobody doubts, in their order."""
    rows: dict[str, list[str]] = defaultdict(list)
    for node, row in (
        Join.objects.filter(node__plan=plan, state__in=JOINED)
        .order_by("initiative__order", "initiative")
        .values_list("node__public_id", "initiative__row")
    ):
        rows[node].append(row)
    return rows


def _node(outline: Outline, id: str, rows: list[str]) -> dict[str, Any]:
    part: Part = outline.parts[id]
    data = part.to_json()
    for name in ("repairs", "doubts", "pack_key"):  # of the import and of the pack, not of the plan
        data.pop(name, None)
    data["parent"] = outline.parents[id]
    if rows:
        data["initiatives"] = rows
    return data


def _initiatives(plan: Plan, used: set[str]) -> tuple[dict[str, dict[str, Any]], set[str]]:
    found = list(
        Initiative.objects.filter(ward=plan.ward_id, plan_key=plan.key, row__in=used).select_related("owner")
    )
    pks = [i.pk for i in found]
    amounts: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for budget in Budget.objects.filter(initiative__in=pks).order_by("fiscal_year", "kind"):
        amounts[budget.initiative_id].append(
            {
                "fiscal_year": budget.fiscal_year,
                "kind": budget.kind,
                "amount_yen": budget.amount_yen,
                "is_demo": budget.is_demo,
            }
        )
    links: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for link in (
        InitiativeIndicator.objects.filter(initiative__in=pks).select_related("indicator").order_by("pk")
    ):
        links[link.initiative_id].append({"key": link.indicator.key, "weight": number(link.weight)})
    judged: dict[int, list[dict[str, Any]]] = defaultdict(list)
    approved = Evaluation.objects.filter(plan=plan, initiative__in=pks, state="approved")
    for evaluation in (
        approved.select_related("section").prefetch_related("council_grades").order_by("phase", "pk")
    ):
        judged[evaluation.initiative_id].append(_evaluation(evaluation))
    initiatives = {
        i.row: {
            "id": i.public_id,
            "row": i.row,
            **{name: getattr(i, name) for name in WORDS},
            "owner": i.owner.key,
            "capabilities": list(i.capabilities),
            "is_confidential": i.is_confidential,
            "sdgs": list(i.sdgs),
            "first_year": i.first_year,
            "last_year": i.last_year,
            "order": i.order,
            "budgets": amounts[i.pk],
            "indicators": links[i.pk],
            "evaluations": judged[i.pk],
        }
        for i in found
    }
    return initiatives, {link["key"] for one in links.values() for link in one}


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "phase": evaluation.phase,
        "section": evaluation.section.key,
        "grade": evaluation.grade,
        "grades": dict(evaluation.grades),
        "text": evaluation.text,
        "improvement": evaluation.improvement,
        "approved_at": evaluation.approved_at.isoformat() if evaluation.approved_at else None,
        "council": [
            {
                "grade": grade.grade,
                "members": grade.members,
                "meeting_on": grade.meeting_on.isoformat(),
                "source": grade.source,
            }
            for grade in sorted(evaluation.council_grades.all(), key=lambda g: (g.meeting_on, g.grade, g.pk))
        ],
    }


def _indicators(plan: Plan, keys: set[str], at: datetime | None) -> dict[str, dict[str, Any]]:
    if not keys:
        return {}
    return {
        loaded.indicator.key: _indicator(loaded) for loaded in indicators.load(plan.ward, keys=keys, at=at)
    }


def _indicator(loaded: indicators.Loaded) -> dict[str, Any]:
    indicator = loaded.indicator
    return {
        "id": indicator.public_id,
        "key": indicator.key,
        **{
            name: getattr(indicator, name)
            for name in (
                "title", "title_en", "unit", "unit_en", "decimals", "direction", "accumulation", "minimum_base",
                "freshness_days", "source", "method", "how", "rule", "is_demo",
            )
        },
        "about": list(indicator.about),
        "baseline": number(indicator.baseline),
        "baseline_on": indicator.baseline_on.isoformat() if indicator.baseline_on else None,
        "targets": {
            str(year): {"value": number(goal.value), "low": number(goal.low), "high": number(goal.high)}
            for year, goal in sorted(loaded.goals.items())
        },
        "results": {str(year): _result(loaded, year) for year in loaded.years},
    }  # fmt: skip


def _result(loaded: indicators.Loaded, year: int) -> dict[str, Any]:
    judged = loaded.judged(year)
    graded = judged.graded
    latest = loaded.rows[graded.parts[-1].number] if graded else None
    return {
        "result": judged.result,
        "reason": judged.reason,
        "yearly": number(judged.yearly.value if judged.yearly else None),
        "cumulative": number(judged.cumulative.value if judged.cumulative else None),
        "low": number(graded.low if graded else None),
        "high": number(graded.high if graded else None),
        "base": graded.base if graded else None,
        "is_provisional": judged.is_provisional,
        "is_stale": judged.is_stale,
        "source": latest.source if latest else "",
        "source_on": latest.source_on.isoformat() if latest and latest.source_on else None,
        "as_of": latest.as_of.isoformat() if latest else None,
        "is_demo": latest.is_demo if latest else False,
    }


def _places(model: type[Section] | type[District], plan: Plan, keys: set[str]) -> dict[str, dict[str, Any]]:
    return {
        row["key"]: dict(row)
        for row in model.objects.filter(ward=plan.ward_id, key__in=keys - {""}).values(
            "key", "name", "name_kana", "name_en"
        )
    }


def _documents(plan: Plan, outline: Outline) -> dict[str, dict[str, Any]]:
    ids = {part.document for part in outline.parts.values() if part.document}
    return {
        document.public_id: {
            name: getattr(document, name) for name in ("filename", "media_type", "digest", "address")
        }
        for document in SourceDocument.objects.filter(ward=plan.ward_id, public_id__in=ids).defer("text")
    }


def number(value: Decimal | None) -> str | None:
    """A decimal number as text without needless zeros: 97.5, 38, 0."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
