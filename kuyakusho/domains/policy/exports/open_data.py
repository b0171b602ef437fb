"""What everybody may download: the newest edition of a plan as tables.

Everything here is made of the edition's content and of nothing else: what nobody published is not in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook

from ..public.shelf import Shown
from . import cells
from .files import zip_of_tables

Text = str | Promise
Row = list[Any]


@dataclass(frozen=True)
class Table:
    """A table of the open data: its columns with their meanings, and how its rows are made."""

    name: str
    title: Text
    columns: tuple[tuple[str, Text], ...]
    rows: Callable[[Mapping[str, Any]], Iterable[Row]]

    def written(self, shown: Shown) -> list[list[str]]:
        """The rows as texts of cells, encoded."""
        return [[_cell(value) for value in row] for row in self.rows(shown.content)]


class Number(str):
    """A decimal number as text: written as it is."""


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Number):
        return str(value)
    if isinstance(value, list | tuple):
        value = ";".join(str(each) for each in value)
    return cells.encode(str(value), guard_numbers=False)


def _number(text: str | None) -> Number | None:
    return None if text is None else Number(text)


def _nodes(content: Mapping[str, Any]) -> Iterable[Row]:
    for place, node in enumerate(content["nodes"], start=1):
        yield [
            node["id"], node.get("parent") or "", place, node["kind"], node.get("code", ""), node.get("title", ""),
            node.get("title_en", ""), node.get("title_easy", ""), node.get("text", ""), node.get("owner", ""),
            node.get("district", ""), node.get("sdgs", []), node.get("initiatives", []),
        ]  # fmt: skip


def _initiatives(content: Mapping[str, Any]) -> Iterable[Row]:
    for one in content["initiatives"].values():
        yield [
            one["row"], one["title"], one["title_en"], one["title_easy"], one["summary"], one["summary_en"],
            one["owner"], one["capabilities"], one["sdgs"], one["first_year"], one["last_year"],
            [link["key"] for link in one["indicators"]],
        ]  # fmt: skip


def _budgets(content: Mapping[str, Any]) -> Iterable[Row]:
    for node in content["nodes"]:
        for one in node.get("budgets", ()):
            yield [
                node["id"],
                "",
                one["fiscal_year"],
                one["kind"],
                one["amount_yen"],
                bool(one.get("is_demo")),
            ]
    for initiative in content["initiatives"].values():
        for one in initiative["budgets"]:
            yield [
                "",
                initiative["row"],
                one["fiscal_year"],
                one["kind"],
                one["amount_yen"],
                bool(one["is_demo"]),
            ]


def _indicators(content: Mapping[str, Any]) -> Iterable[Row]:
    for one in content["indicators"].values():
        yield [
            one["key"], one["title"], one["title_en"], one["unit"], one["direction"], one["accumulation"],
            _number(one["baseline"]), one["baseline_on"], one["minimum_base"], one["source"], one["rule"],
            one["is_demo"],
        ]  # fmt: skip


def _results(content: Mapping[str, Any]) -> Iterable[Row]:
    for one in content["indicators"].values():
        for year in sorted({*one["targets"], *one["results"]}):
            goal, found = one["targets"].get(year, {}), one["results"].get(year, {})
            yield [
                one["key"], int(year), _number(goal.get("value")), _number(goal.get("low")), _number(goal.get("high")),
                _number(found.get("yearly")), _number(found.get("cumulative")), found.get("result", "not_measured"),
                found.get("reason", ""), found.get("base"), found.get("as_of"), found.get("source", ""),
                bool(found.get("is_demo")),
            ]  # fmt: skip


def _evaluations(content: Mapping[str, Any]) -> Iterable[Row]:
    for initiative in content["initiatives"].values():
        for one in initiative["evaluations"]:
            yield [
                initiative["row"], one["phase"], one["section"], one["grade"], one["text"], one["improvement"],
                one["approved_at"],
            ]  # fmt: skip


def _council(content: Mapping[str, Any]) -> Iterable[Row]:
    for initiative in content["initiatives"].values():
        for one in initiative["evaluations"]:
            for grade in one["council"]:
                yield [
                    initiative["row"], one["phase"], grade["grade"], grade["members"], grade["meeting_on"], grade["source"],
                ]  # fmt: skip


def _sections(content: Mapping[str, Any]) -> Iterable[Row]:
    for one in content["sections"].values():
        yield [one["key"], one["name"], one["name_kana"], one["name_en"]]


TABLES: tuple[Table, ...] = (
    Table(
        "nodes",
        _("計画の項目"),
        (
            ("id", _("項目の番号。アドレスにも使われ、年度が変わっても同じ項目は同じ番号です。")),
            ("parent", _("上の項目の番号。一番上は空です。")),
            ("place", _("読む順番")),
            ("kind", _("種類（pillar 柱、issue 経営課題、measure 取組、action 具体的取組など）")),
            ("code", _("文書に印刷された番号")),
            ("title", _("題名")),
            ("title_en", _("英語の題名")),
            ("title_easy", _("やさしい日本語の題名")),
            ("text", _("公表された文章")),
            ("owner", _("担当の課（sections の key）")),
            ("district", _("地区")),
            ("sdgs", _("関連するSDGsの番号（;で区切る）")),
            ("initiatives", _("この項目の取組（initiatives の row、;で区切る）")),
        ),
        _nodes,
    ),
    Table(
        "initiatives",
        _("取組"),
        (
            ("row", _("取組の番号。年度をこえて変わりません。")),
            ("title", _("題名")),
            ("title_en", _("英語の題名")),
            ("title_easy", _("やさしい日本語の題名")),
            ("summary", _("説明")),
            ("summary_en", _("英語の説明")),
            ("owner", _("担当の課（sections の key）")),
            ("capabilities", _("支える機能（;で区切る）")),
            ("sdgs", _("関連するSDGsの番号（;で区切る）")),
            ("first_year", _("始まった年度（西暦）")),
            ("last_year", _("終わった年度（西暦）。続いているときは空です。")),
            ("indicators", _("指標（indicators の key、;で区切る）")),
        ),
        _initiatives,
    ),
    Table(
        "budgets",
        _("予算と決算"),
        (
            ("node", _("項目の番号（取組の金額のときは空）")),
            ("initiative", _("取組の番号（項目の金額のときは空）")),
            ("fiscal_year", _("年度（西暦）")),
            ("kind", _("budget 予算、settlement 決算、estimate 算定見込")),
            ("amount_yen", _("金額（円）")),
            ("is_demo", _("見本の数字なら true")),
        ),
        _budgets,
    ),
    Table(
        "indicators",
        _("指標"),
        (
            ("key", _("指標の名前。アドレスにも使われます。")),
            ("title", _("題名")),
            ("title_en", _("英語の題名")),
            ("unit", _("単位")),
            ("direction", _("よくなる向き（up 大きいほど、down 小さいほど、range 範囲の中）")),
            ("accumulation", _("yearly 年度ごと、cumulative 足し上げ")),
            ("baseline", _("基準値")),
            ("baseline_on", _("基準値の日")),
            ("minimum_base", _("これより件数が少ないときは判定しません。")),
            ("source", _("数値の入り方（file ファイル、typed 手入力、ほかは業務から）")),
            ("rule", _("よりどころ")),
            ("is_demo", _("見本の指標なら true")),
        ),
        _indicators,
    ),
    Table(
        "results",
        _("指標の目標と結果"),
        (
            ("indicator", _("指標（indicators の key）")),
            ("fiscal_year", _("年度（西暦）")),
            ("target", _("目標")),
            ("target_low", _("目標の範囲の下")),
            ("target_high", _("目標の範囲の上")),
            ("yearly", _("年度の値。測っていないときは空です（0ではありません）。")),
            ("cumulative", _("足し上げた値")),
            ("result", _("met 達成、missed 未達成、undecidable 判定できない、not_measured 未測定")),
            ("reason", _("判定できない理由")),
            ("base", _("もとになる件数")),
            ("as_of", _("いつの状態を数えたか")),
            ("source", _("出どころ")),
            ("is_demo", _("見本の数字なら true")),
        ),
        _results,
    ),
    Table(
        "evaluations",
        _("振り返り"),
        (
            ("initiative", _("取組の番号")),
            ("phase", _("midyear 中間、year_end 年度末")),
            ("section", _("評価した課（sections の key）")),
            ("grade", _("区分（市の様式の符号）")),
            ("text", _("評価の文章")),
            ("improvement", _("課題と次にすること")),
            ("approved_at", _("課長が承認した時")),
        ),
        _evaluations,
    ),
    Table(
        "council_grades",
        _("会議の委員の評価"),
        (
            ("initiative", _("取組の番号")),
            ("phase", _("midyear 中間、year_end 年度末")),
            ("grade", _("区分")),
            ("members", _("人数")),
            ("meeting_on", _("会議の日")),
            ("source", _("出どころ")),
        ),
        _council,
    ),
    Table(
        "sections",
        _("課"),
        (
            ("key", _("課の名前（符号）")),
            ("name", _("課の名前")),
            ("name_kana", _("ふりがな")),
            ("name_en", _("英語の名前")),
        ),
        _sections,
    ),
)


def table_named(name: str) -> Table | None:
    """The table of that name, or None."""
    return next((table for table in TABLES if table.name == name), None)


def csv_of(table: Table, shown: Shown) -> bytes:
    """One table as CSV (UTF-8 with mark)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([name for name, _meaning in table.columns])
    writer.writerows(table.written(shown))
    return ("\ufeff" + text.getvalue()).encode()


def zip_of(shown: Shown) -> bytes:
    """All tables as CSV in one ZIP, with `about.json` that says of which edition."""
    tables = {
        table.name: ([name for name, _meaning in table.columns], table.written(shown)) for table in TABLES
    }
    return zip_of_tables(tables, about(shown))


def workbook_of(shown: Shown) -> bytes:
    """All tables as sheets of a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("about")
    for name, value in about(shown).items():
        sheet.append([name, str(value)])
    for table in TABLES:
        sheet = book.create_sheet(table.name)
        sheet.freeze_panes = "A2"
        sheet.append([name for name, _meaning in table.columns])
        for row, raw in zip(table.written(shown), table.rows(shown.content), strict=True):
            # A number stays one; a text longer than a cell is cut, the whole of it is in the JSON.
            sheet.append(
                [value if type(value) is int else cell[:32_000] for cell, value in zip(row, raw, strict=True)]
            )
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def about(shown: Shown) -> dict[str, Any]:
    """Of what edition the data is."""
    return {
        "format": "kuyakusho.open/1",
        "ward": shown.content["ward"]["slug"],
        "plan": shown.plan["key"],
        "fiscal_year": shown.year,
        "stage": shown.stage,
        "edition": shown.id,
        "digest": shown.digest,
        "published_at": shown.published_at.isoformat(),
    }
