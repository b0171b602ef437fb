"""What the tests of the reading share: documents, other file formats made from them, and the ledger of characters."""

from __future__ import annotations

import html
import io
import json
import os
from pathlib import Path

import docx
import openpyxl
import typst

from kuyakusho.domains.policy.reading import ImportedPolicy, SourceText, parse, read_document

DOCUMENTS = Path(__file__).parent / "documents"
PUBLISHED = Path(__file__).parents[5].parent / "shared" / "source"
OSAKA = "osaka-nishi-fy2023.txt"
YOKOHAMA = "yokohama-nishi-fy2022.txt"


def published(name: str) -> list[Path]:
    """The published policy as a list of one path; empty where it is not at hand. CI must have it."""
    path = PUBLISHED / name
    if path.exists():
        return [path]
    assert not os.environ.get("CI"), f"{name} must be at hand in CI"
    return []


def imported(name: str) -> ImportedPolicy:
    """A document of our own, imported."""
    path = DOCUMENTS / name
    return parse(read_document(path.read_bytes(), name))


def imported_text(text: str, profile: str | None = None) -> ImportedPolicy:
    return parse(SourceText(text), profile)


def count(policy: ImportedPolicy, kind: str) -> int:
    return len(policy.of_kind(kind))


def titles(policy: ImportedPolicy, kind: str) -> list[str]:
    return [node.title for node in policy.of_kind(kind)]


def codes(policy: ImportedPolicy, kind: str) -> list[str | None]:
    return [node.code for node in policy.of_kind(kind)]


def assert_nothing_lost(policy: ImportedPolicy, text: str) -> None:
    """Every character that is not white space is owned or attached exactly once, and nothing else is claimed."""
    claims = [0] * len(text)
    spans = list(policy.document_span)
    for passage in policy.document_attached:
        spans.extend(passage.span)
    for node in policy.walk():
        spans.extend(node.span)
        for passage in node.attached:
            spans.extend(passage.span)
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        for position in range(start, end):
            claims[position] += 1
    wrong = [i for i, char in enumerate(text) if not char.isspace() and claims[i] != 1]
    assert not wrong, [(claims[i], text[max(0, i - 10) : i + 10]) for i in wrong[:5]]


def assert_nothing_invented(policy: ImportedPolicy, text: str) -> None:
    """Every title and text of a node is made of characters of its own spans, in order."""
    for node in policy.walk():
        own = "".join(text[start:end] for start, end in node.span)
        squeezed = "".join(own.split())
        for line in (*node.text.split("\n"), node.title, node.label):
            assert "".join(line.split()) in squeezed, (node.kind, line, own)


def as_pdf(text: str, columns: int = 1) -> bytes:
    """A PDF of the text, as a word processor would make it: one paragraph per line."""
    source = """
#set page(width: 210mm, height: 297mm, margin: 15mm, numbering: "1")
#set text(font: "Noto Sans CJK JP", size: 9pt, lang: "ja")
#let lines = json(bytes(sys.inputs.lines))
#columns(COLUMNS)[
#for line in lines [ #if line == "" [#v(4pt)] else [#par(line)] ]
]
"""
    made = typst.compile(
        source.replace("COLUMNS", str(columns)).encode(),
        format="pdf",
        sys_inputs={"lines": json.dumps(text.split("\n"))},
    )
    assert isinstance(made, bytes)
    return made


def as_html(text: str, encoding: str = "utf-8") -> bytes:
    """A web page of the text: paragraphs, and lists where lines begin with a bullet."""
    parts: list[str] = []
    open_list = False
    for line in text.split("\n"):
        stripped = line.strip()
        bulleted = stripped[:1] in "・◆" or stripped.startswith("- ◆")
        if bulleted != open_list and stripped:
            parts.append("<ul>" if bulleted else "</ul>")
            open_list = bulleted
        if stripped:
            tag = "li" if bulleted else "p"
            parts.append(f"<{tag}>{html.escape(stripped)}</{tag}>")
    if open_list:
        parts.append("</ul>")
    page = f'<!DOCTYPE html><html lang="ja"><head><meta charset="{encoding}"></head><body><nav>メニュー</nav><main>{"".join(parts)}</main></body></html>'
    return page.encode(encoding, errors="xmlcharrefreplace")


def as_docx(text: str) -> bytes:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line.strip())
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def as_xlsx(text: str) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            # A leading character that Excel would take for a formula is kept as text.
            sheet.cell(row=row, column=1, value=line.strip()).data_type = "s"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
