"""Where things stand in a TOML file. The standard reader gives values without lines; a fault must name a line.

    lines = lines_of(text)
    lines.at(("initiative", 3, "find", 0, "code"))  →  41

Text that the standard reader has already accepted is walked once more; only headers, keys and the ends of strings
and arrays matter. A place inside an inline table or an array of values has the line of the key that opens it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'")
_LONG = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}' + r"|'''.*?'{3,5}", re.S)
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


@dataclass
class Lines:
    """Lines by path; the first line of a file is 1."""

    found: dict[Path, int] = field(default_factory=dict)

    def at(self, path: Path) -> int:
        """The line of the thing itself, or of the nearest thing around it that has one."""
        for end in range(len(path), 0, -1):
            line = self.found.get(path[:end])
            if line is not None:
                return line
        return 1


def lines_of(text: str) -> Lines:
    """The lines of all tables and keys. `text` must be TOML that the standard reader takes."""
    return _Walk(text.replace("\r\n", "\n")).lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.line = 1
        self.lines = Lines()
        self.counts: dict[Path, int] = {}
        self.table: Path = ()
        while True:
            self._skip_space()
            if self.place >= len(text):
                return
            if text[self.place] == "[":
                self._header()
            else:
                self._pair()

    def _move(self, to: int) -> None:
        self.line += self.text.count("\n", self.place, to)
        self.place = to

    def _skip_space(self) -> None:
        match = _SPACE.match(self.text, self.place)
        assert match is not None
        self._move(match.end())

    def _header(self) -> None:
        several = self.text.startswith("[[", self.place)
        line = self.line
        self._move(self.place + (2 if several else 1))
        names = self._key()
        self._move(self.text.index("]", self.place) + (2 if several else 1))
        parent = self._inside(names[:-1])
        path: Path = (*parent, names[-1])
        if several:
            number = self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, number)
        self.table = path
        self._note(path, line)

    def _inside(self, names: list[str]) -> Path:
        """The path of a table by its names: of an array of tables its last entry is meant."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self.counts:
                path = (*path, self.counts[path])
        return path

    def _pair(self) -> None:
        line = self.line
        names = self._key()
        self._note((*self.table, *names), line)
        self._move(self.text.index("=", self.place) + 1)
        self._value()

    def _note(self, path: Path, line: int) -> None:
        for end in range(1, len(path) + 1):
            self.lines.found.setdefault(path[:end], line)

    def _key(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip_space()
            match = _BARE.match(self.text, self.place) or _STRING.match(self.text, self.place)
            if match is None:
                return names or [""]
            names.append(match.group().strip("\"'"))
            self._move(match.end())
            self._skip_space()
            if not self.text.startswith(".", self.place):
                return names
            self._move(self.place + 1)

    def _value(self) -> None:
        """Goes to the end of the value: strings may hold brackets and signs, arrays may run over lines."""
        depth = 0
        while self.place < len(self.text):
            if match := _LONG.match(self.text, self.place) or _STRING.match(self.text, self.place):
                self._move(match.end())
                continue
            sign = self.text[self.place]
            if sign == "#":
                end = self.text.find("\n", self.place)
                self._move(len(self.text) if end < 0 else end)
                continue
            if sign == "\n" and depth == 0:
                return
            depth += (sign in "[{") - (sign in "]}")
            self._move(self.place + 1)
