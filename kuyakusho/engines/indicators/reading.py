"""What people type and what their files hold, as figures. Forgiving about widths, marks and calendars.

Pure: no database. A file is CSV (UTF-8 or Shift_JIS) or XLSX with one heading line; see COLUMNS for the names.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from kuyakusho.core.errors import Invalid
from kuyakusho.core.text.eras import read_day

from .services.typing_in import Entry, faults_of

LARGEST_BYTES = 2 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_ROWS = 2000

# What a column may be called, after folding widths and case.
COLUMNS: dict[str, tuple[str, ...]] = {
    "indicator": ("indicator", "key", "指標", "指標キー", "指標のキー"),
    "from_on": ("from", "from_on", "period_from", "期間の初日", "期間初日", "開始日", "始期"),
    "to_on": ("to", "to_on", "period_to", "期間の末日", "期間末日", "終了日", "終期"),
    "value": ("value", "値", "数値", "実績", "実績値"),
    "base": ("base", "母数", "基数", "件数", "n"),
    "low": ("low", "下端", "下限"),
    "high": ("high", "上端", "上限"),
    "source": ("source", "出どころ", "出典", "資料"),
    "source_on": ("source_on", "資料の日付", "出典の日付", "公表日"),
    "note": ("note", "理由", "備考"),
    "demo": ("demo", "見本"),
}
NEEDED = ("indicator", "from_on", "to_on", "value", "source", "source_on", "note")
_MINUS = re.compile("^[-−‐‑–—ー△▲]")


@dataclass
class Row:
    """One line of a file: what was written, and either an entry or what is wrong with it."""

    number: int
    written: dict[str, str]
    key: str = ""
    entry: Entry | None = None
    faults: dict[str, str] = field(default_factory=dict)


def read_number(text: str) -> Decimal | None:
    """１２，３４５．６ → 12345.6; △3 → -3; 45 % → 45. None when it is no number."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace(" ", "").removesuffix("%")
    negative = bool(_MINUS.match(plain))
    plain = _MINUS.sub("", plain).removeprefix("+")
    if not re.fullmatch(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", plain):
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return -number if negative else number


def read_entry(written: Mapping[str, str], *, today: date) -> tuple[Entry | None, dict[str, str]]:
    """An entry from what was typed under the names of COLUMNS; `to_on` is the last day, which people write.

    Gives the entry or, by field, what is wrong with it.
    """
    faults: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name in ("from_on", "to_on", "source_on"):
        day = read_day(written.get(name, ""))
        if day is None:
            faults[name] = _("日付を 令和5年4月1日 か 2023-04-01 のように入れてください。")
        found[name] = day
    for name in ("value", "low", "high", "base"):
        text = written.get(name, "").strip()
        number = read_number(text) if text else None
        if (text or name == "value") and number is None:
            faults[name] = _("数字で入れてください。測っていないときは、0ではなく空のままにします。")
        found[name] = number
    base = found["base"]
    if base is not None and base != base.to_integral_value():
        faults["base"] = _("母数は整数で入れてください。")
    for name in ("source", "note"):
        found[name] = written.get(name, "").strip()
    if faults:
        return None, faults
    entry = Entry(
        from_on=found["from_on"],
        until_on=found["to_on"] + timedelta(days=1),
        value=found["value"],
        source=found["source"],
        source_on=found["source_on"],
        note=found["note"],
        base=None if base is None else int(base),
        low=found["low"],
        high=found["high"],
        is_demo=written.get("demo", "").strip().lower() in ("true", "1", "yes", "はい"),
    )
    wrong = faults_of(entry, today=today)
    if "until_on" in wrong:
        wrong["to_on"] = wrong.pop("until_on")
    return (None, wrong) if wrong else (entry, {})


def read_file(body: bytes, *, today: date) -> list[Row]:
    """The lines of a CSV or XLSX file. Raises Invalid when the file as a whole can't be read."""
    if len(body) > LARGEST_BYTES:
        raise _unreadable("file_too_large", _("ファイルが大きすぎます（2MBまで）。"))
    lines = _xlsx_lines(body) if body[:4] == b"PK\x03\x04" else _csv_lines(body)
    heading: list[str | None] | None = None
    rows: list[Row] = []
    for number, cells in enumerate(lines, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if heading is None:
            heading = _heading(cells)
            continue
        if len(rows) >= MOST_ROWS:
            raise _unreadable(
                "file_too_long", _("一度に読み込めるのは%(most)d行までです。") % {"most": MOST_ROWS}
            )
        written = {name: cell for name, cell in zip(heading, cells, strict=False) if name is not None}
        row = Row(number, written, key=written.get("indicator", "").strip())
        row.entry, row.faults = read_entry(written, today=today)
        rows.append(row)
    if heading is None:
        raise _unreadable("file_empty", _("ファイルに行がありません。"))
    return rows


def _heading(cells: list[str]) -> list[str | None]:
    names = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    heading = [names.get(unicodedata.normalize("NFKC", cell).strip().lower()) for cell in cells]
    missing = [COLUMNS[name][2] if len(COLUMNS[name]) > 2 else name for name in NEEDED if name not in heading]
    if missing:
        raise _unreadable(
            "file_columns",
            _("見出しの行に、次の列がありません：%(columns)s") % {"columns": "、".join(missing)},
        )
    return heading


def _csv_lines(body: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise _unreadable("file_encoding", _("文字コードがUTF-8でもShift_JISでもありません。"))
    if "\0" in text:
        raise _unreadable("file_kind", _("CSVでもXLSXでもないファイルです。"))
    try:
        yield from csv.reader(io.StringIO(text, newline=""))
    except csv.Error as fault:
        raise _unreadable("file_csv", _("CSVとして読めません。")) from fault


def _xlsx_lines(body: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise _unreadable("file_too_large", _("ファイルが大きすぎます（2MBまで）。"))
        sheet = load_workbook(io.BytesIO(body), read_only=True, data_only=True).worksheets[0]
        for cells in sheet.iter_rows(values_only=True):
            yield [_cell(cell) for cell in cells]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError) as fault:
        raise _unreadable("file_xlsx", _("XLSXとして読めません。")) from fault


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _unreadable(code: str, sentence: str) -> Invalid:
    return Invalid(
        code,
        sentence,
        _("見本のファイルと同じ見出しで作り直し、もう一度選んでください。"),
        fields={"file": sentence},
    )
