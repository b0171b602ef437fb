"""Source and tree side by side: what the review of an import and the working tree show.

Everything is a link or a form, so that it works without JavaScript: choosing a part is a page (`?node=…`), the source
leads to the part (`#t-…`) and the part to the source (`#s-…`). Long trees and long texts come page by page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Initiative
from ..public.outline import KIND_NAMES
from ..rules.joining import Alone, Joined, alone, by_node
from ..rules.outline import Outline, Part
from ..rules.places import folded
from .source import Source, source_around

ROWS_AT_ONCE = 150
SHOWS = ("all", "doubtful", "alone", "attached", "rows")
JOIN_STATES = {
    "certain": ("good", gettext_lazy("確か")),
    "doubtful": ("warn", gettext_lazy("確認が要る")),
    "confirmed": ("good", gettext_lazy("確認済み")),
    "rejected": ("none", gettext_lazy("結び付けない")),
}
HOWS = {
    "pack": gettext_lazy("区の定義"),
    "code": gettext_lazy("印刷された記号"),
    "position": gettext_lazy("柱・施策・箇条の位置"),
    "section": gettext_lazy("課の名前"),
    "likeness": gettext_lazy("言葉の近さ"),
    "hand": gettext_lazy("手で"),
}


@dataclass(frozen=True)
class JoinShown:
    """A join as a row shows it."""

    row: str
    title: str
    state: str
    tone: str
    word: str
    how: str
    why: str
    percent: int


@dataclass(frozen=True)
class Row:
    """A line of the tree."""

    id: str
    depth: int
    kind: str
    code: str
    label: str
    href: str
    source_href: str
    joins: tuple[JoinShown, ...]
    is_chosen: bool
    has_attached: bool
    owner: str = ""


@dataclass(frozen=True)
class Lonely:
    """An initiative without a node."""

    initiative: Initiative
    href: str


@dataclass
class Workbench:
    """What the template draws. `query` are the parameters of the page besides node and page."""

    outline: Outline
    joins: Sequence[Joined]
    initiatives: Sequence[Initiative]
    text: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    chosen_id: str = ""
    page_number: int = 0
    owners: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def titles(self) -> dict[str, str]:
        return {i.row: i.title for i in self.initiatives}

    @cached_property
    def joins_by_node(self) -> dict[str, list[Joined]]:
        return by_node(self.joins)

    @cached_property
    def alone(self) -> Alone:
        return alone(self.outline, self.joins, [i.row for i in self.initiatives])

    @property
    def show(self) -> str:
        asked = self.query.get("show", "all")
        return asked if asked in SHOWS else "all"

    @cached_property
    def ids(self) -> list[str]:
        """The parts that the filter leaves, in reading order."""
        wanted: Iterable[str] = (i for i, _depth in self.outline.walk())
        if self.show == "doubtful":
            doubtful = {join.node for join in self.joins if join.state == "doubtful"}
            wanted = (i for i in wanted if i in doubtful)
        elif self.show == "alone":
            lonely = set(self.alone.nodes)
            wanted = (i for i in wanted if i in lonely)
        elif self.show == "attached":
            wanted = (i for i in wanted if self.outline.parts[i].attached)
        if words := folded(self.query.get("q", "")):
            parts = self.outline.parts
            wanted = (i for i in wanted if words in folded(f"{parts[i].code}{parts[i].everything}"))
        return list(wanted)

    @cached_property
    def chosen(self) -> Part | None:
        return self.outline.parts.get(self.chosen_id)

    @cached_property
    def page(self) -> Page:
        """The rows of this page: the one asked for, else the one that holds the chosen part."""
        paginator = Paginator(self.ids, ROWS_AT_ONCE)
        number = self.page_number
        if not number and self.chosen_id in self.ids:
            number = self.ids.index(self.chosen_id) // ROWS_AT_ONCE + 1
        return paginator.get_page(number or 1)

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(id) for id in self.page.object_list]

    def _row(self, id: str) -> Row:
        part = self.outline.parts[id]
        return Row(
            id=id,
            depth=self.outline.depth(id) if self.show == "all" and not self.query.get("q") else 0,
            kind=str(KIND_NAMES[part.kind]),
            code=part.code,
            label=part.label or _("（見出しなし）"),
            href=self.address(id, f"t-{id}"),
            source_href=self.address(id, f"s-{id}") if part.spans else "",
            joins=tuple(self.shown(join) for join in self.joins_by_node.get(id, ())),
            is_chosen=id == self.chosen_id,
            has_attached=bool(part.attached),
            owner=self.owners.get(part.owner, ""),
        )

    def shown(self, join: Joined) -> JoinShown:
        tone, word = JOIN_STATES[join.state]
        return JoinShown(
            join.row,
            self.titles.get(join.row, join.row),
            join.state,
            tone,
            str(word),
            str(HOWS[join.how]),
            _("前の確認で決めたことを引き継ぎました。") if join.why == "decided-before" else join.why,
            round(join.score * 100),
        )

    @cached_property
    def source(self) -> Source | None:
        """The text around the chosen part, or its beginning."""
        if not self.text:
            return None
        at = self.query.get("at", "")
        start = int(at) if at.isdigit() else None
        if start is None and self.chosen is not None:
            spans = self.chosen.spans or self.chosen.attached_spans
            start = spans[0][0] if spans else None
        return source_around(self.text, self.outline, start, self.chosen_id, self.address)

    @cached_property
    def counts(self) -> dict[str, int]:
        live = [join for join in self.joins if join.state != "rejected"]
        return {
            "all": len(self.outline.parts),
            "joined": len({join.row for join in live if join.state != "doubtful"}),
            "initiatives": len(self.initiatives),
            "doubtful": sum(join.state == "doubtful" for join in live),
            "alone": len(self.alone.nodes),
            "rows": len(self.alone.rows),
            "attached": sum(bool(part.attached) for part in self.outline.parts.values()),
        }

    @property
    def tabs(self) -> list[dict[str, Any]]:
        names = {
            "all": _("すべての項目"),
            "doubtful": _("確認が要る結び付け"),
            "alone": _("相手のない項目"),
            "rows": _("相手のない取組"),
            "attached": _("付記のある項目"),
        }
        return [
            {
                "title": names[show],
                "href": f"{self.path}?{urlencode({'show': show})}",
                "count": self.counts[show],
                "current": show == self.show,
            }
            for show in SHOWS
        ]

    @cached_property
    def lonely(self) -> list[Lonely]:
        """The initiatives without a node, each with the way to look for its words."""
        rows = set(self.alone.rows)
        return [
            Lonely(i, f"{self.path}?{urlencode({'q': i.title[:8]})}")
            for i in self.initiatives
            if i.row in rows
        ]

    def address(self, id: str = "", fragment: str = "") -> str:
        """This page with a part chosen."""
        query = {k: v for k, v in self.query.items() if v and k != "at"}
        if id:
            query["node"] = id
        return f"{self.path}?{urlencode(query)}" + (f"#{fragment}" if fragment else "")

    @property
    def possible_parents(self) -> list[tuple[str, str]]:
        """Where the chosen part can hang: headings, not under itself. (id, indented label)."""
        if self.chosen is None:
            return []
        own = {self.chosen_id, *(i for i, _depth in self.outline.walk(self.chosen_id))}
        found = [("", _("（いちばん上）"))]
        for id, depth in self.outline.walk():
            part = self.outline.parts[id]
            if id not in own and part.kind not in ("item", "indicator", "budget"):
                found.append((id, "　" * depth + f"{part.code} {part.label}"[:50]))
        return found[:500]

    @property
    def not_joined_here(self) -> list[tuple[str, str]]:
        """The initiatives that the chosen part can be joined to, those without a partner first."""
        here = {join.row for join in self.joins_by_node.get(self.chosen_id, ()) if join.state != "rejected"}
        lonely = set(self.alone.rows)
        rest = [i for i in self.initiatives if i.row not in here]
        rest.sort(key=lambda i: i.row not in lonely)
        return [(i.row, f"{'○ ' if i.row in lonely else ''}{i.row} {i.title}") for i in rest]
