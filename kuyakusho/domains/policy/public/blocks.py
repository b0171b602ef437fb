"""The pieces that several policy pages are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuyakusho.core.http.request import Request
from kuyakusho.core.ui import formats
from kuyakusho.core.ui.said import said
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.engines.catalogue import public as catalogue

from ..evaluation.city_forms import form_of
from ..evaluation.forms import grade_title
from ..models import Edition, Initiative
from ..rules.outline import Part, passages_as_text
from .figures import figures
from .outline import KIND_NAMES, STAGE_NAMES, title_of
from .shelf import Shown, newest_of_each_plan, shown

PHASE_NAMES = {"midyear": gettext_lazy("中間振り返り"), "year_end": gettext_lazy("年度末の自己評価")}


def official(node: Mapping[str, Any]) -> list[str]:
    """The official text in paragraphs: title where it isn't the heading already, text, what else is printed."""
    part = Part.from_json(node)
    texts = [
        part.text if part.kind != "item" else part.wording,
        passages_as_text(part.details),
        part.attached,
    ]
    return [line.strip() for text in texts if text for line in text.splitlines() if line.strip()]


def initiatives(request: Request, one: Shown, rows: Sequence[str]) -> list[dict[str, Any]]:
    """The initiatives behind a node with their figures of now, evaluations, amounts and what one can do here."""
    found = [one.initiatives[row] for row in rows]
    known = figures(request.ward, [link["key"] for i in found for link in i["indicators"]], one.year)
    offers = catalogue.offers(request.ward, request.variant, serving=rows)
    return [
        {
            "row": i["row"],
            "title": said(i, "title"),
            "summary": said(i, "summary"),
            "href": reverse("policy:row", args=[i["row"]]),
            "owner": said(one.sections.get(i["owner"], {}), "name").text,
            "owner_href": reverse("policy:section", args=[i["owner"]]),
            "is_confidential": i["is_confidential"],
            "sdgs": i["sdgs"],
            "budgets": i["budgets"],
            "figures": [known[link["key"]] for link in i["indicators"] if link["key"] in known],
            "evaluations": [evaluation(one, e) for e in i["evaluations"]],
            "offers": [o for o in offers if i["row"] in o.serves],
        }
        for i in found
    ]


def evaluation(one: Shown, data: Mapping[str, Any]) -> dict[str, Any]:
    """An approved evaluation with the council's grades beside it, in the words of the city's form of that year."""
    form = form_of(one.plan["style"], one.year)
    return {
        **data,
        "grade": grade_title(form.main(data["phase"]).find(data["grade"]), data["grade"]),
        "council": [
            {**grade, "grade": grade_title(form.council.find(grade["grade"]), grade["grade"])}
            for grade in data["council"]
        ],
        "phase_name": PHASE_NAMES[data["phase"]],
        "section_name": said(one.sections.get(data["section"], {}), "name").text,
    }


def section_block(ward: Ward, key: str) -> dict[str, Any] | None:
    """How to reach a section."""
    found = Section.objects.filter(ward=ward, key=key).order_by("-valid_from").first()
    if found is None:
        return None
    return {
        "name": said(found, "name"),
        "href": reverse("policy:section", args=[key]),
        "floor": found.floor,
        "counter": found.counter,
        "phone": found.phone,
        "is_demo": found.is_demo,
    }


def history(request: Request, initiative: Initiative) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Where the initiative stood in every published plan, newest first, and its newest block."""
    entries: list[dict[str, Any]] = []
    block = None
    for edition in newest_of_each_plan(request.ward):
        one = shown(edition)
        if initiative.row not in one.initiatives:
            continue
        if block is None:
            block = initiatives(request, one, [initiative.row])[0]
        for id in one.places[initiative.row]:
            node = one.nodes[id]
            way = [*one.above(node), node]
            entries.append(
                {
                    "at": one.published_at,
                    "title": " › ".join(title_of(one, n).text for n in way),
                    "text": f"{said(one.plan, 'title').text}（{STAGE_NAMES[one.stage]}）",
                    "href": reverse("policy:node", args=[id]),
                }
            )
    for link in initiative.later.select_related("after"):
        entries.insert(0, _link(link.kind, link.fiscal_year, link.after))
    for link in initiative.earlier.select_related("before"):
        entries.append(_link(link.kind, link.fiscal_year, link.before))
    return entries, block


def _link(kind: str, year: int, other: Initiative) -> dict[str, Any]:
    words = {"continues": _("引き継ぎ"), "split": _("分割"), "merge": _("統合")}[kind]
    return {
        "title": said(other, "title").text,
        "text": f"{formats.fiscal_year(year)} {words}",
        "href": reverse("policy:row", args=[other.row]),
    }


def whole(one: Shown) -> list[dict[str, Any]]:
    """Every part in reading order for the page of an edition, with heading levels 2 to 5; bullets as list lines."""
    parts = []
    for node in one.below(None):
        depth = len(one.above(node))
        part = Part.from_json(node)
        parts.append(
            {
                "id": node["id"],
                "kind": node["kind"],
                "kind_name": KIND_NAMES[node["kind"]],
                "code": node.get("code", ""),
                "title": part.title,
                "label": title_of(one, node).text,
                "lines": official(node),
                "level": min(2 + depth, 5),
                "is_item": node["kind"] == "item",
                "owner": said(one.sections.get(node.get("owner", ""), {}), "name").text,
                "budgets": node.get("budgets", []),
            }
        )
    return parts


def edition_entries(editions: Sequence[Edition], here: Shown) -> list[dict[str, Any]]:
    """The publications of a plan, newest first, each with its address and the way to what changed."""
    ordered = sorted(editions, key=lambda e: -e.number)
    return [
        {
            "at": e.published_at,
            "title": _("第%(number)d版（%(stage)s）") % {"number": e.number, "stage": STAGE_NAMES[e.stage]},
            "text": e.note,
            "href": reverse("policy:edition", args=[e.public_id]),
            "now": e.public_id == here.id,
            "changes_href": reverse("policy:changes", args=[before.public_id, e.public_id]) if before else "",
        }
        for e, before in zip(ordered, [*ordered[1:], None], strict=True)
    ]


def edition_facts(one: Shown) -> list[tuple[str, Any]]:
    """What proves the publication."""
    return [
        (_("段階"), STAGE_NAMES[one.stage]),
        (_("公表"), formats.moment(one.published_at)),
        (_("版"), _("第%(number)d版") % {"number": one.number}),
        (_("内容の照合値 (SHA-256)"), one.digest),
    ]
