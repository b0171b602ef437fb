"""Reads the files of a pack into typed entries that know where they stand.

Nothing is raised while reading: faults are collected, so that all of them are told at once, and entries that don't
fit are left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from .amounts import faults_of_amounts
from .faults import Fault, did_you_mean
from .plain import faults_of_plain_words
from .positions import Lines, lines_of
from .positions import Path as Steps
from .shapes import in_plain_words, names_at

S = TypeVar("S", bound=BaseModel)

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")
_FENCE = "+++"


@dataclass(frozen=True)
class Entry(Generic[S]):
    """An entry with its place. `base` leads to it inside the file, `where` names it to a person."""

    value: S
    file: str
    where: str
    base: Steps = ()
    lines: Lines = field(default_factory=Lines, repr=False, compare=False)

    @property
    def line(self) -> int:
        """The line on which it begins."""
        return self.lines.at(self.base)

    def line_of(self, *steps: str | int) -> int:
        """The line of a name inside the entry: `line_of("find", 0, "code")`."""
        return self.lines.at((*self.base, *steps))

    def fault(self, name: str, what: str, mend: str, *steps: str | int) -> Fault:
        """A fault about `name` in this entry; `steps` where the name alone doesn't lead to it."""
        return Fault(self.file, self.where, name, what, mend, self.line_of(*(steps or (name,))))

    def unknown(self, name: str, word: str, known: Iterable[str], *steps: str | int) -> Fault:
        """The fault of a word that should lead to something else in the pack and doesn't."""
        return self.fault(name, f"{word!r} is not there", did_you_mean(word, known), *steps)


class TomlFile:
    """A TOML file: its tables as entries. `tables` are the names that may stand on its first level."""

    def __init__(self, folder: PackFolder, name: str, tables: Iterable[str]) -> None:
        self.folder = folder
        self.name = name
        self.data: dict[str, Any] = {}
        self.lines = Lines()
        text = folder.text(name)
        if text is None:
            return
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            folder.faults.append(_broken(name, text, str(error)))
            return
        self.lines = lines_of(text)
        allowed = sorted(tables)
        for key in self.data:
            if key not in allowed:
                folder.faults.append(
                    Fault(
                        name,
                        "",
                        key,
                        "is not a table that is known here",
                        did_you_mean(key, allowed),
                        self.lines.at((key,)),
                    )
                )

    def entries(self, table: str, shape: type[S], by: str = "key") -> list[Entry[S]]:
        """The entries of `[[table]]`. `by` is the name by which a person knows one."""
        rows = self.data.get(table, [])
        if not isinstance(rows, list):
            self.folder.faults.append(
                Fault(
                    self.name,
                    "",
                    table,
                    "is one table",
                    f"Write [[{table}]], once for each",
                    self.lines.at((table,)),
                )
            )
            return []
        found = []
        for number, row in enumerate(rows):
            entry = self.folder.entry(
                shape, row, self.name, _named(table, row, by, number), (table, number), self.lines
            )
            found += [entry] if entry else []
        return found

    def entry(self, table: str, shape: type[S]) -> Entry[S] | None:
        """The one entry `[table]`; its absence is a fault."""
        if table not in self.data:
            if self.data or self.folder.text(self.name) is not None:
                self.folder.faults.append(Fault(self.name, "", table, "is missing", f"Add [{table}]", 1))
            return None
        return self.folder.entry(shape, self.data[table], self.name, table, (table,), self.lines)


@dataclass(frozen=True)
class Page(Generic[S]):
    """A Markdown file: what stands between +++ and +++ at its head, and the text below."""

    head: Entry[S]
    text: str
    text_line: int


class PackFolder:
    """A pack's folder. Everything that is read from it is remembered as read; the rest is a fault in the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.faults: list[Fault] = []
        self._texts: dict[str, str | None] = {}
        self._rejected: dict[str, set[str]] = {}

    def names(self) -> list[str]:
        """All files, as `policy/headings.toml`; files whose name begins with a dot are not looked at."""
        return sorted(
            str(PurePosixPath(path.relative_to(self.path)))
            for path in self.path.rglob("*")
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(self.path).parts)
        )

    def matching(self, *patterns: str) -> list[str]:
        """The files that fit one of the patterns; `policy/**` takes the whole folder."""
        return [name for name in self.names() if any(fits(name, pattern) for pattern in patterns)]

    def split(self, name: str) -> list[str]:
        """A file, or the files of the folder of the same name that it may be split into."""
        stem, dot, ending = name.rpartition(".")
        return self.matching(name, f"{stem}/*{dot}{ending}")

    def digest(self, *patterns: str) -> str:
        """SHA-256 over names and bytes of the files that fit."""
        sum_ = hashlib.sha256()
        for name in self.matching(*patterns):
            sum_.update(f"{name}\0".encode())
            sum_.update(hashlib.sha256((self.path / name).read_bytes()).digest())
        return sum_.hexdigest()

    def text(self, name: str) -> str | None:
        """The text of a file, or None where there is none or it can't be read (then with a fault, once)."""
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def _read(self, name: str) -> str | None:
        try:
            raw = (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            what, mend = "is not UTF-8", "Save it as UTF-8"
            if _is_shift_jis(raw):
                what, mend = "is Shift_JIS, not UTF-8", "Save it as UTF-8 (in Excel: CSV UTF-8)"
            self.faults.append(Fault(name, "", "", what, mend, raw.count(b"\n", 0, error.start) + 1))
            return None

    def rejected(self, name: str) -> set[str]:
        """The keys of entries of a file that don't fit their shape: what leads to them isn't another fault."""
        return {key for one in self.split(name) for key in self._rejected.get(one, ())}

    def toml(self, name: str, *tables: str) -> TomlFile:
        """A TOML file of which only these tables are known."""
        return TomlFile(self, name, tables)

    def entries(self, name: str, table: str, shape: type[S], by: str = "key") -> list[Entry[S]]:
        """The entries `[[table]]` of a file, or of all files of the folder of the same name."""
        return [
            entry for one in self.split(name) for entry in self.toml(one, table).entries(table, shape, by)
        ]

    def rows(self, name: str, shape: type[S], by: str = "key") -> list[Entry[S]]:
        """The rows of a CSV file; its first line names the columns, in any order."""
        text = self.text(name)
        if text is None:
            return []
        try:
            return self._rows(name, text, shape, by)
        except csv.Error as error:
            self.faults.append(
                Fault(
                    name,
                    "",
                    "",
                    f"can't be read as CSV: {error}",
                    "Look for a quotation mark that isn't closed",
                )
            )
            return []

    def _rows(self, name: str, text: str, shape: type[S], by: str) -> list[Entry[S]]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        columns = next(reader, [])
        known = names_at(shape, ())
        faults = [
            Fault(name, "", column, "is not a column that is known here", did_you_mean(column, known), 1)
            for column in columns
            if column not in known
        ]
        faults += [
            Fault(name, "", column, "is a column twice", "Keep one", 1)
            for column in sorted({c for c in columns if columns.count(c) > 1})
        ]
        if faults or not columns:
            self.faults += faults or [
                Fault(name, "", "", "has no columns", f"Write a first line: {','.join(known)}", 1)
            ]
            return []
        found = []
        last = reader.line_num
        for number, cells in enumerate(reader):
            line, last = last + 1, reader.line_num
            if not any(cells):
                continue
            lines = Lines({(number,): line})
            if len(cells) != len(columns):
                self.faults.append(
                    Fault(
                        name,
                        f"row {number + 1}",
                        "",
                        f"has {len(cells)} cells, and there are {len(columns)} columns",
                        "Look for a comma too many or too few; put text with a comma in quotation marks",
                        line,
                    )
                )
                continue
            data = dict(zip(columns, cells, strict=True))
            entry = self.entry(shape, data, name, _named("row", data, by, number), (number,), lines)
            found += [entry] if entry else []
        return found

    def page(self, name: str, shape: type[S]) -> Page[S] | None:
        """A Markdown file with a head of TOML between two lines of +++."""
        text = self.text(name)
        if text is None:
            return None
        lines = text.replace("\r\n", "\n").split("\n")
        ends = [number for number, line in enumerate(lines) if line.strip() == _FENCE]
        if len(ends) < 2 or ends[0] != 0:
            self.faults.append(
                Fault(name, "", "", "has no head", "Begin with a line +++, the names, and a line +++", 1)
            )
            return None
        # The fence stays as an empty line, so that the lines of the head are those of the file.
        head = "\n" + "\n".join(lines[1 : ends[1]]) + "\n"
        try:
            data = tomllib.loads(head)
        except tomllib.TOMLDecodeError as error:
            self.faults.append(_broken(name, head, str(error)))
            return None
        entry = self.entry(shape, data, name, "head", (), lines_of(head))
        body = "\n".join(lines[ends[1] + 1 :]).strip("\n")
        return Page(entry, body, ends[1] + 2) if entry else None

    def entry(
        self, shape: type[S], data: object, file: str, where: str, base: Steps, lines: Lines
    ) -> Entry[S] | None:
        """One entry from raw data, or None and faults. Every entry of every part comes through here."""
        if isinstance(data, Mapping):
            self.faults += faults_of_plain_words(data, file, where, base, lines)
            self.faults += faults_of_amounts(data, file, where, base, lines)
        try:
            return Entry(shape.model_validate(data), file, where, base, lines)
        except ValidationError as error:
            if isinstance(data, Mapping):
                self._rejected.setdefault(file, set()).add(str(data.get("key", "")))
            for one in error.errors():
                name, what, mend = in_plain_words(dict(one), shape)
                steps = tuple(step for step in one["loc"] if isinstance(step, str | int))
                self.faults.append(Fault(file, where, name, what, mend, lines.at((*base, *steps))))
            return None


def fits(name: str, pattern: str) -> bool:
    """Whether a file's name fits: `*` stays inside a folder, a final `**` takes everything below."""
    if pattern.endswith("/**"):
        return name.startswith(pattern[:-2])
    return name.count("/") == pattern.count("/") and PurePosixPath(name).match(pattern)


def twice(entries: Iterable[Entry[Any]], *names: str, shown_as: str = "") -> Iterator[Fault]:
    """A fault for each entry whose `names` together stand before it already; `shown_as` where a name is derived."""
    first: dict[tuple[Any, ...], Entry[Any]] = {}
    for entry in entries:
        value = tuple(getattr(entry.value, name) for name in names)
        if value in first:
            other = first[value]
            shown = " ".join(str(one) for one in value)
            yield entry.fault(
                shown_as or names[0],
                f"is {shown}, which stands in {other.file}:{other.line} already",
                "Give it one of its own, or take one away",
            )
        else:
            first[value] = entry


def _is_shift_jis(raw: bytes) -> bool:
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        return False
    return not any("\ue000" <= sign <= "\uf8ff" for sign in text)  # bytes without a character of their own


def _named(table: str, row: object, by: str, number: int) -> str:
    name = row.get(by) if isinstance(row, Mapping) else None
    return f"{table} {name}" if isinstance(name, str | int) and name != "" else f"{table} {number + 1}"


def _broken(name: str, text: str, message: str) -> Fault:
    found = _AT_LINE.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    plain = _AT_LINE.sub("", message)
    mend = "Mend the form of this line or the one before"
    said = plain.lower()
    if "overwrite" in said or "twice" in said:
        mend = "The name stands before in the same table: keep one"
    elif "string" in said or "illegal character" in said:
        mend = "Look for a quotation mark that isn't closed, or a backslash"
    elif "value" in said:
        mend = "Text goes in quotation marks; days are written 2022-04-01, yes and no true and false"
    return Fault(name, "", "", f"can't be read as TOML: {plain}", mend, line)
