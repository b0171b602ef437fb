"""Automatic paragraph numbers of Word: the number that is shown is not in the text and has to be worked out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from ..characters import KANA_ORDER

_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its number format, the pattern of its label and where it starts."""

    form: str
    pattern: str
    start: int


class Numbering:
    """The lists of a document and how far each has counted."""

    def __init__(self, document: Document) -> None:
        self.lists: dict[str, dict[int, Level]] = {}
        self.counts: dict[str, list[int]] = {}
        self.by_style: dict[str, tuple[str, int]] = {}
        part = next(
            (rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")),
            None,
        )
        root = getattr(part, "element", None)
        if root is not None:
            self._load(root)
        for style in document.styles.element.iter(qn("w:style")):
            found = _number(style)
            if found:
                self.by_style[style.get(qn("w:styleId"), "")] = found

    def _load(self, root: etree._Element) -> None:
        abstract: dict[str, dict[int, Level]] = {}
        for item in root.iter(qn("w:abstractNum")):
            levels: dict[int, Level] = {}
            for level in item.iter(qn("w:lvl")):
                place = level.get(qn("w:ilvl"), "0")
                if place.isdigit():
                    levels[int(place)] = Level(
                        _attribute(level, "w:numFmt") or "decimal",
                        _attribute(level, "w:lvlText") or "",
                        int(_attribute(level, "w:start") or 1)
                        if (_attribute(level, "w:start") or "1").isdigit()
                        else 1,
                    )
            abstract[item.get(qn("w:abstractNumId"), "")] = levels
        for item in root.iter(qn("w:num")):
            chosen = _attribute(item, "w:abstractNumId")
            self.lists[item.get(qn("w:numId"), "")] = abstract.get(chosen or "", {})

    def label(self, paragraph: etree._Element, style_id: str | None) -> str | None:
        """The label shown before a paragraph, with a space behind it; None when it has none."""
        found = _number(paragraph) or self.by_style.get(style_id or "")
        if not found or found[0] == "0":
            return None
        number_id, place = found
        levels = self.lists.get(number_id)
        if not levels or place not in levels:
            return None
        counts = self.counts.setdefault(number_id, [0] * 9)
        counts[place] = counts[place] + 1 if counts[place] else levels[place].start
        counts[place + 1 :] = [0] * (8 - place)
        level = levels[place]
        if level.form in ("bullet", "none"):
            return "・" if level.form == "bullet" else None

        def shown(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            return written(counts[other] or 1, levels[other].form if other in levels else "decimal")

        return _PLACE.sub(shown, level.pattern) + " "


def written(number: int, form: str) -> str:
    """A number as Word writes it in a format: ① ア Ⅱ 一 (3)."""
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x245F + number)
    if form in ("upperRoman", "lowerRoman") and number <= 12:
        return chr((0x215F if form == "upperRoman" else 0x216F) + number)
    if form in ("aiueo", "aiueoFullWidth") and number <= len(KANA_ORDER):
        return KANA_ORDER[number - 1]
    if form in ("upperLetter", "lowerLetter") and number <= 26:
        return chr((64 if form == "upperLetter" else 96) + number)
    if (
        form in ("japaneseCounting", "ideographDigital", "chineseCounting", "japaneseDigitalTenThousand")
        and number <= 10
    ):
        return "〇一二三四五六七八九十"[number]
    if form == "decimalFullWidth":
        return str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    if form == "decimalEnclosedParen":
        return f"({number})"
    return str(number)


def _number(element: etree._Element) -> tuple[str, int] | None:
    properties = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    if properties is None:
        return None
    number_id = _attribute(properties, "w:numId")
    place = _attribute(properties, "w:ilvl") or "0"
    return (number_id, min(int(place), 8)) if number_id and place.isdigit() else None


def _attribute(element: etree._Element, name: str) -> str | None:
    found = element.find(qn(name))
    return found.get(qn("w:val")) if found is not None else None
