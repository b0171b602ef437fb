"""Where in a document something stands, for telling parts apart."""

from __future__ import annotations

import unicodedata
from functools import cached_property

from ..reading.numbering import code_key
from .outline import Outline


def folded(text: str) -> str:
    """Full and half width alike, no white space: for comparing words."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def coded(code: str) -> str:
    """A printed code without widths, brackets and spaces: `1-(1)-①-ア` and `１－（１）－①－ア` are `1-1-1-ア`."""
    return "-".join(code_key(code))


class Places:
    """The places of an outline, worked out once."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline

    @cached_property
    def by_kind(self) -> dict[str, list[str]]:
        """Kind → parts, in reading order."""
        found: dict[str, list[str]] = {}
        for id, _depth in self.outline.walk():
            found.setdefault(self.outline.parts[id].kind, []).append(id)
        return found

    def path(self, id: str) -> str:
        """Kinds and codes from the top down, which tell a numbered part from all others; empty without a code."""
        parts = [self.outline.parts[i] for i in (*self.outline.ancestors(id), id)]
        if not parts[-1].code:
            return ""
        return "/".join(f"{part.kind}:{coded(part.code)}" for part in parts if part.code)
