"""What a text must be before it is set: every character drawable, nothing lost without a word. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

# What printers put in the place of a character they have no type for.
GETA = "〓"
_KEPT_CONTROLS = "\n\t"


def drawable(text: str, has: Callable[[int], bool], missing: set[str]) -> str:
    """The text with 〓 in the place of each character that no font has; those are added to `missing`.

    Variation selectors and joiners are kept beside a character that can be drawn (where the font has no such form,
    the plain one is shown) and dropped beside one that can't. Control characters other than line breaks and tabs,
    and halves of surrogate pairs, are dropped: they are no writing.
    """
    kept: list[str] = []
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        code_point = ord(character)
        if character in _KEPT_CONTROLS:
            kept.append(character)
        elif _is_modifier(code_point):
            if kept and kept[-1] not in (GETA, *_KEPT_CONTROLS):
                kept.append(character)
        elif unicodedata.category(character) in ("Cc", "Cs"):
            continue
        elif has(code_point):
            kept.append(character)
        else:
            missing.add(character)
            kept.append(GETA)
    return "".join(kept)


def drawable_data(data: Any, has: Callable[[int], bool], missing: set[str]) -> Any:
    """As `drawable`, for every text inside lists and mappings; other values as they are."""
    if isinstance(data, str):
        return drawable(data, has, missing)
    if isinstance(data, Mapping):
        return {str(key): drawable_data(value, has, missing) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [drawable_data(value, has, missing) for value in data]
    return data


def named(missing: set[str]) -> list[str]:
    """The characters that were replaced, as a reader can look them up: `U+1F600`."""
    return [f"U+{ord(character):04X}" for character in sorted(missing)]


def _is_modifier(code_point: int) -> bool:
    return (
        0xFE00 <= code_point <= 0xFE0F
        or 0xE0100 <= code_point <= 0xE01EF
        or code_point in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)
    )
