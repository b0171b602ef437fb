"""Lines: the source text cut at line breaks, with what their layout tells.

Public documents reach us wrapped in many ways: one line per paragraph, a newline in the middle of each
sentence, an empty line between all lines. `Layout` measures which it is, once per document.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from .characters import fold
from .source import SourceText

#: A sentence or a bracketed whole ends here.
TERMINAL = "。．！!？?」』）)】〕》〉⇒→"
_SENTENCE = "。！!？?"
_MARKDOWN = re.compile(r"(#{1,6})\s+\S")
_WIDE = re.compile(r"[^\x00-\x7f]")
_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(slots=True)
class Line:
    """One printed line without the white space around it. `text` is folded, of the same length as the source."""

    index: int
    start: int
    end: int
    text: str
    gap: int
    """How many empty lines stand before it."""
    page: int
    has_trailing_space: bool
    indent: int
    hint: str = ""
    hint_level: int = 0
    is_split: bool = False
    """True when the line was cut out of a longer one (a document that lost its line breaks)."""
    columns: int = 0
    """Its printed width: a Japanese character takes two columns, a Latin letter or digit one."""

    def __post_init__(self) -> None:
        self.columns = columns(self.text)

    @property
    def is_terminated(self) -> bool:
        return bool(self.text) and self.text[-1] in TERMINAL

    @property
    def ends_sentence(self) -> bool:
        text = self.text.rstrip("」』）)】")
        return bool(text) and text[-1] in _SENTENCE


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document is wrapped.

    `wrap_gap` is the number of empty lines inside a paragraph (0, or 1 in double-spaced text);
    `uses_trailing_space` says that a space at a line's end marks the end of a paragraph, as the text layer
    of some PDF files has it; `width` is the usual printed width of a full line, in columns.
    """

    wrap_gap: int
    uses_trailing_space: bool
    width: int


_OPEN_END = (*"をはがにのとでもや、・，(「『【〔", "および", "及び", "または", "又は")
_NOMINAL = ("こと", "もの", "ひと", "あと", "もと", "子ども", "こども", "ふるさと")


def goes_on(text: str) -> bool:
    """Whether a line ends in a particle, comma or open bracket, so that more must follow."""
    return text.endswith(_OPEN_END) and not text.endswith(_NOMINAL)


def columns(text: str) -> int:
    """Printed width in half-width columns."""
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text))


def split_lines(source: SourceText) -> list[Line]:
    """The non-empty lines of the source, in order."""
    text = source.text
    folded = fold(text)
    pages = list(source.page_starts)
    lines: list[Line] = []
    gap = 0
    page = 0
    next_page = 0
    position = 0
    length = len(text)
    while position < length:
        newline = _BREAKS.search(text, position)
        stop = newline.start() if newline else length
        after = newline.end() if newline else length
        while next_page < len(pages) and pages[next_page] <= position:
            page = next_page
            next_page += 1
        start, end = position, stop
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        # What folding turns into a space (zero-width marks) is ink all the same and must not be lost.
        if start == end:
            gap += 1
        else:
            hint = source.hint_at(start)
            marks = _MARKDOWN.match(text, start, end)
            lines.append(
                Line(
                    index=len(lines),
                    start=start,
                    end=end,
                    text=folded[start:end],
                    gap=gap,
                    page=page,
                    has_trailing_space=end < stop,
                    indent=start - position,
                    hint="heading" if marks else hint.kind if hint else "",
                    hint_level=len(marks[1]) if marks else hint.level if hint else 0,
                )
            )
            gap = 0
        if newline and newline[0] == "\x0c":
            page += 1
        position = after
    return lines


def measure(lines: list[Line], starts_something: list[bool]) -> Layout:
    """Measure the layout. `starts_something[i]` says that line i opens with a marker or is a known heading."""
    lengths = sorted(line.columns for line in lines)
    width = lengths[int(len(lengths) * 0.9)] if lengths else 80
    gaps: Counter[int] = Counter()
    ends_with_space = 0
    paragraph_ends = 0
    inner_with_space = 0
    inner = 0
    for index in range(len(lines) - 1):
        line, after = lines[index], lines[index + 1]
        if line.is_terminated or starts_something[index + 1] or len(line.text) < 8:
            if line.ends_sentence:
                paragraph_ends += 1
                ends_with_space += line.has_trailing_space
            continue
        if goes_on(line.text) or line.columns >= 0.85 * width:
            gaps[min(after.gap, 3)] += 1
        inner += 1
        inner_with_space += line.has_trailing_space
    wrap_gap = 0
    if gaps and gaps[1] > 2 * gaps[0] and gaps[1] >= 3:
        wrap_gap = 1
    uses_space = (
        paragraph_ends >= 5
        and inner >= 5
        and ends_with_space > 0.5 * paragraph_ends
        and inner_with_space < 0.35 * inner
    )
    return Layout(wrap_gap, uses_space, max(width, 24))


def column_widths(
    lines: list[Line], starts_something: list[bool], stands_alone: list[bool], layout: Layout
) -> list[int]:
    """For each line the printed width of the column it stands in.

    Lines that may be one paragraph (no mark, no wider gap between them) are looked at together; their width is
    the greatest that at least two of them come near, so that one stray wide line does not set it.
    """
    widths = [0] * len(lines)
    low = 0
    for index in range(1, len(lines) + 1):
        joins = index < len(lines) and not (
            starts_something[index] or stands_alone[index - 1] or lines[index - 1].ends_sentence
        )
        if joins and lines[index].gap <= layout.wrap_gap:
            continue
        stretch = sorted((line.columns for line in lines[low:index]), reverse=True)
        width = next((a for a, b in pairwise(stretch) if a - b <= 4), stretch[0])
        widths[low:index] = [width] * (index - low)
        low = index
    return widths


_PAGE_NUMBER = re.compile(
    r"(?:[-‐~・]\s*)?[0-9]{1,3}(?:\s*[-‐~・])?|[0-9]{1,3}\s*/\s*[0-9]{1,3}|P(?:age)?\.?\s*[0-9]{1,3}|[0-9]{1,3}\s*(?:ページ|頁)",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"ページの先頭(?:です|へ(?:戻る)?)?|メニューの終端です。?|このページの(?:先頭|トップ)(?:です|へ(?:戻る)?)?|本文(?:ここから|ここまで|へジャンプ)|ここから本文です。?"
    r"|ここまで本文です。?|ページ番号\s*[:：]?\s*[0-9-]+|ページID\s*[:：]?\s*[0-9-]+|閉じる|印刷(?:する|用ページを表示する)?|最終更新日?\s*[:：]?.{0,20}|更新日\s*[:：]?.{0,16}|掲載日\s*[:：]?.{0,16}"
    r"|(?:令和|平成)?[0-9元]{1,4}年[0-9]{1,2}月[0-9]{1,2}日(?:更新|掲載|公表)?|別ウィンドウで開く|SNSリンクは別ウィンドウで開きます|(?:PDF|Excel|Word)版?はこちら.{0,20}"
)


def is_page_number(text: str) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(text))


def is_furniture(text: str) -> bool:
    """Words of a web page's frame: dates of update, links to the top."""
    return bool(_FURNITURE.fullmatch(text))


def repeated_headers(lines: list[Line]) -> set[int]:
    """Indexes of running headers and footers: the same short text at the edge of three pages or more.

    An edge is where the page changes, or the line beside a page number. What stands in the first lines is kept:
    it may be the title.
    """
    edges: dict[str, list[int]] = {}
    edge_indexes: set[int] = set()
    for index, line in enumerate(lines):
        if is_page_number(line.text):
            if 0 < index < len(lines) - 1:
                edge_indexes.update((index - 1, index + 1))
        elif index and lines[index - 1].page != line.page:
            edge_indexes.update((index - 1, index))
    for index in sorted(edge_indexes):
        text = lines[index].text
        if len(text) <= 60 and not text.endswith("。") and not is_page_number(text):
            edges.setdefault(text, []).append(index)
    dropped: set[int] = set()
    for indexes in edges.values():
        if len(indexes) >= 3:
            first = lines[indexes[0]].text
            dropped.update(i for i in indexes if i >= 3)
            dropped.update(line.index for line in lines if line.text == first and line.index >= 3)
    return dropped
