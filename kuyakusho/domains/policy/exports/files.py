"""Bundles as files: JSON, a ZIP of CSV files, XLSX. What is read back is the same, to the character.

Reading raises Unreadable with what is wrong; every row is checked against its column before anybody uses it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from kuyakusho.core.files.rows import Column, Row, checked

from . import bundle as bundles
from . import cells
from .bundle import COLUMNS, FORMAT, Bundle

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXTENSIONS = {"json": "json", "csv": "zip", "xlsx": "xlsx"}
LARGEST_UNPACKED = 300 * 1024 * 1024
# Excel cuts longer texts off without a word.
LONGEST_CELL = 32_000
# The csv module stops at 131,072 characters by default; a source document is longer.
csv.field_size_limit(LARGEST_UNPACKED)
ABOUT, LONG_TEXTS = "about", "long_texts"
# Every file of a ZIP bears a day, and two exports of the same plan shall be the same bytes.
_DAY = (1980, 1, 1, 0, 0, 0)
# Whole numbers beyond this are no longer exact in a spreadsheet.
_EXACT = 10**15


class Unreadable(ValueError):
    """The file is no export, or a row of it is wrong. `faults` names each by table, line and column."""

    def __init__(self, *faults: str) -> None:
        super().__init__(faults[0])
        self.faults = faults


def write(bundle: Bundle, kind: str) -> bytes:
    """The file of a bundle; `kind` is json, csv or xlsx."""
    return {"json": write_json, "csv": write_csv, "xlsx": write_xlsx}[kind](bundle)


def read(body: bytes) -> Bundle:
    """The bundle of a file, whatever its kind, checked. Raises Unreadable."""
    try:
        if body[:4] != b"PK\x03\x04":
            found = bundles.from_json(json.loads(body.decode("utf-8-sig")))
            return check(found)
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise Unreadable("the file is too large when unpacked")
            names = packed.namelist()
            if f"{ABOUT}.json" in names:
                return check(_read_csv(packed), spelt=True)
        return check(_read_xlsx(body), spelt=True)
    except Unreadable:
        raise
    except (
        ValueError,
        KeyError,
        csv.Error,
        zipfile.BadZipFile,
        InvalidFileException,
        SyntaxError,
        RecursionError,
    ) as fault:
        raise Unreadable(f"not an export: {fault}") from fault


def check(bundle: Bundle, *, spelt: bool = False) -> Bundle:
    """The bundle with every value as an export would write it. `spelt`: values are texts of cells.

    Raises Unreadable with all faults (the first hundred).
    """
    faults: list[str] = []
    tables: dict[str, list[Row]] = {}
    for name, columns in COLUMNS.items():
        rows = bundle.tables.get(name, [])
        if not isinstance(rows, list):
            raise Unreadable(f"{name} is no table")
        tables[name] = [
            _checked_row(name, number, columns, row, spelt, faults) for number, row in enumerate(rows, 1)
        ]
    if unknown := set(bundle.tables) - set(COLUMNS):
        faults.append(f"unknown tables: {', '.join(sorted(unknown))}")
    if not faults and len(tables["plan"]) != 1:
        faults.append("the table plan has exactly one row")
    if faults:
        raise Unreadable(*faults[:100])
    return Bundle(bundle.ward, tables)


def _checked_row(
    table: str, number: int, columns: Iterable[Column], row: Any, spelt: bool, faults: list[str]
) -> Row:
    if not isinstance(row, Mapping):
        faults.append(f"{table}, row {number}: no row")
        return {}
    found: Row = {}
    for column in columns:
        try:
            if column.name not in row:
                raise ValueError("the column is missing")
            value = row[column.name]
            found[column.name] = checked(column, _spelt(column, value) if spelt else value)
        except (ValueError, RecursionError) as fault:
            faults.append(f"{table}, row {number}, {column.name}: {fault}")
    return found


# JSON


def write_json(bundle: Bundle) -> bytes:
    """One JSON file, one row a line, so that a difference between two exports can be read."""
    lines = [f'{{"format": {json.dumps(FORMAT)}, "ward": {json.dumps(bundle.ward)}, "tables": {{']
    for at, (name, rows) in enumerate(bundle.tables.items()):
        lines.append(f"{',' if at else ''}{json.dumps(name)}: [")
        lines += [
            f"{json.dumps(row, ensure_ascii=False)}{',' if number < len(rows) - 1 else ''}"
            for number, row in enumerate(rows)
        ]
        lines.append("]")
    lines.append("}}\n")
    return "\n".join(lines).encode()


# CSV


def write_csv(bundle: Bundle) -> bytes:
    """A ZIP with a CSV file per table (UTF-8 with mark, for Excel) and `about.json`."""
    tables = {
        name: (
            [column.name for column in COLUMNS[name]],
            [
                [_cell(column, row[column.name], guard_numbers=True) for column in COLUMNS[name]]
                for row in rows
            ],
        )
        for name, rows in bundle.tables.items()
    }
    return zip_of_tables(tables, {"format": FORMAT, "ward": bundle.ward})


def zip_of_tables(
    tables: Mapping[str, tuple[list[str], Iterable[list[Any]]]], about: Mapping[str, Any]
) -> bytes:
    """A ZIP with a CSV file per table; cells must have been encoded."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_part(f"{ABOUT}.json"), json.dumps(about, ensure_ascii=False, indent=1))
        for name, (heading, rows) in tables.items():
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(heading)
            writer.writerows(rows)
            packed.writestr(_part(f"{name}.csv"), "\ufeff" + text.getvalue())
    return body.getvalue()


def _part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, _DAY)
    part.compress_type = zipfile.ZIP_DEFLATED
    part.external_attr = 0o644 << 16
    return part


def _read_csv(packed: zipfile.ZipFile) -> Bundle:
    about = json.loads(packed.read(f"{ABOUT}.json"))
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise Unreadable(f"not a file of the format {FORMAT}")
    names = packed.namelist()
    tables = {}
    for name in COLUMNS:
        if f"{name}.csv" not in names:
            continue
        lines = csv.reader(io.StringIO(packed.read(f"{name}.csv").decode("utf-8-sig"), newline=""))
        tables[name] = _as_rows(lines)
    return Bundle(str(about.get("ward", "")), tables)


# XLSX


def write_xlsx(bundle: Bundle) -> bytes:
    """A workbook with a sheet per table. Texts too long for a cell stand in pieces on the sheet `long_texts`."""
    book = Workbook(write_only=True)
    about = book.create_sheet(ABOUT)
    for pair in (["format", FORMAT], ["ward", bundle.ward]):
        about.append(pair)
    long: list[list[Any]] = []

    def shortened(text: str) -> str:
        if len(text) <= LONGEST_CELL:
            return text
        name = str(len(long))
        pieces = [text[at : at + LONGEST_CELL] for at in range(0, len(text), LONGEST_CELL)]
        # The text is encoded already; the apostrophe only keeps a piece from being taken for a formula.
        long.extend([name, number, "'" + piece] for number, piece in enumerate(pieces))
        return cells.LONG + name

    for name, rows in bundle.tables.items():
        columns = COLUMNS[name]
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.append([_heading(sheet, column.name) for column in columns])
        for row in rows:
            sheet.append([_typed(column, row[column.name], shortened) for column in columns])
    if long:
        sheet = book.create_sheet(LONG_TEXTS)
        for piece in [["name", "part", "text"], *long]:
            sheet.append([str(cell) for cell in piece])
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _heading(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, value=name)
    cell.font = Font(bold=True)
    return cell


def _typed(column: Column, value: Any, shortened: Callable[[str], str]) -> Any:
    """Numbers stay numbers as long as a spreadsheet keeps them exactly; everything else is text."""
    if value is None or isinstance(value, bool):
        return value
    if column.kind == "integer" and abs(value) < _EXACT:
        return value
    if column.kind == "float" and float(f"{value:.15g}") == value:
        return value
    if column.kind == "number" and len(value.replace(".", "").lstrip("-")) < 15:
        return float(value) if "." in value else int(value)
    return shortened(_cell(column, value, guard_numbers=False))


def _read_xlsx(body: bytes) -> Bundle:
    book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    if ABOUT not in book.sheetnames:
        raise Unreadable("the sheet about is missing")
    about = {str(row[0]): row[1] for row in book[ABOUT].iter_rows(values_only=True) if len(row) > 1}
    if about.get("format") != FORMAT:
        raise Unreadable(f"not a file of the format {FORMAT}")
    long: dict[str, dict[int, str]] = {}
    if LONG_TEXTS in book.sheetnames:
        for piece in _as_rows(_lines(book[LONG_TEXTS])):
            long.setdefault(piece["name"], {})[int(piece["part"])] = piece["text"][1:]
    texts = {name: "".join(parts[number] for number in sorted(parts)) for name, parts in long.items()}
    tables = {}
    for name in COLUMNS:
        if name in book.sheetnames:
            tables[name] = [
                {
                    column: texts[cell[len(cells.LONG) :]] if cell.startswith(cells.LONG) else cell
                    for column, cell in line.items()
                }
                for line in _as_rows(_lines(book[name]))
            ]
    return Bundle(str(about.get("ward") or ""), tables)


def _lines(sheet: Any) -> Iterable[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        yield [_spell(cell) for cell in row]


def _spell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    return str(cell)


def _as_rows(lines: Iterable[list[str]]) -> list[Row]:
    heading: list[str] | None = None
    rows = []
    for line in lines:
        if heading is None:
            heading = [name.strip() for name in line]
        elif any(line):
            rows.append(dict(zip(heading, [*line, *[""] * len(heading)], strict=False)))
    return rows


# Cells of both


def _cell(column: Column, value: Any, *, guard_numbers: bool) -> str:
    if value is None:
        return ""
    if column.kind == "true_false":
        return "true" if value else "false"
    if column.kind == "json":
        return cells.encode(json.dumps(value, ensure_ascii=False), guard_numbers=False)
    if column.kind in ("text", "reference"):
        return cells.encode(value, guard_numbers=guard_numbers)
    return str(value) if column.kind != "float" else repr(value)


def _spelt(column: Column, cell: str) -> Any:
    """The value that a cell spells."""
    if column.kind in ("text", "reference"):
        return cells.decode(cell)
    if column.kind == "json":
        return json.loads(cells.decode(cell)) if cell else None
    cell = cell.strip()
    if cell == "":
        return None
    if column.kind == "true_false":
        if cell.lower() not in ("true", "false"):
            raise ValueError(f"{cell!r} is neither true nor false")
        return cell.lower() == "true"
    if column.kind == "integer":
        return int(cell)
    if column.kind == "float":
        return float(cell)
    return cell
