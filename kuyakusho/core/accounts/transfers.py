"""Reading a list of transfers (異動一覧): pure, forgiving about form, all faults at once.

    person,section,roles,from
    fr-clerk,tax,clerk,2027-04-01
    okano@yokohama-nishi.example.jp,区政推進課,企画;課長,令和9年4月1日

The heading line names the columns in Japanese or English, in any order. Commas, tabs and semicolon lists, UTF-8 or
the office's own Shift_JIS: all are read. An empty section ends the employment on that day.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kuyakusho.core.text.eras import read_day

COLUMNS = {
    "person": ("person", "key", "email", "職員", "職員番号", "メールアドレス", "メール"),
    "section": ("section", "所属", "課", "異動先", "新所属"),
    "roles": ("roles", "role", "役割", "職", "権限"),
    "from": ("from", "on", "発令日", "異動日", "日付"),
}
ROLE_NAMES = {
    "clerk": ("clerk", "担当", "係員", "職員"),
    "chief": ("chief", "課長", "係長", "所属長"),
    "planner": ("planner", "企画", "企画担当"),
    "administrator": ("administrator", "管理者", "区の管理者"),
    "auditor": ("auditor", "監査", "監査担当"),
}
_ROLES = {name: role for role, names in ROLE_NAMES.items() for name in names}
MOST_LINES = 2000


@dataclass(frozen=True)
class Fault:
    """What is wrong in a line, as a code; `value` is what stands there."""

    line: int
    code: str
    value: str = ""


@dataclass(frozen=True)
class Transfer:
    """One line that could be read. `section` is empty for the end of employment."""

    line: int
    person: str
    section: str
    roles: tuple[str, ...]
    on: date


@dataclass
class Reading:
    """Everything that was read, and everything that could not be."""

    transfers: list[Transfer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def decode(raw: bytes) -> str:
    """Bytes of a file as text. Raises UnicodeDecodeError for what is neither UTF-8 nor Shift_JIS."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp932")


def read_transfers(text: str, people: Mapping[str, str], sections: Mapping[str, str]) -> Reading:
    """Reads a list. `people` and `sections` give the public id or key by every name that may stand in it (folded
    with `fold`)."""
    reading = Reading()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n\ufeff")
    if not lines.strip():
        reading.faults.append(Fault(1, "empty"))
        return reading
    delimiter = "\t" if "\t" in lines.split("\n", 1)[0] else ","
    rows = list(csv.reader(io.StringIO(lines), delimiter=delimiter))
    if len(rows) > MOST_LINES:
        reading.faults.append(Fault(MOST_LINES, "too_long"))
        return reading
    places = _columns(rows[0])
    missing = [name for name in ("person", "section", "from") if name not in places]
    if missing:
        reading.faults.extend(Fault(1, "no_column", name) for name in missing)
        return reading
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            _line(reading, number, row, places, people, sections, seen)
    if not reading.transfers and not reading.faults:
        reading.faults.append(Fault(1, "empty"))
    return reading


def _columns(heading: list[str]) -> dict[str, int]:
    names = {fold(name): column for column, names in COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    for place, cell in enumerate(heading):
        column = names.get(fold(cell))
        if column:
            places.setdefault(column, place)
    return places


def _line(
    reading: Reading,
    number: int,
    row: list[str],
    places: Mapping[str, int],
    people: Mapping[str, str],
    sections: Mapping[str, str],
    seen: dict[str, int],
) -> None:
    def cell(column: str) -> str:
        place = places.get(column)
        return row[place].strip() if place is not None and place < len(row) else ""

    faults = []
    person = people.get(fold(cell("person")), "")
    if not person:
        faults.append(Fault(number, "no_person", cell("person")))
    elif person in seen:
        faults.append(Fault(number, "twice", str(seen[person])))
    section = ""
    if cell("section"):
        section = sections.get(fold(cell("section")), "")
        if not section:
            faults.append(Fault(number, "no_section", cell("section")))
    roles, unknown = read_roles(cell("roles"))
    faults.extend(Fault(number, "no_role", name) for name in unknown)
    on = read_day(cell("from"))
    if on is None:
        faults.append(Fault(number, "no_day", cell("from")))
    if person:
        seen.setdefault(person, number)
    if faults or on is None:
        reading.faults.extend(faults)
    else:
        reading.transfers.append(Transfer(number, person, section, roles or ("clerk",), on))


def read_roles(text: str) -> tuple[tuple[str, ...], list[str]]:
    """The roles that a cell names, and the words that name none."""
    roles, unknown = [], []
    for word in filter(None, re.split(r"[;；・、/／|+＋\s]+", text.strip())):
        role = _ROLES.get(fold(word))
        if role is None:
            unknown.append(word)
        elif role not in roles:
            roles.append(role)
    return tuple(roles), unknown


def fold(name: str) -> str:
    """A name for finding: width, case and spaces don't matter. Never shown, never kept."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()
