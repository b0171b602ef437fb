"""Furigana on a whole page: readings over every Japanese word that a reader of the page sees.

Works on the HTML that our own templates made (attribute values never hold a bare `>`), so a walk over tags and
text is enough. Left alone: text in another language, scripts, form values, drawings, what already has readings,
and whatever stands in an element with `data-ruby="off"`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from kuyakusho.core.text.readings import annotate_many
from kuyakusho.core.text.rules import Part, needs_reading
from kuyakusho.core.wards.models import Ward

_PIECE = re.compile(r"(<!--.*?-->|<[^>]*>)", re.S)
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_LANG = re.compile(r'\slang="([^"]*)"')
_SILENT = frozenset(
    {
        "script",
        "style",
        "textarea",
        "title",
        "option",
        "select",
        "ruby",
        "svg",
        "code",
        "pre",
        "template",
        "samp",
        "kbd",
    }
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


def ruby(parts: Sequence[Part]) -> SafeString:
    """The pieces as HTML, with parentheses for browsers that know no ruby."""
    return mark_safe(
        "".join(
            f"<ruby>{escape(surface)}<rp>（</rp><rt>{escape(reading)}</rt><rp>）</rp></ruby>"
            if reading
            else escape(surface)
            for surface, reading in parts
        )
    )


def annotate_page(page: str, ward: Ward | None) -> str:
    """The page with readings. Asks for all its texts at once."""
    pieces = _PIECE.split(page)
    wanted: dict[int, str] = {}
    stack: list[tuple[str, bool]] = []
    quiet = 0
    for index, piece in enumerate(pieces):
        if not piece:
            continue
        if index % 2 == 0:
            if not quiet and needs_reading(piece):
                wanted[index] = html.unescape(piece)
            continue
        match = _NAME.match(piece)
        if match is None:
            continue
        closing, name = bool(match[1]), match[2].lower()
        if name in _VOID or piece.endswith("/>"):
            continue
        if closing:
            while stack:
                open_name, was_quiet = stack.pop()
                quiet -= was_quiet
                if open_name == name:
                    break
            continue
        lang = _LANG.search(piece)
        is_quiet = (
            name in _SILENT or 'data-ruby="off"' in piece or bool(lang and not lang[1].startswith("ja"))
        )
        stack.append((name, is_quiet))
        quiet += is_quiet
    if not wanted:
        return page
    # Space at the edges belongs to the page, not to the text that is remembered.
    cores = {index: text.strip() for index, text in wanted.items()}
    for index, parts in zip(cores, annotate_many(cores.values(), ward), strict=True):
        text, core = wanted[index], cores[index]
        start = text.index(core)
        pieces[index] = escape(text[:start]) + ruby(parts) + escape(text[start + len(core) :])
    return "".join(pieces)
