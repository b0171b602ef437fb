"""Word documents, by python-docx and lxml: paragraphs, automatic numbers, tables and text boxes in order."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from ..errors import UnreadableDocument
from ..source import SourceText
from . import archive
from .automatic import Numbering
from .grid import write_grid
from .writing import Writer

_BROKEN = (
    OpcError, etree.LxmlError, zipfile.BadZipFile, zlib.error, ValueError, LookupError, TypeError, AttributeError, OSError, RuntimeError, EOFError,
)  # fmt: skip
_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def read(data: bytes, filename: str) -> SourceText:
    """The source text of a Word document. Raises `UnreadableDocument`."""
    writer = Writer()
    try:
        document = docx.Document(io.BytesIO(data))
        reader = _Reader(document, writer)
        reader.body(document.element.body)
    except _BROKEN as error:
        raise archive.broken("Word文書") from error
    if writer.is_empty:
        raise UnreadableDocument(
            "no-text", "Word文書に文字がありません。", "文字が画像のときは、元の文書を選んでください。"
        )
    notes = []
    if reader.boxes:
        notes.append(f"テキストボックスが{reader.boxes}個あります。置かれた段落の順に読みました。")
    if reader.numbered:
        notes.append("自動の段落番号は、表示される番号に直して読みました。")
    return writer.source(
        filename,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        tuple(notes),
    )


class _Reader:
    def __init__(self, document: Document, writer: Writer) -> None:
        self.writer = writer
        self.numbering = Numbering(document)
        self.styles = {style.style_id: style.name or "" for style in document.styles}
        self.boxes = 0
        self.numbered = 0

    def body(self, element: etree._Element) -> None:
        for child in element:
            if child.tag == qn("w:p"):
                self.paragraph(child)
            elif child.tag == qn("w:tbl"):
                write_grid(self.writer, self.table(child))
                self.writer.space()
            elif child.tag == qn("w:sdt"):
                content = child.find(qn("w:sdtContent"))
                if content is not None:
                    self.body(content)

    def paragraph(self, element: etree._Element) -> None:
        text, boxes = self.text(element)
        style_id = _value(element, "w:pPr/w:pStyle")
        style = self.styles.get(style_id or "", "")
        hint, level = "", 0
        match = _HEADING.match(style)
        outline = _value(element, "w:pPr/w:outlineLvl")
        if match:
            hint, level = "heading", int(match[1])
        elif style.lower() == "title":
            hint, level = "heading", 1
        elif outline is not None and outline.isdigit() and int(outline) < 9:
            hint, level = "heading", int(outline) + 1
        label = self.numbering.label(element, style_id)
        if label is not None and text.strip():
            self.numbered += 1
            text = label + text
            if label[:1] == "・" and not hint:
                hint, level = "item", 1
        elif "list bullet" in style.lower() and text.strip() and not hint:
            text, hint, level = "・" + text, "item", 1
        self.writer.line(text, hint, level)
        for box in boxes:
            self.boxes += 1
            self.writer.space()
            self.body(box)
            self.writer.space()

    def text(self, element: etree._Element) -> tuple[str, list[etree._Element]]:
        """The text of a paragraph without its text boxes, and those boxes."""
        parts: list[str] = []
        boxes: list[etree._Element] = []
        self._collect(element, parts, boxes)
        return "".join(parts), boxes

    def _collect(self, element: etree._Element, parts: list[str], boxes: list[etree._Element]) -> None:
        for child in element:
            tag = child.tag
            if tag == qn("w:t"):
                parts.append(child.text or "")
            elif tag == qn("w:tab"):
                parts.append("\t")
            elif tag in (qn("w:br"), qn("w:cr")):
                parts.append("\n")
            elif tag == qn("w:noBreakHyphen"):
                parts.append("-")
            elif tag == qn("w:txbxContent"):
                boxes.append(child)
            elif tag in (
                f"{_MC}Fallback",
                qn("w:del"),
                qn("w:pPr"),
                qn("w:rPr"),
                qn("w:rt"),
                qn("w:instrText"),
            ):
                continue
            elif isinstance(tag, str):
                self._collect(child, parts, boxes)

    def table(self, element: etree._Element) -> list[list[str]]:
        rows: list[list[str]] = []
        for row in element.iter(qn("w:tr")):
            if next(row.iterancestors(qn("w:tbl"))) is not element:
                continue
            cells: list[str] = []
            for cell in row.iter(qn("w:tc")):
                if next(cell.iterancestors(qn("w:tr"))) is not row:
                    continue
                merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                continued = merge is not None and merge.get(qn("w:val")) != "restart"
                cells.append("" if continued else self._cell(cell))
                span = _value(cell, "w:tcPr/w:gridSpan")
                cells.extend([""] * (min(int(span), 60) - 1 if span and span.isdigit() else 0))
            rows.append(cells)
        width = max((len(row) for row in rows), default=0)
        return [[*row, *[""] * (width - len(row))] for row in rows]

    def _cell(self, cell: etree._Element) -> str:
        outer, self.writer = self.writer, Writer()
        self.body(cell)
        text = self.writer.source("", "").text.strip()
        self.writer = outer
        return text


def _value(element: etree._Element, path: str) -> str | None:
    found = element.find("/".join(qn(step) for step in path.split("/")))
    return found.get(qn("w:val")) if found is not None else None
