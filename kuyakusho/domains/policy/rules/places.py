"""Where in a document something stands: codes as printed, the second measure of the third pillar, the third bullet."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from .outline import Outline

_TOKENS = re.compile(r"[0-9]+|[A-Za-z]+|[ァ-ヴ]|[ぁ-ん]|[一-龠]+")


def folded(text: str) -> str:
    """Full and half width alike, no white space: for finding words in a text."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def code_key(code: str) -> str:
    """A printed code without widths, brackets and spaces: `1-(1)-①-ア` and `１－（１）－①－ア` are `1-1-1-ア`."""
    return "-".join(_TOKENS.findall(unicodedata.normalize("NFKC", code)))


class Places:
    """The places of an outline, worked out once."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline

    @cached_property
    def by_code(self) -> dict[str, list[str]]:
        """Code → parts, in reading order. Yokohama's measures are numbered anew in each pillar: several have one."""
        found: dict[str, list[str]] = {}
        for id, _depth in self.outline.walk():
            if code := self.outline.parts[id].code:
                found.setdefault(code_key(code), []).append(id)
        return found

    @cached_property
    def by_kind(self) -> dict[str, list[str]]:
        """Kind → parts, in reading order."""
        found: dict[str, list[str]] = {}
        for id, _depth in self.outline.walk():
            found.setdefault(self.outline.parts[id].kind, []).append(id)
        return found

    @cached_property
    def by_section(self) -> dict[str, str]:
        """Name of a section → the part that is its policy."""
        return {folded(self.outline.parts[id].title): id for id in reversed(self.by_kind.get("section", []))}

    def numbered(self, ids: list[str], number: int) -> str | None:
        """The one that is printed with that number; failing any numbers, the one in that place (from 1)."""
        codes = [code_key(self.outline.parts[id].code) for id in ids]
        for id, code in zip(ids, codes, strict=True):
            if code.rpartition("-")[2] == str(number):
                return id
        if any(code.rpartition("-")[2].isdigit() for code in codes):
            return None
        return ids[number - 1] if 0 < number <= len(ids) else None

    def below(self, id: str, kind: str) -> list[str]:
        """The parts of a kind anywhere under a part, in reading order."""
        return [i for i, _depth in self.outline.walk(id) if self.outline.parts[i].kind == kind]

    def path(self, id: str) -> str:
        """Kinds and codes from the top down, which tell a numbered part from all others; empty without a code."""
        line = [*self.outline.ancestors(id), id]
        parts = [self.outline.parts[i] for i in line]
        if not parts[-1].code:
            return ""
        return "/".join(f"{part.kind}:{code_key(part.code)}" for part in parts if part.code)
