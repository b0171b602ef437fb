"""A ward's colours as the few aliases that our style sheets leave open, and the rules they must keep.

A pack names primitives of the Digital Agency's tokens (`[colours] primary = "blue-900" on_primary = "white"`).
Everything else is derived: the darker shade under the pointer, the soft background, and a partner for dark mode,
for which the Agency has no palette.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache

from .palette import COLOURS, PRIMITIVES, STEPS

# Surfaces of web/css/aliases.css that a ward's colours must stand out from.
LIGHT_SURFACE, DARK_SURFACE = "#ffffff", "#14171a"
LIGHT_TEXT, DARK_TEXT = "#1a1a1a", "#f2f3f4"
TEXT, LARGE_OR_SHAPE = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11
DEFAULT_COLOURS: Mapping[str, str] = {"primary": "blue-900", "on_primary": "white"}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 (black) to 1 (white), as WCAG 2.2 defines it."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: str, other: str) -> float:
    """Contrast of two colours `#rrggbb`: 1 (none) to 21 (black on white)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`share` (0 to 1) of one colour, the rest of the other."""
    return "#" + "".join(
        f"{round(int(one[i : i + 2], 16) * share + int(other[i : i + 2], 16) * (1 - share)):02x}"
        for i in (1, 3, 5)
    )


@dataclass(frozen=True)
class Palette:
    """The block "ward" of web/css/aliases.css for one of the two modes; every value `#rrggbb`."""

    primary: str
    primary_strong: str
    on_primary: str
    primary_soft: str
    primary_line: str
    sign: str
    on_sign: str

    def declarations(self) -> str:
        """As CSS, in the order of the fields."""
        return "".join(f"--k-{f.name.replace('_', '-')}:{getattr(self, f.name)};" for f in fields(self))


@dataclass(frozen=True)
class Theme:
    """A ward's colours in light and in dark."""

    light: Palette
    dark: Palette

    def stylesheet(self) -> str:
        """What `/<ward>/theme.css` serves. Paper keeps the black and white of the print style."""
        return (
            f"@media screen{{:root{{{self.light.declarations()}}}}}"
            f"@media screen and (prefers-color-scheme:dark){{:root{{{self.dark.declarations()}}}}}\n"
        )

    @cached_property
    def digest(self) -> str:
        """Changes when a colour does: part of the style sheet's address, so that it can be kept for a year."""
        return hashlib.sha256(self.stylesheet().encode()).hexdigest()[:10]


def theme_of(colours: Mapping[str, str]) -> Theme:
    """Derives the theme. Raises KeyError for a name that is no primitive; contrast is judged by `faults`."""
    return _theme(
        colours.get("primary", DEFAULT_COLOURS["primary"]),
        colours.get("on_primary", DEFAULT_COLOURS["on_primary"]),
    )


@lru_cache(maxsize=256)
def _theme(name: str, text: str) -> Theme:
    primary, on_primary = PRIMITIVES[name], COLOURS[text]
    hue, _, step = name.rpartition("-")

    def shade(at: int) -> str:
        return PRIMITIVES[f"{hue}-{at}"]

    position = STEPS.index(int(step))
    darker, lighter = STEPS[min(position + 1, len(STEPS) - 1)], STEPS[max(position - 1, 0)]
    # Under the pointer the button moves away from its own text, so that contrast can only grow.
    strong = shade(darker if luminance(on_primary) > luminance(primary) else lighter)
    at_night = next((s for s in (300, 200, 100) if contrast_ratio(shade(s), DARK_SURFACE) >= TEXT * 1.5), 50)
    brighter = STEPS[max(STEPS.index(at_night) - 1, 0)]
    return Theme(
        light=Palette(primary, strong, on_primary, shade(50), shade(300), primary, on_primary),
        dark=Palette(
            primary=shade(at_night),
            primary_strong=shade(brighter),
            on_primary=DARK_SURFACE,
            primary_soft=mix(shade(600), DARK_SURFACE, 0.2),
            primary_line=mix(shade(500), DARK_SURFACE, 0.55),
            sign=shade(1100),
            on_sign="#ffffff",
        ),
    )


def faults(theme: Theme) -> list[str]:
    """Every pair of the theme that is too weak, as a sentence for whoever writes the pack."""
    found = []
    for mode, palette, surface, text in (
        ("light", theme.light, LIGHT_SURFACE, LIGHT_TEXT),
        ("dark", theme.dark, DARK_SURFACE, DARK_TEXT),
    ):
        for what, one, other, least in (
            ("primary on the page", palette.primary, surface, TEXT),
            ("primary under the pointer, on the page", palette.primary_strong, surface, TEXT),
            ("text on primary", palette.on_primary, palette.primary, TEXT),
            ("text on primary under the pointer", palette.on_primary, palette.primary_strong, TEXT),
            ("primary on its soft background", palette.primary, palette.primary_soft, TEXT),
            ("text on the soft background", text, palette.primary_soft, 7.0),
            ("text on the sign", palette.on_sign, palette.sign, TEXT),
        ):
            ratio = contrast_ratio(one, other)
            if ratio < least:
                found.append(
                    f"{mode}: {what} ({one} and {other}) has a contrast of {ratio:.2f}, needs {least:g}"
                )
    return found


def faults_of_colours(colours: Mapping[str, str]) -> list[str]:
    """As `faults`, for the names a pack gives; a name that is no colour is a fault too."""
    try:
        theme = theme_of(colours)
    except KeyError as unknown:
        return [
            f"{unknown.args[0]!r} is no colour of the design tokens (for example blue-900, on_primary white)"
        ]
    return faults(theme)
