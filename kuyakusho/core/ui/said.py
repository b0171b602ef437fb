"""Texts that data carries in several languages: `title`, `title_en`, `title_easy`.

Where the reader's language is missing, English is offered to those who read neither kind of Japanese, and Japanese
to everybody else; the tag says which it is, so that a screen reader speaks it rightly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import get_language

from kuyakusho.core.wards.variants import VARIANTS


class Said(NamedTuple):
    """A text and its BCP 47 language tag."""

    text: str
    lang: str


def _value(thing: Any, name: str) -> str:
    value = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
    return str(value) if value else ""


def said(thing: Any, name: str, language: str | None = None) -> Said:
    """What `thing` (a mapping or an object) says under `name`, in the language of the page as far as it can."""
    language = language or get_language() or "ja"
    plain = _value(thing, name)
    if language == "ja":
        return Said(plain, "ja")
    if language == "ja-easy":
        return Said(_value(thing, f"{name}_easy") or plain, "ja")
    own = _value(thing, f"{name}_{language.replace('-', '_')}")
    if own:
        return Said(own, next((v.html_lang for v in VARIANTS.values() if v.language == language), language))
    english = _value(thing, f"{name}_en")
    return Said(english, "en") if english else Said(plain, "ja")


def page_lang(language: str | None = None) -> str:
    """The BCP 47 tag of the page's language."""
    language = language or get_language() or "ja"
    return next((v.html_lang for v in VARIANTS.values() if v.language == language), language)
