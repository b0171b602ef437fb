"""Readers: from the bytes of a file to one source text.

The kind of file is told by its content, not by its name. What can't be read raises `UnreadableDocument` with a
sentence that says why and what to do.
"""

from __future__ import annotations

from ..errors import UnreadableDocument
from ..source import SourceText
from . import archive, text

#: Larger files are no policy documents but scans; reading them would cost a worker its memory.
MAX_BYTES = 40 * 1024 * 1024

_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXTENSIONS = {
    "pdf": ("pdf",),
    "docx": ("docx", "docm"),
    "xlsx": ("xlsx", "xlsm"),
    "html": ("html", "htm", "xhtml"),
    "text": ("txt", "text", "md", "csv", "tsv", ""),
}


def read_document(data: bytes, filename: str) -> SourceText:
    """Read a file as plain text with hints. Raises `UnreadableDocument`."""
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(
            "too-large",
            f"ファイルが大きすぎます（{len(data) // (1024 * 1024)}MB）。読み取れるのは{MAX_BYTES // (1024 * 1024)}MBまでです。",
            "画像を除いたファイルか、テキストのファイルを選んでください。",
        )
    if not data.strip(b"\x00 \t\r\n\x0c"):
        raise UnreadableDocument(
            "empty", "ファイルの中身が空です。", "文書を開けるか確かめて、もう一度選んでください。"
        )
    kind = _kind(data)
    # Each reader's library is loaded when a file wants it: together they cost a second at the start of the office.
    if kind == "pdf":
        from . import pages

        source = pages.read(data, filename)
    elif kind == "docx":
        from . import words

        source = words.read(data, filename)
    elif kind == "xlsx":
        from . import sheets

        source = sheets.read(data, filename)
    else:
        from . import web

        decoded = text.decode(data)
        kind = "html" if web.is_html(decoded.text) else "text"
        source = web.read(decoded, filename) if kind == "html" else text.read(decoded, filename)
    return _with_extension_note(source, kind, filename)


def _kind(data: bytes) -> str:
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return archive.kind(data)
    if data.startswith(_OLD_OFFICE):
        raise UnreadableDocument(
            "old-office",
            "パスワードの付いたファイルか、古い形式（.doc、.xls）のファイルです。",
            "パスワードを外し、.docxか.xlsxの形式で保存し直してください。",
        )
    if data.startswith(_IMAGES):
        raise UnreadableDocument(
            "image",
            "画像のファイルです。文字を読み取れません。",
            "文字の入ったPDFかテキストのファイルを選んでください。",
        )
    if data.startswith(b"{\\rtf"):
        raise UnreadableDocument(
            "rtf", "RTF形式のファイルは読み取れません。", ".docxの形式で保存し直してください。"
        )
    return "text"


def _with_extension_note(source: SourceText, kind: str, filename: str) -> SourceText:
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if extension in _EXTENSIONS[kind]:
        return source
    note = f"拡張子は「.{extension}」ですが、中身から{_NAMES[kind]}として読みました。"
    return SourceText(
        source.text,
        source.filename,
        source.media_type,
        source.encoding,
        (*source.notes, note),
        source.losses,
        source.hints,
    )


_NAMES = {"pdf": "PDF", "docx": "Word文書", "xlsx": "Excelの表", "html": "HTML", "text": "テキスト"}
