"""From placed fragments of a page to lines in reading order."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from ..characters import fold
from ..lines import columns as width_of
from ..marks.marker import marker_for
from .writing import Writer

#: A gap of this many character widths may be a gutter between columns.
WIDE_GAP = 1.4
#: A gap of this many stands between two cells, not between two words of a line.
CELL_GAP = 4.0
MAX_COLUMNS = 4
#: A page with more pieces is a drawing; it is read line by line.
MOST_SEGMENTS = 3000


@dataclass(slots=True)
class Fragment:
    """A piece of text drawn at a place; `y` grows upwards, as in the file."""

    x: float
    y: float
    size: float
    text: str

    @property
    def right(self) -> float:
        """Where it ends, estimated: fonts' own widths are often missing."""
        return self.x + self.size * width_of(self.text.rstrip()) / 2


@dataclass(slots=True)
class Segment:
    """Fragments that stand together in one line."""

    fragments: list[Fragment] = field(default_factory=list)

    @property
    def x(self) -> float:
        return self.fragments[0].x

    @property
    def right(self) -> float:
        return max(fragment.right for fragment in self.fragments)

    @property
    def y(self) -> float:
        return self.fragments[0].y

    @property
    def size(self) -> float:
        return max(fragment.size for fragment in self.fragments)

    @property
    def text(self) -> str:
        text = ""
        end = self.fragments[0].x
        for fragment in self.fragments:
            gap = fragment.x - end
            if text and gap > 0.7 * fragment.size and not text.endswith(" "):
                text += " "
            text += fragment.text
            end = fragment.right
        return text


def read_page(writer: Writer, fragments: list[Fragment]) -> int:
    """Write the lines of a page in reading order; returns the number of columns found."""
    segments = _segments(fragments)
    return _write(writer, segments, 1)


def _segments(fragments: list[Fragment]) -> list[Segment]:
    """Join fragments of one line. Order of drawing decides between fragments at the same place."""
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: -f.y):
        if rows and abs(rows[-1][0].y - fragment.y) < 0.45 * min(rows[-1][0].size, fragment.size):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    segments: list[Segment] = []
    for row in rows:
        row.sort(key=lambda f: f.x)
        current = Segment([row[0]])
        segments.append(current)
        end = row[0].right
        for fragment in row[1:]:
            gap = (fragment.x - end) / fragment.size
            if gap > WIDE_GAP or (gap > 0.5 and len(current.fragments) <= 4 and is_row_label(current.text)):
                current = Segment()
                segments.append(current)
                end = fragment.right
            current.fragments.append(fragment)
            end = max(end, fragment.right)
    return segments


def _write(writer: Writer, segments: list[Segment], depth: int, least: int = 4) -> int:
    gutter = _gutter(segments, least) if depth < MAX_COLUMNS else None
    if gutter is None:
        _write_lines(writer, segments)
        return 1
    deepest = 1
    over = _headings_over(segments, gutter)
    if over:
        for part in _parts(segments, over):
            # The cells under each heading have widths of their own, and may be few.
            deepest = max(deepest, _write(writer, part, depth + 1, least=2))
        return deepest
    for band in _bands(segments, gutter):
        left = [s for s in band if s.right <= gutter + 1]
        right = [s for s in band if s.right > gutter + 1]
        if len(band) == 1 or not left or not right or any(s.x < gutter for s in right):
            _write_lines(writer, band)
            continue
        deepest = max(deepest, _write(writer, left, depth + 1))
        writer.space()
        deepest = max(deepest, 1 + _write(writer, right, depth + 1))
        writer.space()
    return max(deepest, 2)


def _gutter(segments: list[Segment], least: int) -> float | None:
    """Where a gutter runs down the page: few lines cross it, both sides are columns of text, not labels of a table.

    Each side has at least `least` lines.
    """
    if not 2 * least <= len(segments) <= MOST_SEGMENTS:
        return None
    size = statistics.median(segment.size for segment in segments)
    low = min(segment.x for segment in segments)
    high = max(segment.right for segment in segments)
    if high - low < 20 * size:
        return None
    best: tuple[float, float] | None = None
    starts = Counter(round(segment.x, 1) for segment in segments)
    for start, _ in starts.most_common(40):
        gutter = start - 0.6 * size
        if not low + 6 * size < gutter < high - 6 * size:
            continue
        left = [s for s in segments if s.right <= gutter + 0.5 * size]
        right = [s for s in segments if s.x >= gutter]
        crossing = len(segments) - len(left) - len(right)
        if min(len(left), len(right)) < max(least, 0.08 * len(segments)) or crossing > 0.25 * len(segments):
            continue
        fullness = statistics.mean(s.right - s.x for s in left) / max(gutter - min(s.x for s in left), 1.0)
        aligned = sum(1 for s in right if abs(s.x - start) < size) / len(right)
        running = sum(1 for s in left if "。" in s.text or "、" in s.text) / len(left)
        if (fullness < 0.5 and running < 0.25) or aligned < 0.3:
            continue
        score = min(len(left), len(right)) - 2.0 * crossing + 3.0 * aligned
        if best is None or score > best[0]:
            best = (score, gutter)
    return best[1] if best else None


def _parts(segments: list[Segment], over: set[int]) -> list[list[Segment]]:
    """Cut the page before each heading that stands over both columns; the heading is a part of its own."""
    parts: list[list[Segment]] = [[]]
    for segment in sorted(segments, key=lambda s: (-s.y, s.x)):
        if id(segment) in over:
            parts.append([segment])
            parts.append([])
        else:
            parts[-1].append(segment)
    return [part for part in parts if part]


def _bands(segments: list[Segment], gutter: float) -> list[list[Segment]]:
    """Cut the page at the lines that cross the gutter: a heading over both columns parts what is above and below."""
    bands: list[list[Segment]] = [[]]
    for segment in sorted(segments, key=lambda s: (-s.y, s.x)):
        if segment.x < gutter - segment.size and segment.right > gutter + segment.size:
            bands.append([segment])
            bands.append([])
        else:
            bands[-1].append(segment)
    return [band for band in bands if band]


def _headings_over(segments: list[Segment], gutter: float) -> set[int]:
    """Headings of a form that stand over both columns though their words end before the gutter.

    A form repeats: a heading (具体的取組1-1-1) over cells side by side. In a text set in columns headings stand in
    every column, and text beside them; then none of them stands over both.
    """
    levels = marker_for("osaka-forms").levels
    headings = [segment for segment in segments if levels.match(fold(segment.text.strip()))]
    right = [segment for segment in segments if segment.x >= gutter]
    for heading in headings:
        beside = any(abs(segment.y - heading.y) < 0.7 * heading.size for segment in right)
        if heading.x >= gutter or beside:
            return set()
    return {id(heading) for heading in headings}


def _write_lines(writer: Writer, segments: list[Segment]) -> None:
    ordered = sorted(segments, key=lambda s: (-round(s.y, 1), s.x))
    rows = sorted({round(s.y, 1) for s in ordered}, reverse=True)
    pitches = [a - b for a, b in pairwise(rows) if a - b > 1]
    usual = statistics.median_low(pitches) if pitches else 0.0
    previous: Segment | None = None
    column: list[Segment] = []
    for segment in _whole_lines(ordered):
        if len(segment.text.strip()) == 1 and (not column or _goes_down(column[-1], segment)):
            column.append(segment)
            previous = segment
            continue
        _flush_column(writer, column)
        column = []
        if previous is not None and usual and previous.y - segment.y > 1.45 * usual:
            writer.space()
        writer.line(segment.text)
        previous = segment
    _flush_column(writer, column)


def is_row_label(text: str) -> bool:
    """Whether a cell names the rows beside it (計画, 自己評価) and is no beginning of a line."""
    plain = "".join(fold(text).split())
    found = marker_for("osaka-forms").phrases.match(plain) if 2 <= len(plain) <= 8 else None
    return plain == "計画" or (
        found is not None and found.phrase.role == "evaluation" and found.end == len(plain)
    )


def _whole_lines(ordered: list[Segment]) -> list[Segment]:
    """Put together again what a gap parted inside a line; cells of a table stay apart."""
    joined: list[Segment] = []
    for segment in ordered:
        before = joined[-1] if joined else None
        if (
            before is not None
            and abs(before.y - segment.y) < 0.3 * segment.size
            and 0 <= segment.x - before.right < CELL_GAP * segment.size
            and not is_row_label(before.text)
        ):
            before.fragments.extend(segment.fragments)
        else:
            joined.append(segment)
    return joined


def _goes_down(above: Segment, below: Segment) -> bool:
    """Single characters under one another are a word written downwards (計／画, 自／己／評／価)."""
    return abs(above.x - below.x) < 0.4 * above.size and 0 < above.y - below.y < 3.0 * above.size


def _flush_column(writer: Writer, column: list[Segment]) -> None:
    if column:
        writer.line("".join(segment.text.strip() for segment in column))
