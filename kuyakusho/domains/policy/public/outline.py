"""What the pages show of nodes and initiatives: titles in the reader's language, tree rows, blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuyakusho.core.ui.said import Said, said
from kuyakusho.engines.indicators import public as indicators

from .shelf import Shown

KIND_NAMES = {
    "goal": gettext_lazy("基本目標"),
    "mission": gettext_lazy("使命"),
    "stance": gettext_lazy("基本的な考え方"),
    "statement": gettext_lazy("横断的な取組"),
    "pillar": gettext_lazy("柱"),
    "issue": gettext_lazy("課題"),
    "strategy": gettext_lazy("戦略"),
    "measure": gettext_lazy("取組"),
    "action": gettext_lazy("具体的取組"),
    "item": gettext_lazy("内容"),
    "organisation": gettext_lazy("組織運営"),
    "section": gettext_lazy("課の方針"),
    "indicator": gettext_lazy("指標"),
    "budget": gettext_lazy("予算"),
}
STAGE_NAMES = {
    "draft": gettext_lazy("素案"),
    "proposal": gettext_lazy("案"),
    "final": gettext_lazy("確定"),
    "midyear": gettext_lazy("中間振り返り"),
    "self_evaluation": gettext_lazy("自己評価"),
}
LONGEST_TITLE = 70


@dataclass
class Row:
    """A line of the tree."""

    title: str
    href: str
    code: str = ""
    note: str = ""
    current: bool = False
    open: bool = False
    children: list[Row] = field(default_factory=list)


def title_of(shown: Shown, node: Mapping[str, Any]) -> Said:
    """The node's title in the reader's language; a bullet without one lends its initiative's or its first words.

    A translation of the official text is ours, not the ward's: the official Japanese always stands on the page.
    """
    own = said(node, "title")
    if own.text and (own.lang != "ja" or node["kind"] != "item"):
        return own
    rows = node.get("initiatives", ())
    if len(rows) == 1 and (lent := said(shown.initiatives[rows[0]], "title")).text:
        return lent
    if own.text:
        return Said(_short(own.text), own.lang)
    return Said(_short(str(node.get("text", "")).strip().partition("\n")[0]), "ja")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else text[:LONGEST_TITLE] + "…"


def tree_rows(
    shown: Shown, parent: str | None, *, current: str = "", open_depth: int = 1, kinds: tuple[str, ...] = ()
) -> list[Row]:
    """The tree below `parent` as lines; `open_depth` levels stand open, and the way to `current`."""
    rows = []
    for node in shown.children[parent]:
        if kinds and node["kind"] not in kinds:
            continue
        children = tree_rows(shown, node["id"], current=current, open_depth=open_depth - 1)
        here = node["id"] == current
        rows.append(
            Row(
                title=title_of(shown, node).text,
                href=reverse("policy:node", args=[node["id"]]),
                code=node.get("code", ""),
                current=here,
                open=open_depth > 0 or any(child.current or child.open for child in children if current),
                children=children,
            )
        )
    return rows


def crumbs_of(shown: Shown, node: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """The way from the plan to the node."""
    way = [(str(said(shown.plan, "title").text), plan_address(shown))]
    if node is not None:
        way += [
            (title_of(shown, one).text, reverse("policy:node", args=[one["id"]]))
            for one in [*shown.above(dict(node)), node]
        ]
    return way


def plan_address(shown: Shown) -> str:
    """The page of the plan in its year."""
    if shown.plan["key"] == "policy":
        return reverse("policy:year", args=[shown.year])
    return reverse("policy:plan", args=[shown.plan["key"], shown.year])


def tally_words(tally: Counter[str]) -> list[tuple[str, str, int]]:
    """(tone, word, how many) for those that there are, best first."""
    words = (
        (indicators.MET, "good", _("達成")),
        (indicators.MISSED, "warn", _("未達成")),
        (indicators.UNDECIDABLE, "info", _("判定できない")),
        (indicators.NOT_MEASURED, "none", _("未測定")),
    )
    return [(tone, word, tally[result]) for result, tone, word in words if tally[result]]
