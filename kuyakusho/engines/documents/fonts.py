"""The fonts of letters: those that the web build puts here, else what the machine has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import coverage

OWN = Path(__file__).with_name("fonts")
# In this order: a character is drawn with the first that has it.
FAMILIES = ("Noto Sans JP", "Noto Sans CJK JP", "Noto Serif CJK JP")


@dataclass(frozen=True)
class Fonts:
    """The families that a document is set in, and what they can draw together."""

    families: tuple[str, ...]
    characters: coverage.Coverage
    paths: tuple[str, ...]


class NoFonts(RuntimeError):
    """No Japanese font is installed: letters can't be made."""


@lru_cache(maxsize=1)
def available() -> Fonts:
    """Our own fonts, and behind them those of the system that have more characters. Raises NoFonts."""
    import typst

    paths = [str(OWN)] if OWN.is_dir() else []
    installed = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=paths)
    found: dict[str, coverage.Coverage] = {}
    for font in installed.fonts():
        if font.family in FAMILIES and font.family not in found and font.path:
            found[font.family] = coverage.of_font(Path(font.path), font.index)
    families = tuple(family for family in FAMILIES if family in found)
    if not families:
        raise NoFonts("no Japanese font: run scripts/build_web, or install fonts-noto-cjk")
    return Fonts(families, coverage.together(found[f] for f in families), tuple(paths))
