"""What may be uploaded: decided from the bytes, never from what the sender says about them. Pure.

A file passes when its name's ending, its own signature and its inside agree. Archives inside (DOCX and XLSX are
zip files) are opened only as far as their directory, and refused when they would unpack to more than they should.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

import filetype
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.errors import Invalid, Text

MB = 1024 * 1024
LONGEST_NAME = 200
UNPACKED_LIMIT = 300 * MB
RATIO_LIMIT = 200
RATIO_FROM = 5 * MB
MEMBERS_LIMIT = 5000
PIXELS_LIMIT = 60_000_000


@dataclass(frozen=True)
class Kind:
    """A kind of file: its ending, the media type it is served as, and the part that must be inside a zip."""

    ending: str
    media_type: str
    inside: str = ""


KINDS = {
    kind.ending: kind
    for kind in (
        Kind("pdf", "application/pdf"),
        Kind("jpg", "image/jpeg"),
        Kind("png", "image/png"),
        Kind("webp", "image/webp"),
        Kind(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "word/document.xml",
        ),
        Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/workbook.xml"),
        Kind("txt", "text/plain; charset=utf-8"),
        Kind("csv", "text/csv; charset=utf-8"),
        Kind("html", "text/html"),
    )
}
SAME_ENDING = {"jpeg": "jpg", "htm": "html"}
DOCUMENTS = ("pdf", "docx", "xlsx", "txt", "html")
PICTURES = ("jpg", "png", "webp")


def check(name: str, content: bytes, *, kinds: tuple[str, ...], limit: int) -> Kind:
    """The kind of the file. `kinds` are the endings that are welcome, `limit` the most bytes.

    Raises Invalid, with what to do instead, when the file is empty, too large, of another kind, or unsound.
    """
    if not content:
        raise _refuse("file_empty", _("ファイルが空です。"), _("中身のあるファイルを選んでください。"))
    if len(content) > limit:
        raise _refuse(
            "file_too_large",
            _("ファイルが大きすぎます。%(limit)sMBまで受け付けます。") % {"limit": limit // MB},
            _("小さくするか、分けて送ってください。"),
        )
    ending = ending_of(name)
    if ending not in kinds:
        raise _refuse(
            "file_kind",
            _("この種類のファイルは受け付けていません。"),
            _("受け付けるのは %(kinds)s です。") % {"kinds": ", ".join(k.upper() for k in kinds)},
        )
    kind = KINDS[ending]
    if not _is_of(kind, content):
        raise _refuse(
            "file_not_what_it_says",
            _("ファイルの中身が、名前の種類（%(ending)s）と合っていません。") % {"ending": ending.upper()},
            _("もとのソフトで開き、保存し直してから送ってください。"),
        )
    if fault := _unsound(kind, content):
        raise _refuse("file_unsound", fault, _("もとのソフトで開き、保存し直してから送ってください。"))
    return kind


def ending_of(name: str) -> str:
    """The ending in one form: `jpg` for .JPEG; empty when there is none."""
    _stem, dot, ending = unicodedata.normalize("NFKC", name).rpartition(".")
    ending = ending.strip().lower() if dot else ""
    return SAME_ENDING.get(ending, ending)


def shown_name(name: str) -> str:
    """The name as it is kept and shown: what the owner wrote, without a path and without invisible characters."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    visible = visible.strip(" .\u3000") or "file"
    if len(visible) <= LONGEST_NAME:
        return visible
    stem, dot, ending = visible.rpartition(".")
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending if dot else visible[:LONGEST_NAME]


def _is_of(kind: Kind, content: bytes) -> bool:
    if kind.ending in ("txt", "csv", "html"):
        return _is_text(content) and filetype.guess(content[:8192]) is None
    if kind.inside:
        return content[:4] == b"PK\x03\x04" and _has_member(content, kind.inside)
    guessed = filetype.guess(content[:8192])
    return guessed is not None and guessed.mime == kind.media_type


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8-sig", "cp932", "euc_jp"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _has_member(content: bytes, name: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return name in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        return False


def _unsound(kind: Kind, content: bytes) -> Text:
    """What is wrong inside, or nothing."""
    if kind.inside:
        return _unsound_archive(content)
    if kind.ending == "pdf" and b"%%EOF" not in content[-2048:]:
        return _("PDFが途中で切れています。")
    if kind.ending in PICTURES:
        size = picture_size(kind.ending, content)
        if size is None:
            return _("画像を読み取れません。")
        if size[0] * size[1] > PIXELS_LIMIT:
            return _("画像の縦横が大きすぎます。")
    return ""


def _unsound_archive(content: bytes) -> Text:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS_LIMIT:
            return _("ファイルの中の部品が多すぎます。")
        total = sum(member.file_size for member in members)
        if total > UNPACKED_LIMIT or (total > RATIO_FROM and total > RATIO_LIMIT * len(content)):
            return _("ファイルを開くと大きくなりすぎます。")
        for member in members:
            if member.flag_bits & 1:
                return _("パスワードのかかったファイルは受け付けていません。")
            if member.filename.lower().endswith("vbaproject.bin"):
                return _("マクロを含むファイルは受け付けていません。")
            if member.filename.startswith("/") or ".." in member.filename.replace("\\", "/").split("/"):
                return _("ファイルの中に、不正な部品があります。")
    return ""


def picture_size(ending: str, content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the header says them, without decoding anything."""
    if ending == "png" and len(content) >= 24:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if ending == "webp":
        return _webp_size(content)
    return _jpeg_size(content) if ending == "jpg" else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    if len(content) < 30:
        return None
    shape = content[12:16]
    if shape == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if shape == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if shape == b"VP8 ":
        width = int.from_bytes(content[26:28], "little") & 0x3FFF
        return width, int.from_bytes(content[28:30], "little") & 0x3FFF
    return None


def _refuse(code: str, sentence: Text, next_step: Text) -> Invalid:
    return Invalid(code, sentence, next_step, fields={"file": sentence})
