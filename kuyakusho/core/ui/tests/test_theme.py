"""A ward's colours: contrast, the dark partner, and that Python and style sheets say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.ui.palette import COLOURS, PRIMITIVES
from kuyakusho.core.ui.theme import (
    DARK_SURFACE,
    DARK_TEXT,
    DEFAULT_COLOURS,
    LIGHT_SURFACE,
    LIGHT_TEXT,
    contrast_ratio,
    faults,
    faults_of_colours,
    mix,
    theme_of,
)

ROOT = Path(__file__).resolve().parents[4]
ALIASES = (ROOT / "web/css/aliases.css").read_text("utf-8")
colours = st.sampled_from(sorted(COLOURS.values()))


def declared(block: str) -> dict[str, str]:
    """The aliases of a block of the style sheet, primitives put in."""
    found = dict(re.findall(r"--k-([a-z-]+):\s*([^;]+);", block))

    def value(text: str) -> str:
        text = text.strip()
        if match := re.fullmatch(r"var\(--color-(?:primitive-|neutral-(?:solid-)?)([a-z0-9-]+)\)", text):
            return COLOURS[match[1]]
        return text

    return {name: value(text) for name, text in found.items()}


LIGHT_BLOCK, DARK_BLOCK = ALIASES.split("@media (prefers-color-scheme: dark)")
LIGHT = declared(LIGHT_BLOCK)
DARK = {**LIGHT, **declared(DARK_BLOCK)}


def test_contrast_is_that_of_wcag() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast_ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast_ratio("#ffffff", "#ffffff") == 1.0


@given(colours, colours)
def test_contrast_has_no_direction_and_no_surprise(one: str, other: str) -> None:
    assert contrast_ratio(one, other) == contrast_ratio(other, one)
    assert 1.0 <= contrast_ratio(one, other) <= 21.0


@given(colours, colours, st.floats(0, 1))
def test_a_mix_lies_between(one: str, other: str, share: float) -> None:
    mixed = mix(one, other, share)
    for i in (1, 3, 5):
        low, high = sorted((int(one[i : i + 2], 16), int(other[i : i + 2], 16)))
        assert low <= int(mixed[i : i + 2], 16) <= high


@given(st.sampled_from(sorted(PRIMITIVES)), st.sampled_from(["white", "black", "gray-900"]))
def test_every_primitive_gives_a_theme_and_an_honest_judgement(name: str, text: str) -> None:
    theme = theme_of({"primary": name, "on_primary": text})
    told = faults(theme)
    weak = contrast_ratio(theme.light.on_primary, theme.light.primary) < 4.5
    assert any("light: text on primary (" in fault for fault in told) == weak
    assert not any(fault.startswith("dark") for fault in told), (
        "the dark partner is ours: it must always hold"
    )
    if not told:
        assert contrast_ratio(theme.light.primary, LIGHT_SURFACE) >= 4.5


def test_a_pale_colour_is_refused_with_a_sentence() -> None:
    assert "contrast of 1." in faults_of_colours({"primary": "yellow-300", "on_primary": "white"})[0]
    assert "no colour of the design tokens" in faults_of_colours({"primary": "bleu-900"})[0]
    assert faults_of_colours({"primary": "blue-900", "on_primary": "white"}) == []


def test_the_style_sheet_starts_with_the_default_theme() -> None:
    theme = theme_of(DEFAULT_COLOURS)
    for palette, block in ((theme.light, LIGHT), (theme.dark, DARK)):
        for declaration in palette.declarations().rstrip(";").split(";"):
            name, value = declaration.removeprefix("--k-").split(":")
            assert block[name] == value, name


def test_the_surfaces_of_python_are_those_of_the_style_sheet() -> None:
    assert (LIGHT["surface"], LIGHT["text"]) == (LIGHT_SURFACE, LIGHT_TEXT)
    assert (DARK["surface"], DARK["text"]) == (DARK_SURFACE, DARK_TEXT)


# (text or shape, what it stands on, least contrast): 4.5 for text, 3 for shapes and borders, 7 where much is read
PAIRS = [
    ("text", "surface", 7.0), ("text", "sunken", 7.0), ("muted", "surface", 4.5), ("muted", "sunken", 4.5),
    ("link", "surface", 4.5), ("link", "sunken", 4.5), ("link-visited", "surface", 4.5),
    ("link-visited", "sunken", 4.5), ("link-active", "surface", 4.5), ("line-strong", "surface", 3.0),
    ("text", "good-soft", 7.0), ("text", "bad-soft", 7.0), ("text", "warn-soft", 7.0), ("text", "info-soft", 7.0),
    ("good", "surface", 4.5), ("bad", "surface", 4.5), ("warn", "surface", 4.5), ("info", "surface", 4.5),
    ("good", "good-soft", 3.0), ("bad", "bad-soft", 3.0), ("warn", "warn-soft", 3.0), ("info", "info-soft", 3.0),
    ("link", "info-soft", 4.5), ("link", "bad-soft", 4.5), ("link", "good-soft", 4.5), ("link", "warn-soft", 4.5),
    ("on-bad", "bad", 4.5), ("text", "added", 7.0), ("text", "removed", 7.0), ("text", "primary-soft", 7.0),
    ("on-board", "board", 7.0), ("board-muted", "board", 4.5), ("board-call", "board", 7.0),
    ("on-training", "training", 7.0), ("on-primary", "primary", 4.5), ("on-sign", "sign", 4.5),
    ("primary-line", "surface", 1.5),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "least"), PAIRS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_pair_is_legible(mode: str, one: str, other: str, least: float) -> None:
    values = LIGHT if mode == "light" else DARK
    assert contrast_ratio(values[one], values[other]) >= least


def test_the_palette_is_that_of_the_tokens_package() -> None:
    tokens = ROOT / "node_modules/@digital-go-jp/design-tokens/dist/tokens.css"
    assert tokens.exists(), "run scripts/build_web first"
    found = dict(
        re.findall(
            r"--color-(?:primitive-|neutral-solid-)([a-z]+(?:-[a-z]+)?-\d+): (#[0-9a-f]{6})",
            tokens.read_text(),
        )
    )
    assert found == {name: value for name, value in COLOURS.items() if name[-1].isdigit()}
