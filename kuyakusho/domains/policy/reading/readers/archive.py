"""Office files are archives: what is inside, and whether it is safe to open."""

from __future__ import annotations

import io
import zipfile
import zlib

from ..errors import UnreadableDocument

MAX_ENTRIES = 3000
MAX_UNPACKED = 150 * 1024 * 1024
MAX_XML = 60 * 1024 * 1024
MAX_RATIO = 250
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, LookupError)


def kind(data: bytes) -> str:
    """`docx` or `xlsx`, after checking sizes. Raises `UnreadableDocument` for bombs and other archives."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = {info.filename for info in infos}
            _check_sizes(infos)
            for name in ("word/document.xml", "xl/workbook.xml"):
                if name in names:
                    _check_truth(archive, name)
    except _BROKEN as error:
        raise broken("Word文書かExcelの表") from error
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.startswith("ppt/") for name in names):
        what = "PowerPointのファイルは読み取れません。"
    elif "mimetype" in names:
        what = "OpenDocument形式のファイルは読み取れません。"
    else:
        what = "圧縮ファイル（ZIP）です。"
    raise UnreadableDocument("archive", what, "PDFか.docx、.xlsxの形式にして、中の文書を1つ選んでください。")


def _check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(info.file_size for info in infos)
    worst = max(
        (info.file_size / max(info.compress_size, 1) for info in infos if info.file_size > 1 << 20), default=0
    )
    largest = max((info.file_size for info in infos if info.filename.endswith((".xml", ".rels"))), default=0)
    if len(infos) > MAX_ENTRIES or unpacked > MAX_UNPACKED or worst > MAX_RATIO or largest > MAX_XML:
        raise UnreadableDocument(
            "archive-too-large",
            "ファイルを展開すると大きくなりすぎるため、開くのをやめました。",
            "文書を作ったソフトで保存し直すか、テキストのファイルを選んでください。",
        )


def _check_truth(archive: zipfile.ZipFile, name: str) -> None:
    """Sizes in the directory may lie: unpack the main part and stop at the limit."""
    limit = archive.getinfo(name).file_size
    read = 0
    with archive.open(name) as part:
        while chunk := part.read(1 << 20):
            read += len(chunk)
            if read > min(limit, MAX_XML) + 1024:
                raise UnreadableDocument(
                    "archive-too-large",
                    "ファイルの大きさの記録が実際と違うため、開くのをやめました。",
                    "文書を作ったソフトで保存し直してください。",
                )


def broken(what: str) -> UnreadableDocument:
    return UnreadableDocument(
        "broken",
        f"{what}のファイルが壊れているため、開けません。",
        "元のファイルを開けるか確かめて、保存し直してください。",
    )
