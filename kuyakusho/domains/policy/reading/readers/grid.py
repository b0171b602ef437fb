"""Tables: from a grid of cells to lines in reading order.

A table is read row by row. A form is not a table: where a row holds two labels or more (当年度の取組内容 |
プロセス指標) and the content stands below each, it is read label by label.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..characters import fold
from ..marks.marker import marker_for
from ..money import is_amount_label
from .writing import Writer

Row = Sequence[str]


def write_grid(writer: Writer, rows: Sequence[Row]) -> None:
    """Write the cells of a table. An empty string is an empty or merged cell."""
    index = 0
    while index < len(rows):
        row = rows[index]
        if _has_amount_labels(row):
            index = _write_amounts(writer, rows, index)
            continue
        labels = [column for column, cell in enumerate(row) if cell.strip() and _is_label(cell)]
        filled = [column for column, cell in enumerate(row) if cell.strip()]
        if len(labels) >= 2 and len(labels) == len(filled):
            index = _write_form(writer, rows, index, labels)
            continue
        if filled:
            for column in filled:
                writer.line(row[column].strip(), "cell")
            if len(filled) > 1:
                writer.space()
        else:
            writer.space()
        index += 1


def _has_amount_labels(row: Row) -> bool:
    return any(is_amount_label(cell) for cell in row)


def _write_amounts(writer: Writer, rows: Sequence[Row], top: int) -> int:
    """Write labels of amounts with their amounts, which stand beside them or in the row below."""
    row = rows[top]
    labels = [column for column, cell in enumerate(row) if is_amount_label(cell)]
    below = rows[top + 1] if top + 1 < len(rows) else ()
    alone = all(is_amount_label(cell) for cell in row if cell.strip())
    under = [column for column in labels if column < len(below) and any(c.isdigit() for c in below[column])]
    if alone and under and not _has_amount_labels(below):
        for column in labels:
            writer.line(f"{row[column].strip()} {below[column].strip()}", "cell")
        for column, cell in enumerate(below):
            if cell.strip() and column not in labels:
                writer.line(cell.strip(), "cell")
        return top + 2
    line = ""
    for cell in row:
        if not cell.strip():
            continue
        if is_amount_label(cell) and line:
            writer.line(line, "cell")
            line = ""
        line = f"{line} {cell.strip()}".strip()
    writer.line(line, "cell")
    return top + 1


def _is_label(cell: str) -> bool:
    text = "".join(fold(cell).split())
    if len(text) > 60:
        return False
    found = marker_for("osaka-forms").phrases.match(text)
    return found is not None and found.phrase.is_facet and found.end >= len(text) - 1


def _write_form(writer: Writer, rows: Sequence[Row], top: int, labels: list[int]) -> int:
    """Write a row of labels with what stands below each, and return the row where the next part begins."""
    bottom = top + 1
    while bottom < len(rows):
        filled = [column for column, cell in enumerate(rows[bottom]) if cell.strip()]
        if not filled or any(_is_label(rows[bottom][column]) for column in filled):
            break
        if any(column < labels[0] for column in filled) or len(filled) < min(len(labels), 2):
            break
        bottom += 1
    width = max(len(row) for row in rows[top:bottom])
    edges = [*labels[1:], width]
    for low, high in zip(labels, edges, strict=True):
        writer.line(rows[top][low].strip(), "cell")
        for row in rows[top + 1 : bottom]:
            for cell in row[low:high]:
                if cell.strip():
                    writer.line(cell.strip(), "cell")
        writer.space()
    return bottom
