"""Excel workbooks, by openpyxl: every visible sheet, cell by cell, forms label by label."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
import zlib

import openpyxl
from lxml import etree
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from ..errors import UnreadableDocument
from ..source import SourceText
from . import archive
from .grid import write_grid
from .writing import Writer

MAX_CELLS = 600_000
MAX_COLUMNS = 300
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, etree.LxmlError, ValueError, LookupError, TypeError, AttributeError, OSError, RuntimeError,
    EOFError, SyntaxError, ArithmeticError, AssertionError,
)  # fmt: skip


def read(data: bytes, filename: str) -> SourceText:
    """The source text of a workbook. Raises `UnreadableDocument`."""
    writer = Writer()
    hidden = 0
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that do not matter for the text.
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=False, data_only=True)
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                hidden += 1
                continue
            writer.page()
            write_grid(writer, _rows(sheet))
    except _BROKEN as error:
        raise archive.broken("Excelの表") from error
    if writer.is_empty:
        raise UnreadableDocument(
            "no-text", "Excelの表に文字がありません。", "文書の入ったシートを表示して、保存し直してください。"
        )
    notes = [f"シート{len(workbook.worksheets) - hidden}枚を順に読みました。"]
    if hidden:
        notes.append(f"非表示のシート{hidden}枚は読んでいません。")
    return writer.source(
        filename, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", tuple(notes)
    )


def _rows(sheet: Worksheet) -> list[list[str]]:
    if sheet.max_row * min(sheet.max_column, MAX_COLUMNS) > MAX_CELLS and len(sheet._cells) > MAX_CELLS:
        raise UnreadableDocument(
            "too-long", "表のセルが多すぎます。", "方針の書かれたシートだけを残して、保存し直してください。"
        )
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet._cells.items():
        shown = _shown(cell.value)
        if shown and column <= MAX_COLUMNS:
            rows.setdefault(row, {})[column] = shown
    if not rows:
        return []
    columns = sorted({column for cells in rows.values() for column in cells})
    place = {column: index for index, column in enumerate(columns)}
    grid: list[list[str]] = []
    previous = 0
    for row in sorted(rows):
        if previous and row > previous + 1:
            grid.append([""] * len(columns))
        line = [""] * len(columns)
        for column, shown in rows[row].items():
            line[place[column]] = shown
        grid.append(line)
        previous = row
    return grid


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return f"{value:g}" if not value.is_integer() else str(int(value))
    if isinstance(value, datetime.datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, datetime.date):
        return f"{value.year}年{value.month}月{value.day}日"
    return re.sub(r"_x000D_\n?", "\n", str(value)).strip("\n")
