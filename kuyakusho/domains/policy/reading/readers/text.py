"""Plain text in the encodings of Japanese offices.

UTF-8, UTF-16, Shift_JIS (CP932), EUC-JP and ISO-2022-JP are told apart by their bytes. A file cut in the
middle of a character keeps all that can be read.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from ..errors import UnreadableDocument
from ..source import SourceText

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp932": "Shift_JIS",
    "euc_jis_2004": "EUC-JP",
    "iso2022_jp_ext": "ISO-2022-JP",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd\ue000-\uf8ff]")
_JAPANESE = re.compile(r"[ぁ-んァ-ヴー一-龥、。・「」]")
_HALF_KANA = re.compile(r"[｡-ﾟ]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding it was read in, and how many characters could not be read."""

    text: str
    encoding: str
    lost: int


def decode(data: bytes) -> Decoded:
    """Decode bytes. Raises `UnreadableDocument` when they are no text in any known encoding."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            body = data[len(bom) :] if encoding != "utf-8-sig" else data[3:]
            return _checked(_lenient(body, "utf-8" if encoding == "utf-8-sig" else encoding))
    if b"\n\x00" in data or b"\x00\n" in data or data[:4000].count(0) > len(data[:4000]) // 8:
        candidates = ["utf-16-le", "utf-16-be", "utf-8"]
    elif b"\x1b$" in data or b"\x1b(" in data[:2000]:
        candidates = ["iso2022_jp_ext"]
    else:
        candidates = ["utf-8", "cp932", "euc_jis_2004"]
    tried = [_lenient(data, encoding) for encoding in candidates]
    return _checked(max(tried, key=_plausibility))


def _lenient(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(_plain(data.decode(encoding)), encoding, 0)
    except UnicodeDecodeError:
        text = _plain(data.decode(encoding, errors="replace"))
        return Decoded(text, encoding, text.count("\ufffd"))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def _plausibility(decoded: Decoded) -> float:
    """Japanese characters speak for an encoding; unreadable ones, half-width kana and private ones against it."""
    text = decoded.text[:200_000]
    if not text:
        return -1.0
    foreign = len(text) - len(text.encode("cp932", "ignore").decode("cp932", "ignore"))
    strange = len(_CONTROL.findall(text)) + 0.7 * len(_HALF_KANA.findall(text)) + 0.3 * foreign
    return (len(_JAPANESE.findall(text)) - 6.0 * strange) / len(text) + (0.01 if decoded.lost == 0 else 0.0)


def _checked(decoded: Decoded) -> Decoded:
    text = decoded.text
    strange = len(_CONTROL.findall(text))
    if not text.strip() or strange > max(8, len(text) // 20):
        raise UnreadableDocument(
            "not-text",
            "文書として読める形式ではありません。",
            "テキスト、HTML、PDF、.docx、.xlsxのいずれかのファイルを選んでください。",
        )
    return decoded


def read(decoded: Decoded, filename: str) -> SourceText:
    """The source text of a plain text file."""
    return SourceText(
        text=decoded.text,
        filename=filename,
        media_type="text/plain",
        encoding=_NAMES[decoded.encoding],
        notes=(f"文字コードは{_NAMES[decoded.encoding]}です。",),
        losses=losses(decoded),
    )


def losses(decoded: Decoded) -> tuple[str, ...]:
    if not decoded.lost:
        return ()
    return (f"読み取れない文字が{decoded.lost}か所あります。文書が途中で切れているかもしれません。",)


def name_of(encoding: str) -> str:
    return _NAMES.get(encoding, encoding)
