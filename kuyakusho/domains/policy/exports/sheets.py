"""The evaluation sheet of a plan, in the shape of the city's form: what is on it, not yet how it is set.

Made of a content (a published edition's, or the working tree's), so that a sheet says exactly what the edition says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kuyakusho.core.ui import formats
from kuyakusho.core.ui.said import said
from kuyakusho.engines.indicators import public as indicators

from ..evaluation import rules
from ..evaluation.city_forms import CityForm, form_of
from ..evaluation.forms import grade_title, words

# Levels above an initiative that head a group on the sheet.
HEADINGS = ("pillar", "issue", "strategy", "measure", "action", "organisation", "statement", "section")


@dataclass(frozen=True)
class FigureLine:
    """An indicator on the sheet."""

    title: str
    target: str
    value: str
    result: str


@dataclass(frozen=True)
class Judgement:
    """One phase of an initiative; `grades` are (question, answer)."""

    phase: str
    title: str
    grades: tuple[tuple[str, str], ...] = ()
    text: str = ""
    improvement: str = ""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.grades or self.text or self.improvement)

    @property
    def grade(self) -> str:
        """The answer to the main question."""
        return self.grades[0][1] if self.grades else ""


@dataclass(frozen=True)
class Item:
    """One initiative on the sheet."""

    row: str
    code: str
    title: str
    summary: str
    owner: str
    budget: str
    figures: tuple[FigureLine, ...]
    judgements: tuple[Judgement, ...]
    council: tuple[tuple[str, str], ...]


@dataclass
class Group:
    """The initiatives under one heading; `path` leads there from the top and is never empty."""

    path: tuple[str, ...]
    items: list[Item] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.path[-1]

    @property
    def above(self) -> str:
        """The headings above it."""
        return " ＞ ".join(self.path[:-1])


@dataclass
class Sheet:
    """A whole sheet."""

    title: str
    form: CityForm
    fiscal_year: int
    stage: str
    as_of: str
    groups: list[Group] = field(default_factory=list)

    @property
    def form_title(self) -> str:
        return words(self.form, "title")

    @property
    def labels(self) -> dict[str, str]:
        """What the columns and parts are called."""
        return {
            "item": _("取組"),
            "owner": _("担当"),
            "budget": _("予算"),
            "figures": _("指標"),
            "figure": _("指標"),
            "target": _("目標"),
            "value": _("実績"),
            "result": _("結果"),
            "grade": _("区分"),
            "council": _("会議の委員の評価"),
            "text": words(self.form, "text_label"),
            "improvement": words(self.form, "improvement_label"),
            "none": _("まだありません"),
            "midyear": words(self.form.phase["midyear"], "title"),
            "year_end": words(self.form.phase["year_end"], "title"),
        }


def sheet_of(
    content: Mapping[str, Any], style: str, *, as_of: str = "", notes: Mapping[tuple[str, str], str] = {}
) -> Sheet:
    """The sheet of a content. `notes` says something beside a phase: (row, phase) → for example "not approved yet"."""
    plan = content["plan"]
    year = plan["fiscal_year"]["western"]
    form = form_of(style, year)
    sheet = Sheet(said(plan, "title").text, form, year, content["stage"], as_of)
    groups: dict[tuple[str, ...], Group] = {}
    for path, node, row in _placed(content):
        group = groups.setdefault(path, Group(path))
        group.items.append(_item(content, form, year, node, content["initiatives"][row], notes))
    sheet.groups = list(groups.values())
    return sheet


def _placed(content: Mapping[str, Any]) -> Iterable[tuple[tuple[str, ...], Mapping[str, Any], str]]:
    """Each initiative once, in reading order, with the headings above the node that it lives behind."""
    nodes = {node["id"]: node for node in content["nodes"]}
    seen: set[str] = set()
    for node in content["nodes"]:
        for row in node.get("initiatives", ()):
            if row in seen:
                continue
            seen.add(row)
            path = []
            above = node if node["kind"] in HEADINGS else nodes.get(node.get("parent"))
            while above:
                if above["kind"] in HEADINGS:
                    path.append(_heading(above))
                above = nodes.get(above.get("parent"))
            yield tuple(reversed(path)) or (_("計画全体"),), node, row


def _heading(node: Mapping[str, Any]) -> str:
    code, title = node.get("code", ""), said(node, "title").text
    return title if not code or title.startswith(code) else f"{code} {title}"


def _item(
    content: Mapping[str, Any],
    form: CityForm,
    year: int,
    node: Mapping[str, Any],
    initiative: Mapping[str, Any],
    notes: Mapping[tuple[str, str], str],
) -> Item:
    written = {one["phase"]: one for one in initiative["evaluations"]}
    return Item(
        row=initiative["row"],
        code=node.get("code", ""),
        title=said(initiative, "title").text,
        summary=said(initiative, "summary").text,
        owner=said(content["sections"].get(initiative["owner"], {}), "name").text,
        budget=_budget(initiative["budgets"], year),
        figures=tuple(
            _figure(content["indicators"][link["key"]], year)
            for link in initiative["indicators"]
            if link["key"] in content["indicators"]
        ),
        judgements=tuple(
            _judgement(form, phase, written.get(phase), notes.get((initiative["row"], phase), ""))
            for phase in rules.PHASES
        ),
        council=_council(form, written.get(rules.YEAR_END)),
    )


def _judgement(form: CityForm, phase: str, data: Mapping[str, Any] | None, note: str) -> Judgement:
    title = words(form.phase[phase], "title")
    if data is None:
        return Judgement(phase, title, note=note)
    answers = []
    for one in form.lists(phase):
        code = data["grade"] if one.main else data.get("grades", {}).get(one.key, "")
        if code:
            answers.append((words(one, "title"), grade_title(one.find(code), code)))
    return Judgement(phase, title, tuple(answers), data["text"], data["improvement"], note)


def _council(form: CityForm, data: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    if data is None:
        return ()
    return tuple(
        (
            grade_title(form.council.find(one["grade"]), one["grade"]),
            _("%(members)s人（%(day)s）")
            % {"members": one["members"], "day": formats.day(date.fromisoformat(one["meeting_on"]))},
        )
        for one in data["council"]
    )


def _budget(budgets: Iterable[Mapping[str, Any]], year: int) -> str:
    names = {"budget": _("予算"), "settlement": _("決算"), "estimate": _("算定見込")}
    return "、".join(
        f"{formats.fiscal_year(one['fiscal_year'])}{names[one['kind']]} {formats.yen(one['amount_yen'])}"
        for one in budgets
        if one["fiscal_year"] in (year - 1, year)
    )


def _figure(indicator: Mapping[str, Any], year: int) -> FigureLine:
    unit = said(indicator, "unit").text

    def shown(number: str | None) -> str:
        return "" if number is None else f"{formats.number(Decimal(number), indicator['decimals'])}{unit}"

    found = indicator["results"].get(str(year))
    judged = indicators.Judged(
        year,
        found["result"] if found else indicators.NOT_MEASURED,
        is_provisional=bool(found and found["is_provisional"]),
    )
    cumulative = bool(found and indicator["accumulation"] == "cumulative" and found["cumulative"])
    value = (found["cumulative"] if cumulative else found["yearly"]) if found else None
    if found and cumulative:
        text = _("%(value)s（この年度 %(year)s）") % {"value": shown(value), "year": shown(found["yearly"])}
    else:
        text = shown(value)
    return FigureLine(
        said(indicator, "title").text,
        _target(indicator["targets"].get(str(year)), indicator["direction"], shown),
        text,
        indicators.result_label(judged),
    )


def _target(goal: Mapping[str, str | None] | None, direction: str, shown: Any) -> str:
    if goal is None:
        return ""
    if direction == "range":
        return f"{shown(goal['low'])}–{shown(goal['high'])}" if goal["low"] or goal["high"] else ""
    if goal["value"] is None:
        return ""
    text = _("%(value)s以上") if direction == "up" else _("%(value)s以下")
    return text % {"value": shown(goal["value"])}
