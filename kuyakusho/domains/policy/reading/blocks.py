"""Blocks: lines joined to headings, bullets and paragraphs.

A document wrapped by its layout has to be put together again before it can be understood. Whether a line goes
on in the next one is decided from: the end of a sentence, an open bracket, a particle or comma at the end, the
width of the column, the empty lines between, and (where the file has that discipline) the space that ends a
paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from .characters import fold
from .lines import Layout, Line, column_widths, goes_on
from .marks import Mark
from .source import Range

_KANJI = re.compile(r"[一-龥々]{2}")
_KATAKANA = re.compile(r"[ァ-ヴー]{2}")
_CONNECTIVES = (
    "また", "さらに", "特に", "なお", "そして", "加えて", "あわせて", "併せて", "具体的に", "このため", "その", "これ",
    "今後", "引き続き", "しかし", "一方", "同時に", "そこで", "こうした", "まずは", "ただし",
)  # fmt: skip
_HEADINGS = ("level", "code", "named", "facet", "number", "bracket", "section", "hint")
#: Lines that no other line goes on.
_ALONE = (
    "contents",
    "title",
    "named",
    "echo",
    "furniture",
    "money",
    "sdgs",
    "unit",
    "section",
    "owner",
    "label",
    "pointer",
)
#: A title does not go on after a nominal ending; it may after these.
_ATTRIBUTIVE = re.compile(r"(?:の|による|における|に関する|向けた|立った|[しっれ]た|ための|できる|せる)$")


@dataclass(slots=True)
class Block:
    """One heading, bullet, note or paragraph. `kind` is the mark's kind; a `text` becomes `prose` or `short`.

    `title` and `body` are ranges of the source, one per printed line; `marks` are the characters that belong
    to the block without being its words (bullets, brackets, codes).
    """

    kind: str
    mark: Mark
    lines: list[Line]
    title: list[Range] = field(default_factory=list)
    body: list[Range] = field(default_factory=list)
    role: str = ""
    text: str = ""
    note: str = ""

    @property
    def start(self) -> int:
        return self.lines[0].start

    @property
    def end(self) -> int:
        return self.lines[-1].end

    @property
    def gap(self) -> int:
        return self.lines[0].gap

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def is_heading(self) -> bool:
        return self.kind in _HEADINGS

    def span_of(self, relative: Range | None) -> Range | None:
        """A range of the first line as a range of the source."""
        if relative is None:
            return None
        return self.start + relative[0], self.start + relative[1]


def assemble(lines: list[Line], marks: list[Mark], layout: Layout) -> list[Block]:
    """Join lines to blocks, in reading order. Every line is in exactly one block."""
    widths = column_widths(
        lines, [mark.kind != "text" for mark in marks], [mark.kind in _ALONE for mark in marks], layout
    )
    seams = _broken_words(lines)
    blocks: list[Block] = []
    previous: Block | None = None
    for line, mark in zip(lines, marks, strict=True):
        if mark.kind == "furniture":
            # A page number may stand in the middle of a sentence.
            blocks.append(_open(line, mark))
            continue
        if (
            previous is not None
            and mark.kind in ("text", "hint")
            and _continues(
                previous, line, mark, layout, widths[previous.lines[-1].index], line.index in seams
            )
        ):
            previous.lines.append(line)
            (previous.title if _in_title(previous) else previous.body).append((line.start, line.end))
            continue
        previous = _open(line, mark)
        blocks.append(previous)
    for block in blocks:
        _finish(block)
    return blocks


def _open(line: Line, mark: Mark) -> Block:
    block = Block(mark.kind, mark, [line])
    title = block.span_of(mark.title)
    if title:
        block.title.append(title)
    rest = line.start + mark.rest
    if mark.kind in (
        "text",
        "bullet",
        "part",
        "note",
        "named",
        "facet",
        "section",
        "bracket",
        "money",
        "sdgs",
        "unit",
    ):
        if mark.kind == "money":
            rest = line.start
        if rest < line.end:
            block.body.append((rest, line.end))
    return block


def _in_title(block: Block) -> bool:
    return block.kind in ("number", "level", "code", "hint") and not block.body


def _broken_words(lines: list[Line]) -> set[int]:
    """Indexes of lines that seem to begin inside a word: the characters on both sides of the break stand together
    elsewhere in the document (安｜心), and both are kanji or both katakana."""
    pairs: set[str] = set()
    for line in lines:
        text = line.text
        pairs.update(text[i : i + 2] for i in range(len(text) - 1))
    found: set[int] = set()
    for before, line in pairwise(lines):
        seam = before.text[-1] + line.text[0]
        if seam in pairs and (_KANJI.fullmatch(seam) or _KATAKANA.fullmatch(seam)):
            found.add(line.index)
    return found


def _continues(
    block: Block, line: Line, mark: Mark, layout: Layout, width: int, is_inside_word: bool
) -> bool:
    last = block.lines[-1]
    if block.kind in (
        "title",
        "contents",
        "echo",
        "furniture",
        "owner",
        "label",
        "pointer",
        "money",
        "sdgs",
        "unit",
        "named",
        "facet",
    ) and not (block.kind in ("named", "facet") and block.body):
        return False
    if block.kind == "section" and not block.body:
        return False
    if mark.kind == "hint":
        return (
            block.kind == "hint"
            and line.gap == 0
            and last.hint_level == line.hint_level
            and bool(_ATTRIBUTIVE.search(last.text))
        )
    if (line.hint == "item") != (last.hint == "item") or last.hint == "cell" != line.hint:
        return False
    if block.kind == "hint":
        return False
    if last.page != line.page and (last.ends_sentence or not _is_full(last, width, line)):
        return False
    gap_limit = layout.wrap_gap if last.page == line.page else 3
    if line.gap > gap_limit:
        # A sentence cut by an empty line that has no business there, as converters leave behind.
        return line.gap <= layout.wrap_gap + 1 and _unbalanced(block) and not block.is_heading
    if block.is_heading:
        return _title_goes_on(block, last, line, layout, width)
    if last.ends_sentence:
        if layout.uses_trailing_space:
            return not last.has_trailing_space
        further = _is_full(last, width, line) and len(line.text) > 12
        return block.kind != "note" and (further or line.text.startswith(_CONNECTIVES))
    if goes_on(last.text) or _unbalanced(block) or (len(block.lines) == 1 and _ATTRIBUTIVE.search(last.text)):
        return True
    if layout.uses_trailing_space:
        return not last.has_trailing_space or _tight_title(block, last, line, layout)
    if line.gap < layout.wrap_gap and len(block.lines) == 1 and block.kind == "text":
        return _tight_title(block, last, line, layout)
    if is_inside_word:
        return last.columns >= 0.7 * width
    return _is_full(last, width, line)


def _tight_title(block: Block, last: Line, line: Line, layout: Layout) -> bool:
    """Two short lines set closer than the text around them are one title or caption."""
    if line.gap < layout.wrap_gap and block.kind == "text" and not line.ends_sentence:
        return line.has_trailing_space and last.columns <= 40 and line.columns <= 40
    return False


def _title_goes_on(block: Block, last: Line, line: Line, layout: Layout, width: int) -> bool:
    if block.kind in ("named", "facet"):
        return not last.ends_sentence and (_is_full(last, width, line) or goes_on(last.text))
    if block.kind == "section":
        return not last.ends_sentence or line.text.startswith(_CONNECTIVES) or _is_full(last, width, line)
    if block.mark.is_bracketed:
        return _unbalanced(block) and len(block.lines) < 4
    if not block.title:
        return True
    if last.ends_sentence or len(block.lines) >= 4 or (last.text[-1] in "】〕》" and not _unbalanced(block)):
        return False
    if goes_on(last.text) or _unbalanced(block):
        return True
    if layout.uses_trailing_space:
        return not last.has_trailing_space and _is_full(last, width, line)
    return _is_full(last, width, line) and line.columns < width - 6


def _is_full(line: Line, width: int, after: Line) -> bool:
    """Whether a line reaches the edge of its column, so that what follows may be its continuation.

    A paragraph hardly begins with a hiragana that is no connective: there the line need not be quite full.
    """
    if "ぁ" <= after.text[0] <= "ゖ" and not after.text.startswith(_CONNECTIVES):
        return line.columns >= 0.7 * width
    return line.columns >= (width - 3 if width <= 44 else max(width - 7, 0.85 * width))


def _unbalanced(block: Block) -> bool:
    """True while a bracket opened in the block is not closed."""
    text = "".join(line.text for line in block.lines[-3:])
    return any(text.count(a) > text.count(b) for a, b in ("「」", "『』", "()", "【】", "〔〕"))


def _finish(block: Block) -> None:
    block.text = joined_folded(block)
    if block.kind == "text":
        is_prose = "。" in block.text or block.lines[-1].ends_sentence or len(block.text) >= 48
        block.kind = "prose" if is_prose else "short"
    if block.kind in ("number", "level", "code") and len(block.lines) > 1:
        # A tail or closing bracket may stand on the last line of a wrapped heading.
        start, end = block.title[-1]
        last = block.lines[-1]
        if block.mark.is_bracketed and last.text[-1] in "】〕》〉])":
            block.title[-1] = (start, end - 1)


def joined_folded(block: Block) -> str:
    return join_texts([line.text for line in block.lines])


def join_texts(parts: list[str]) -> str:
    """Lines of one paragraph as one string: Latin words keep a space between, Japanese needs none."""
    text = ""
    for part in parts:
        if (
            text
            and part
            and text[-1].isascii()
            and part[0].isascii()
            and text[-1].isalnum()
            and part[0].isalnum()
        ):
            text += " "
        text += part
    return text


def read(source: str, ranges: list[Range]) -> str:
    """The text of ranges that are lines of one paragraph, as printed (not folded)."""
    return join_texts([source[start:end].strip() for start, end in ranges])


def squeezed(text: str) -> str:
    """For comparing titles: folded, without spaces and most punctuation."""
    return "".join(c for c in fold(text) if not c.isspace() and c not in "・、。,.「」『』()（）~-:：")
