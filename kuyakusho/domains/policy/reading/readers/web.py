"""Web pages, by lxml: the main content with its headings, lists and tables; the frame of the page left out."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from ..errors import UnreadableDocument
from ..source import SourceText
from . import text as plain
from .grid import write_grid
from .writing import Writer

_LOOKS = re.compile(
    r"<(?:!doctype\s+html|html|head|body|h[1-6]|p|div|table|ul|main|article)[\s>/]", re.IGNORECASE
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_DROP = {
    "script", "style", "noscript", "template", "nav", "header", "footer", "form", "aside", "iframe", "svg", "button",
    "select", "object", "video", "audio", "rt", "rp", "head", "canvas",
}  # fmt: skip
_DROP_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary"}
_DROP_NAMES = re.compile(
    r"(?:^|[\s_-])(?:breadcrumb|topicpath|pankuzu|skip|gnav|lnav|snav|navi|sns|share|pagetop|footer|header|sidebar|sidemenu|localnav|hide|visually-hidden)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = {
    "p", "div", "section", "article", "main", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre", "figure", "center",
    "address", "fieldset", "body", "html", "details", "summary", "hr",
}  # fmt: skip
_MAX_DEPTH = 200


def is_html(text: str) -> bool:
    """Whether a text is a web page: a tag of a page near its beginning."""
    return bool(_LOOKS.search(text[:3000].lstrip()))


def read(decoded: plain.Decoded, filename: str) -> SourceText:
    """The source text of a web page."""
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded.text)
    try:
        parser = lxml_html.HTMLParser(huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
        root = lxml_html.document_fromstring(text.replace("\ufffd", "〓"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise UnreadableDocument(
            "broken",
            "HTMLとして読み取れません。",
            "ページを保存し直すか、テキストのファイルを選んでください。",
        ) from error
    main = _main(root)
    writer = Writer()
    title = root.findtext(".//title")
    if title and title.strip():
        # Shown in the browser's tab; often the only place that names the city.
        writer.line(" ".join(title.split()), "page-title")
    walker = _Walker(writer)
    walker.block(main, 0)
    walker.flush()
    if writer.is_empty:
        raise UnreadableDocument(
            "no-text",
            "ページに文字がありません。",
            "本文が画像のときは、PDFかテキストのファイルを選んでください。",
        )
    notes = [f"文字コードは{plain.name_of(decoded.encoding)}です。"]
    if walker.dropped or main.tag not in ("body", "html"):
        notes.append("ページの枠（メニュー、検索、フッターなど）は読み取りから除きました。")
    if walker.images:
        notes.append(f"画像が{walker.images}枚あります。画像の中の文字は読み取っていません。")
    return writer.source(
        filename, "text/html", tuple(notes), plain.losses(decoded), plain.name_of(decoded.encoding)
    )


def _main(root: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """The element that holds the content, where the page names it; else the body."""
    for path in (
        "//main",
        "//*[@role='main']",
        "//*[@id='main' or @id='contents' or @id='content' or @id='mainContents' or @id='mol_contents']",
    ):
        found = root.xpath(path)
        if found:
            best = max(found, key=lambda element: len(element.text_content()))
            if len(best.text_content()) > 0.4 * len(root.text_content() or " "):
                return best
    body = root.find("body")
    return root if body is None else body


class _Walker:
    """Walks the tree and writes blocks."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.inline: list[str] = []
        self.hint = ""
        self.level = 0
        self.prefix = ""
        self.dropped = 0
        self.images = 0

    def flush(self) -> None:
        text = "".join(self.inline)
        self.inline = []
        lines = [
            re.sub(r"[ \t\u3000\xa0]*\n[ \t]*|[ \t]+", _space, line).strip() for line in text.split("\x01")
        ]
        text = "\n".join(line for line in lines if line)
        if text:
            self.writer.line(self.prefix + text, self.hint, self.level)
            self.prefix = ""

    def block(self, element: lxml_html.HtmlElement, depth: int) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _DROP or self._is_frame(element):
            self.dropped += bool(tag) and tag not in ("rt", "rp", "head", "script", "style")
            return
        if depth > _MAX_DEPTH:
            self.inline.append(element.text_content())
            return
        if tag == "br":
            self.inline.append("\x01")
            return
        if tag == "img":
            self.images += 1
            return
        if tag == "table":
            self.flush()
            self._table(element)
            self.writer.space()
            return
        is_heading = len(tag) == 2 and tag[0] == "h" and tag[1] in "123456"
        is_block = is_heading or tag in _BLOCKS or tag == "li"
        if is_block:
            self.flush()
        saved = (self.hint, self.level)
        if is_heading:
            self.writer.space()
            self.hint, self.level = "heading", int(tag[1])
        elif tag == "li":
            self.hint, self.level = "item", _list_depth(element)
            self.prefix = _item_marker(element)
        elif tag in ("figcaption", "caption"):
            self.hint, self.level = "caption", 0
        if element.text:
            self.inline.append(element.text)
        for child in element:
            self.block(child, depth + 1)
            if child.tail:
                self.inline.append(child.tail)
        if is_block:
            self.flush()
            self.prefix = ""
            if is_heading or tag in ("p", "ul", "ol", "dl"):
                self.writer.space()
        self.hint, self.level = saved

    def _is_frame(self, element: lxml_html.HtmlElement) -> bool:
        if (
            element.get("role") in _DROP_ROLES
            or element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
        ):
            return True
        names = f"{element.get('class', '')} {element.get('id', '')}"
        return (
            bool(names.strip())
            and bool(_DROP_NAMES.search(names))
            and element.tag in ("div", "ul", "ol", "p", "section", "a", "span")
        )

    def _table(self, table: lxml_html.HtmlElement) -> None:
        for caption in table.findall("caption"):
            self.writer.line(_cell_text(caption), "caption")
        rows: list[list[str]] = []
        for row in table.iter("tr"):
            if next((a for a in row.iterancestors("table")), None) is not table:
                continue
            cells: list[str] = []
            for cell in row:
                if cell.tag in ("td", "th"):
                    cells.append(_cell_text(cell))
                    cells.extend([""] * (_span(cell.get("colspan")) - 1))
            rows.append(cells)
        width = max((len(row) for row in rows), default=0)
        write_grid(self.writer, [[*row, *[""] * (width - len(row))] for row in rows])


def _space(match: re.Match[str]) -> str:
    """A line break in the page's source is a space between Latin words and nothing between Japanese ones."""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    if "\n" in match[0]:
        return " " if before.isascii() and after.isascii() and before.strip() and after.strip() else ""
    return " "


def _cell_text(cell: lxml_html.HtmlElement) -> str:
    inner = Writer()
    walker = _Walker(inner)
    saved = cell.tag
    cell.tag = "div"
    walker.block(cell, 0)
    walker.flush()
    cell.tag = saved
    return inner.source("", "").text.strip()


def _span(value: str | None) -> int:
    return min(int(value), 50) if value and value.isdigit() and int(value) > 0 else 1


def _list_depth(element: lxml_html.HtmlElement) -> int:
    return sum(1 for ancestor in element.iterancestors("ul", "ol"))


def _item_marker(element: lxml_html.HtmlElement) -> str:
    """The mark that a browser shows before a list's element, unless the text brings its own."""
    parent = element.getparent()
    own = (element.text_content() or "").strip()[:2]
    if own[:1] in "・◆●■○□◇-※①②③④⑤⑥⑦⑧⑨(（【" or own[:1].isdigit():
        return ""
    if parent is not None and parent.tag == "ol":
        place = (
            [child for child in parent if child.tag == "li"].index(element) + int(parent.get("start") or 1)
            if (parent.get("start") or "1").isdigit()
            else 1
        )
        return f"{place}. "
    return "・"


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page declares for itself."""
    match = _CHARSET.search(data[:2048])
    return match[1].decode("ascii").lower() if match else None
