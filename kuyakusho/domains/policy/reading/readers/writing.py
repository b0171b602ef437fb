"""Writing a source text piece by piece, with hints for what the file format knows."""

from __future__ import annotations

from ..errors import UnreadableDocument
from ..source import Hint, SourceText

#: More text than any policy has; a document beyond it is refused rather than cut.
MAX_TEXT = 8_000_000


class Writer:
    """Collects lines and hints in order."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._hints: list[Hint] = []
        self._length = 0
        self._blank = 2

    def line(self, text: str, hint: str = "", level: int = 0) -> None:
        """Add one block of text (it may hold line breaks) with what the format says about it."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
        if not text.strip():
            self.space()
            return
        start = self._length
        self._add(text.rstrip("\n") + "\n")
        if hint:
            self._hints.append(Hint(start, self._length, hint, level))
        self._blank = 0

    def space(self) -> None:
        """Add an empty line, never two."""
        if self._blank == 0:
            self._add("\n")
            self._blank = 1

    def page(self) -> None:
        """A new page starts here."""
        self.space()
        self._hints.append(Hint(self._length, self._length, "page"))

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > MAX_TEXT:
            raise UnreadableDocument(
                "too-long",
                "文書の文字数が多すぎます。",
                "1つの区の1年分の方針だけを含むファイルを選んでください。",
            )

    @property
    def is_empty(self) -> bool:
        return not any(part.strip() for part in self._parts)

    def source(
        self,
        filename: str,
        media_type: str,
        notes: tuple[str, ...] = (),
        losses: tuple[str, ...] = (),
        encoding: str = "",
    ) -> SourceText:
        return SourceText(
            "".join(self._parts), filename, media_type, encoding, notes, losses, tuple(self._hints)
        )
