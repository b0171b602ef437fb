"""PDF files, by pypdf: text with its place on the page, put into the order of columns.

The text layer of a PDF has no order of reading. Fragments are placed on the page, joined to lines, and the
page is cut into columns where a clear gutter runs through it; each column is read from top to bottom. What a
page's boxes still tear apart is the business of the layout repairs.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from typing import Any

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from ..errors import UnreadableDocument
from ..source import SourceText
from .columns import Fragment, read_page
from .writing import Writer

MAX_PAGES = 300
_BROKEN = (
    PyPdfError, zlib.error, ValueError, LookupError, TypeError, AttributeError, OSError, RuntimeError, ArithmeticError, AssertionError,
    EOFError,
)  # fmt: skip
_JAPANESE = re.compile(r"[ぁ-んァ-ヴ一-龥]")


def read(data: bytes, filename: str) -> SourceText:
    """The source text of a PDF. Raises `UnreadableDocument`."""
    reader = _open(data)
    writer = Writer()
    empty: list[int] = []
    broken: list[int] = []
    columns = 0
    try:
        count = len(reader.pages)
    except _BROKEN as error:
        raise _damaged() from error
    if count > MAX_PAGES:
        raise UnreadableDocument(
            "too-long",
            f"PDFのページが多すぎます（{count}ページ）。",
            f"方針の部分だけを{MAX_PAGES}ページまでにして選んでください。",
        )
    for number in range(count):
        writer.page()
        try:
            fragments, plain = _fragments(reader, number)
        except _BROKEN:
            broken.append(number + 1)
            continue
        if not plain.strip():
            empty.append(number + 1)
            continue
        if _ink(fragments) < 0.9 * len("".join(plain.split())):
            for line in plain.split("\n"):
                writer.line(line)
            continue
        columns = max(columns, read_page(writer, fragments))
    if writer.is_empty:
        if broken:
            raise _damaged()
        raise UnreadableDocument(
            "no-text",
            "PDFに文字の情報がありません（紙を読み取った画像のようです）。",
            "文書を作ったソフトからPDFにし直すか、テキストのファイルを選んでください。",
        )
    return writer.source(filename, "application/pdf", _notes(count, columns), _losses(writer, empty, broken))


def _open(data: bytes) -> pypdf.PdfReader:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError as error:
        raise _locked() from error
    except _BROKEN as error:
        raise _damaged() from error
    if locked:
        raise _locked()
    return reader


def _locked() -> UnreadableDocument:
    return UnreadableDocument(
        "encrypted", "パスワードの付いたPDFです。", "パスワードを外して保存したPDFを選んでください。"
    )


def _damaged() -> UnreadableDocument:
    return UnreadableDocument(
        "broken",
        "PDFのファイルが壊れているため、開けません。",
        "元のファイルを開けるか確かめて、保存し直してください。",
    )


def _fragments(reader: pypdf.PdfReader, number: int) -> tuple[list[Fragment], str]:
    """The placed pieces of text of one page, and the page's text in drawing order."""
    fragments: list[Fragment] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        shown = text.replace("\n", "")
        if not shown.strip():
            return
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(tm[0] * cm[0] + tm[1] * cm[2]) or abs(tm[1] * cm[1]) or 1.0
        fragments.append(Fragment(float(x), float(y), max(1.0, abs(float(size) * float(scale))), shown))

    visitor: Callable[..., None] = visit
    plain = reader.pages[number].extract_text(visitor_text=visitor)
    return fragments, plain


def _ink(fragments: list[Fragment]) -> int:
    return sum(len("".join(fragment.text.split())) for fragment in fragments)


def _notes(count: int, columns: int) -> tuple[str, ...]:
    notes = [f"PDF{count}ページを読みました。"]
    if columns > 1:
        notes.append(f"{columns}段組みのページは、段ごとに上から読みました。")
    return tuple(notes)


def _losses(writer: Writer, empty: list[int], broken: list[int]) -> tuple[str, ...]:
    losses = []
    if empty:
        losses.append(f"{_listed(empty)}ページには文字の情報がありません（画像だけのページ）。")
    if broken:
        losses.append(f"{_listed(broken)}ページは壊れていて読み取れません。")
    text = writer.source("", "").text
    letters = [c for c in text if not c.isspace()]
    if len(letters) > 200 and len(_JAPANESE.findall(text)) < 0.15 * len(letters):
        losses.append("日本語の文字がほとんどありません。PDFの文字の情報が正しくないかもしれません。")
    return tuple(losses)


def _listed(numbers: list[int]) -> str:
    return "、".join(map(str, numbers[:8])) + ("など" if len(numbers) > 8 else "")
