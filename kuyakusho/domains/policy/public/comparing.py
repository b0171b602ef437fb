"""What changed between two publications, and two plans side by side."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core.errors import Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.said import said

from ..comparison import Change, Comparison, compare
from ..models import Edition
from .outline import KIND_NAMES, STAGE_NAMES, crumbs_of, title_of
from .shelf import Shown, shown


def changes(one: Shown, other: Shown) -> dict[str, Any]:
    """The context of the page of changes from `one` to `other`."""
    found = compare(one.content, other.content)
    names = kind_names()
    return {
        "before": one,
        "after": other,
        "before_name": name_of(one),
        "after_name": name_of(other),
        "counts": [(names[kind], found.counts[kind]) for kind in names if found.counts.get(kind)],
        "rows": [row(change, one, other) for change in found.changed],
        "initiatives": [
            {"title": said(i.after or i.before, "title").text, "kind": _initiative_kind(i)}
            for i in found.initiatives
        ],
        "crumbs": [*crumbs_of(other), (_("版の違い"), "")],
    }


def kind_names() -> dict[str, str]:
    """Kinds of change in words."""
    return {
        "added": _("加わった"),
        "removed": _("なくなった"),
        "renamed": _("名前が変わった"),
        "reworded": _("文が変わった"),
        "recoded": _("番号が変わった"),
        "moved": _("場所が変わった"),
        "reowned": _("担当が変わった"),
        "reassigned": _("取組が変わった"),
        "recosted": _("金額が変わった"),
    }


def _initiative_kind(change: Any) -> str:
    if change.before is None:
        return _("加わった")
    return _("なくなった") if change.after is None else _("変わった")


def row(change: Change, one: Shown, other: Shown) -> dict[str, Any]:
    """A changed part for the page."""
    names = kind_names()
    side = other if change.after else one
    return {
        "title": title_of(side, change.node).text,
        "code": change.node.get("code", ""),
        "kind": KIND_NAMES[change.node["kind"]],
        "kinds": [names[kind] for kind in change.kinds if kind in names],
        "title_lines": change.title if "renamed" in change.kinds else [],
        "text_lines": change.text
        if "reworded" in change.kinds or not (change.before and change.after)
        else [],
        "where": (
            " › ".join(title_of(one, n).text for n in one.above(one.nodes[change.before["id"]])),
            " › ".join(title_of(other, n).text for n in other.above(other.nodes[change.after["id"]])),
        )
        if "moved" in change.kinds and change.before and change.after
        else None,
    }


def name_of(one: Shown) -> str:
    """City, ward, plan, edition."""
    ward = one.content["ward"]
    return _("%(city)s%(ward)s %(title)s 第%(number)d版（%(stage)s）") % {
        "city": ward["city"],
        "ward": ward["name"],
        "title": said(one.plan, "title").text,
        "number": one.number,
        "stage": STAGE_NAMES[one.stage],
    }


def choices() -> list[tuple[str, str]]:
    """The newest edition of every plan of every ward: id and name."""
    last = Edition.objects.filter(plan__ward__training_of=None).values("plan").annotate(number=Max("number"))
    numbers = {row["plan"]: row["number"] for row in last}
    found = Edition.objects.filter(plan__in=numbers).select_related("plan__ward").defer("content")
    newest = sorted(
        (e for e in found if e.number == numbers[e.plan_id]),
        key=lambda e: (e.plan.kind != "policy", e.plan.ward.slug, -e.plan.fiscal_year, e.plan.key),
    )
    return [(e.public_id, f"{e.plan.ward.city}{e.plan.ward.name} {e.plan.title}") for e in newest]


def side_by_side(request: Request) -> dict[str, Any]:
    """The context of the page that puts two plans beside each other; without a choice it only asks."""
    options = choices()
    known = dict(options)
    left, right = request.GET.get("left", ""), request.GET.get("right", "")
    context: dict[str, Any] = {"options": options, "left": left, "right": right, "pairs": None}
    if not left and not right:
        return context
    if left not in known or right not in known:
        raise Missing("policy.edition-missing")
    one, other = _of(left), _of(right)
    found = compare(one.content, other.content)
    context |= {
        "left_name": known[left],
        "right_name": known[right],
        "pairs": pairs(found, one, other),
        "matched": sum(1 for change in found.changes if change.before and change.after),
        "crumbs": [(_("運営方針"), reverse("policy:tree")), (_("見くらべる"), "")],
    }
    return context


def _of(public_id: str) -> Shown:
    return shown(Edition.objects.defer("content").get(public_id=public_id))


def pairs(found: Comparison, one: Shown, other: Shown) -> list[dict[str, Any]]:
    """Every part of both sides, those that correspond in one row, in the order of the right side."""
    return [
        {"left": _cell(change.before, one), "right": _cell(change.after, other)}
        for change in found.changes
        if change.node["kind"] != "section"
    ]


def _cell(node: Any, side: Shown) -> dict[str, Any] | None:
    if node is None:
        return None
    return {
        "kind": KIND_NAMES[node["kind"]],
        "code": node.get("code", ""),
        "title": title_of(side, node),
        "href": f"/{side.content['ward']['slug']}/policy/parts/{node['id']}/",
    }
