"""Which characters a font can draw: its cmap table, read from the file.

A PDF for everybody (PDF/UA) may not hold a character without a glyph, so typst refuses to make one; a name with a rare
character would stop a letter. Therefore the text is looked through beforehand. Formats 4 and 12 of the table are read:
every font of the last twenty years has one of them (OpenType specification, "cmap").
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Coverage:
    """Code points as ranges, sorted and apart: `starts[i]` up to and with `ends[i]`."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def has(self, code_point: int) -> bool:
        place = bisect_right(self.starts, code_point) - 1
        return place >= 0 and code_point <= self.ends[place]


def of_ranges(ranges: Iterable[tuple[int, int]]) -> Coverage:
    """Puts ranges in order and joins those that touch."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return Coverage(tuple(s for s, _e in joined), tuple(e for _s, e in joined))


def together(coverages: Iterable[Coverage]) -> Coverage:
    """What at least one of them has."""
    return of_ranges(pair for c in coverages for pair in zip(c.starts, c.ends, strict=True))


def of_font(path: Path, index: int = 0) -> Coverage:
    """The coverage of a TrueType or OpenType file, or of one font of a collection. Raises ValueError for other files."""
    data = path.read_bytes()
    start = 0
    if data[:4] == b"ttcf":
        (start,) = struct.unpack_from(">I", data, 12 + 4 * index)
    elif data[:4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise ValueError(f"{path.name} is no font")
    (tables,) = struct.unpack_from(">H", data, start + 4)
    for number in range(tables):
        tag, _sum, offset, _length = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            return of_ranges(_of_cmap(data, offset))
    raise ValueError(f"{path.name} has no table of characters")


def _of_cmap(data: bytes, cmap: int) -> Iterable[tuple[int, int]]:
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    best = {}
    for number in range(count):
        platform, _encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        if platform in (0, 3):
            (kind,) = struct.unpack_from(">H", data, cmap + offset)
            best[kind] = cmap + offset
    if 12 in best:
        return _format_12(data, best[12])
    if 4 in best:
        return _format_4(data, best[4])
    raise ValueError("a font without a Unicode table")


def _format_12(data: bytes, at: int) -> list[tuple[int, int]]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    found = []
    for number in range(groups):
        start, end, glyph = struct.unpack_from(">III", data, at + 16 + 12 * number)
        if glyph:
            found.append((start, end))
    return found


def _format_4(data: bytes, at: int) -> list[tuple[int, int]]:
    (double,) = struct.unpack_from(">H", data, at + 6)
    segments = double // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts = struct.unpack_from(f">{segments}H", data, at + 16 + double)
    deltas = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * double)
    offsets = struct.unpack_from(f">{segments}H", data, at + 16 + 3 * double)
    found = []
    for i, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code_point in range(start, min(end, 0xFFFE) + 1):
            if offset == 0:
                glyph = (code_point + delta) & 0xFFFF
            else:
                place = at + 16 + 3 * double + 2 * i + offset + 2 * (code_point - start)
                (glyph,) = struct.unpack_from(">H", data, place)
            if glyph:
                found.append((code_point, code_point))
    return found
