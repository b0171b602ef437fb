"""Texts in spreadsheet cells: exact on the way back, and nothing that a spreadsheet would compute. Pure.

A spreadsheet takes a cell that begins with one of a few signs for a formula, and what looks like a number or a day for
a number or a day. An apostrophe before such a text stops both; it is taken off again when the file is read. A text
with characters that a file can't carry (control characters, lone carriage returns) is written as JSON after `json:`.
"""

from __future__ import annotations

import json
import re

# The signs by which Excel, LibreOffice and Google Sheets know a formula, with the full-width ones that a Japanese
# Excel accepts (OWASP, "CSV Injection").
FORMULA_SIGNS = frozenset("=+-@|%\t\r\n＝＋－＠")
_NUMBER_LIKE = re.compile(r"[\d０-９][\d０-９\s.,/:年月日eE+%()\-]*")
# Controls but line feed and tab; what XML can't hold; and a sequence that readers of XLSX swallow.
_TROUBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff]|x005F_|_x[0-9A-Fa-f]{4}_"
)
_UNDERSCORED = re.compile("x([0-9A-Fa-f]{4}_)")
JSON, LONG = "json:", "long:"


def encode(text: str, *, guard_numbers: bool) -> str:
    """The text as a cell. `guard_numbers` for files that carry no types (CSV): also what looks like a number."""
    if _TROUBLE.search(text) or text.startswith((JSON, LONG)):
        # Every character beyond ASCII is escaped, and with it the beginning of sequences that XLSX knows.
        return JSON + _UNDERSCORED.sub(r"\\u0078\1", json.dumps(text))
    if text[:1] == "'" or text[:1] in FORMULA_SIGNS or (guard_numbers and _NUMBER_LIKE.fullmatch(text)):
        return "'" + text
    return text


def decode(cell: str) -> str:
    """The text that `encode` was given. Raises ValueError for a cell that begins with `json:` and is none."""
    if cell.startswith("'"):
        return cell[1:]
    if cell.startswith(JSON):
        text = json.loads(cell[len(JSON) :])
        if not isinstance(text, str):
            raise ValueError("json: is followed by a text in quotation marks")
        return text
    return cell
