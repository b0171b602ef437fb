"""The styles in which wards publish their policy, as data.

A profile is a TOML file in this folder: how its levels are called, which headings and labelled parts it knows,
how it is recognised and which grades its evaluations use. A new style is a new file, not code.

`shape` says how the document carries its structure:
  coded    by codes and level names (Osaka): headings nest by level and code
  zoned    by Roman-numbered zones on a leaflet (Yokohama): the layout may have torn texts from headings
  outline  by numbered or marked headings of any kind
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

#: From the outermost level in; smaller ranks hold larger ones.
RANKS = {"pillar": 10, "issue": 20, "strategy": 30, "measure": 40, "action": 50, "item": 60}


@dataclass(frozen=True, slots=True)
class Detector:
    """Evidence for a profile: `weight` for each line that matches, counted at most `cap` times."""

    pattern: re.Pattern[str]
    weight: float
    cap: int


@dataclass(frozen=True, slots=True)
class Level:
    """A level with a printed name: `names` are regular expressions, `kind` is the node's kind."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A heading known by its words (role goal, group.measures, …) or a labelled part (role text, indicator, …)."""

    role: str
    key: str
    phrases: tuple[str, ...]
    is_facet: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of publication; `word` is as printed, `title` and `preamble` the patterns that show it."""

    key: str
    word: str
    title: tuple[re.Pattern[str], ...]
    preamble: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One style of document. `grades` maps the name of a grade list to {code: meaning}."""

    key: str
    name: str
    family: str
    shape: str
    plain_headings: bool
    levels: tuple[Level, ...]
    phrases: tuple[Phrase, ...]
    stages: tuple[Stage, ...]
    detectors: tuple[Detector, ...] = ()
    code_kinds: dict[int, str] = field(default_factory=dict)
    grades: dict[str, dict[str, str]] = field(default_factory=dict)
    pointers: re.Pattern[str] = re.compile(r"(?!)")
    contacts: re.Pattern[str] = re.compile(r"(?!)")

    def evidence(self, lines: list[str]) -> float:
        """How strongly folded lines speak for this style."""
        total = 0.0
        for detector in self.detectors:
            hits = 0
            for line in lines:
                if detector.pattern.search(line):
                    hits += 1
                    if hits >= detector.cap:
                        break
            total += hits * detector.weight
        return total


def load(data: dict[str, Any], common: dict[str, Any]) -> Profile:
    """A profile from its TOML data over the common words."""
    headings = [(h, False) for h in (*data.get("heading", ()), *common["heading"])]
    facets = [(f, True) for f in (*data.get("facet", ()), *common["facet"])]
    return Profile(
        key=data["key"],
        name=data["name"],
        family=data["family"],
        shape=data["shape"],
        plain_headings=data["plain_headings"],
        levels=tuple(Level(level["kind"], tuple(level["names"])) for level in data.get("level", ())),
        phrases=tuple(
            Phrase(entry["role"], entry.get("key", entry["role"]), tuple(entry["phrases"]), is_facet)
            for entry, is_facet in (*headings, *facets)
        ),
        stages=tuple(
            Stage(
                stage["key"],
                stage["word"],
                tuple(re.compile(p) for p in stage.get("title", ())),
                tuple(re.compile(p) for p in stage.get("preamble", ())),
            )
            for stage in (*data.get("stage", ()), *common["stage"])
        ),
        detectors=tuple(
            Detector(re.compile(d["pattern"]), float(d["weight"]), int(d["cap"]))
            for d in data.get("detect", ())
        ),
        code_kinds={int(depth): kind for depth, kind in data.get("code_kinds", {}).items()},
        grades=data.get("grades", {}),
        pointers=re.compile("|".join(common["furniture"]["pointers"])),
        contacts=re.compile("|".join(common["furniture"]["contacts"])),
    )


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """A word list of this folder: sections, themes, sdgs, places, common."""
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


_ORDER = ("osaka-actions", "osaka-forms", "osaka-outcomes", "yokohama-leaflet", "generic")


def _all() -> dict[str, Profile]:
    common = vocabulary("common")
    return {key: load(vocabulary(key), common) for key in _ORDER}


PROFILES: dict[str, Profile] = _all()


def choose(lines: list[str]) -> tuple[Profile, dict[str, float]]:
    """The profile that the folded lines speak for most, and the evidence for each; generic when nothing does."""
    scores = {key: profile.evidence(lines) for key, profile in PROFILES.items()}
    best = max(scores, key=lambda key: scores[key])
    return (PROFILES[best] if scores[best] >= 4.0 else PROFILES["generic"]), scores
