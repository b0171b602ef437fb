"""The evaluation sheet as XLSX and as PDF."""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from kuyakusho.core.ui import formats
from kuyakusho.engines.documents.public import render_pdf

from . import cells
from .sheets import Group, Item, Judgement, Sheet

TYPST = Path(__file__).with_name("typst")
_BOLD = Font(bold=True)
_FILL = PatternFill("solid", fgColor="EDEDED")
_WRAP = Alignment(wrap_text=True, vertical="top")
# Of what the cells of a workbook can hold.
_LONGEST = 32_000


def sheet_pdf(sheet: Sheet, lang: str = "ja") -> bytes:
    """A tagged PDF in the layout of the city's form."""
    data = {
        "labels": sheet.labels,
        "form": sheet.form_title,
        "year": formats.fiscal_year(sheet.fiscal_year),
        "as_of": sheet.as_of,
        "groups": [
            {
                "path": list(group.path),
                "items": [
                    {
                        **asdict(item),
                        "judgements": [
                            {**asdict(j), "is_empty": j.is_empty, "grade": j.grade} for j in item.judgements
                        ],
                    }
                    for item in group.items
                ],
            }
            for group in sheet.groups
        ],
    }
    template = TYPST / f"sheet_{sheet.form.layout}.typ"
    return render_pdf(template, data, title=f"{sheet.title} {sheet.form_title}", lang=lang)


def sheet_xlsx(sheet: Sheet) -> bytes:
    """A workbook in the layout of the city's form: a table, or a block for each initiative."""
    book = Workbook()
    page: Worksheet = book.active  # type: ignore[assignment]
    page.title = "sheet"
    page.page_setup.orientation = "landscape" if sheet.form.layout == "table" else "portrait"
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    _line(page, [f"{sheet.title}　{sheet.form_title}"], bold=True)
    _line(page, [f"{formats.fiscal_year(sheet.fiscal_year)}　{sheet.as_of}".strip()])
    (_table if sheet.form.layout == "table" else _blocks)(page, sheet)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _table(page: Worksheet, sheet: Sheet) -> None:
    labels = sheet.labels
    heading = [labels["item"], labels["owner"], labels["figures"]]
    for phase in ("midyear", "year_end"):
        heading += [f"{labels[phase]} {labels[name]}" for name in ("grade", "text", "improvement")]
    heading.append(labels["council"])
    for column, width in zip("ABCDEFGHIJ", (34, 16, 34, 14, 40, 30, 14, 40, 30, 24), strict=True):
        page.column_dimensions[column].width = width
    for group in sheet.groups:
        _line(page, [])
        _line(page, [" ＞ ".join(group.path)], bold=True)
        _line(page, heading, bold=True, fill=True)
        for item in group.items:
            line = [f"{item.row} {item.title}", item.owner, _figures(item)]
            for judgement in item.judgements:
                line += [_answers(judgement), judgement.text, judgement.improvement]
            _line(page, [*line, _council(item)])


def _blocks(page: Worksheet, sheet: Sheet) -> None:
    labels = sheet.labels
    for column, width in zip("ABCD", (22, 44, 22, 22), strict=True):
        page.column_dimensions[column].width = width
    for group in sheet.groups:
        _line(page, [])
        _line(page, [" ＞ ".join(group.path)], bold=True)
        for item in group.items:
            _block(page, labels, group, item)


def _block(page: Worksheet, labels: dict[str, str], group: Group, item: Item) -> None:
    _line(page, [f"{item.row} {item.title}"], bold=True, fill=True)
    for name, text in (
        (labels["item"], item.summary),
        (labels["owner"], item.owner),
        (labels["budget"], item.budget),
    ):
        if text:
            _line(page, [name, text])
    if item.figures:
        _line(page, [labels[name] for name in ("figure", "target", "value", "result")], bold=True)
        for figure in item.figures:
            _line(page, [figure.title, figure.target, figure.value or "–", figure.result])
    for judgement in item.judgements:
        _line(
            page,
            [judgement.title, judgement.note or ("" if not judgement.is_empty else labels["none"])],
            bold=True,
        )
        for question, answer in judgement.grades:
            _line(page, [question, answer])
        for name, text in ((labels["text"], judgement.text), (labels["improvement"], judgement.improvement)):
            if text:
                _line(page, [name, text])
    if item.council:
        _line(page, [labels["council"], _council(item)])


def _line(page: Worksheet, values: list[Any], *, bold: bool = False, fill: bool = False) -> None:
    page.append([cells.encode(str(value), guard_numbers=False)[:_LONGEST] for value in values])
    for cell in page[page.max_row]:
        cell.alignment = _WRAP
        if bold:
            cell.font = _BOLD
        if fill:
            cell.fill = _FILL


def _figures(item: Item) -> str:
    return "\n".join(
        f"{one.title}：{one.value or '–'}／{one.target or '–'}（{one.result}）" for one in item.figures
    )


def _answers(judgement: Judgement) -> str:
    return "\n".join(
        [*(answer for _question, answer in judgement.grades), *([judgement.note] if judgement.note else [])]
    )


def _council(item: Item) -> str:
    return "\n".join(f"{grade} {members}" for grade, members in item.council)
