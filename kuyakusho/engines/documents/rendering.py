"""A template of a room and its data become a PDF that screen readers can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from . import fonts, rules

BASE = Path(__file__).with_name("typst") / "base.typ"
# For everybody (tags, language, title) and for the archive, at once.
STANDARDS = ["ua-1", "a-2a"]


class TemplateFailed(RuntimeError):
    """The template or its data can't be set: a fault of ours, named by the typesetter."""


@dataclass(frozen=True)
class Rendered:
    """The PDF, and the characters that no font had (shown as 〓 and named at the foot of the document)."""

    body: bytes
    missing: tuple[str, ...]


def render(
    template: Path, data: Mapping[str, Any], *, title: str, lang: str = "ja", author: str = ""
) -> Rendered:
    """Sets `template` (a .typ file of the calling room, after `typst/base.typ`) with `data` (as JSON).

    `lang` is the language that a screen reader speaks (a BCP 47 tag). Text comes in as data only, never as markup:
    nothing that a person typed can become a command of the typesetter. Raises TemplateFailed, and NoFonts where no
    Japanese font is installed.
    """
    import typst

    available = fonts.available()
    missing: set[str] = set()
    language, _dash, region = lang.partition("-")
    given = rules.drawable_data(dict(data), available.characters.has, missing)
    made = {
        "title": rules.drawable(title, available.characters.has, missing) or "－",
        "author": rules.drawable(author, available.characters.has, missing),
        "lang": language,
        # The typesetter knows regions of two letters; a script (zh-Hans) is none.
        "region": region.upper() if len(region) == 2 else None,
        "families": list(available.families),
    }
    note = _("〓は、この書類の文字でしめせない文字です：")
    inputs = {
        "data": json.dumps(given, ensure_ascii=False),
        "made": json.dumps(
            {**made, "missing": rules.named(missing), "missing_note": note}, ensure_ascii=False
        ),
    }
    source = BASE.read_bytes() + b"\n" + template.read_bytes()
    compiled: Any = typst.compile
    try:
        body = compiled(
            source,
            root=str(template.parent),
            font_paths=list(available.paths),
            sys_inputs=inputs,
            pdf_standards=STANDARDS,
        )
    except typst.TypstError as fault:
        raise TemplateFailed(f"{template.name}: {fault.message} {fault.diagnostic}") from fault
    return Rendered(bytes(body), tuple(sorted(missing)))


def render_pdf(
    template: Path, data: Mapping[str, Any], *, title: str, lang: str = "ja", author: str = ""
) -> bytes:
    """As `render`, the PDF alone."""
    return render(template, data, title=title, lang=lang, author=author).body
