"""What is wrong with a pack, and what applying one changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein


@dataclass(frozen=True)
class Fault:
    """One thing to mend: the file, the entry (`initiative Y0.1`), the name in it, what is wrong, what to do.

    `line` is the line in the file, from 1; 0 where the file as a whole is meant.
    """

    file: str
    where: str
    name: str
    what: str
    mend: str
    line: int = 0

    def __str__(self) -> str:
        file = f"{self.file}:{self.line}" if self.line else self.file
        entry = " ".join(part for part in (self.where, self.name) if part)
        advice = self.mend if self.mend.endswith(("?", ".")) else f"{self.mend}."
        return ": ".join(part for part in (file, entry, f"{self.what}. {advice}") if part)


class PackFaulty(Exception):
    """The pack can't be taken. `faults` are all of them, in the order of files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = in_order(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Change:
    """One thing that applying a pack did, or would do: `kind` is added, changed, removed or kept.

    `kept` is what the pack says otherwise but what people at the desk have taken over; `why` tells.
    """

    kind: str
    what: str
    key: str
    fields: tuple[str, ...] = ()
    why: str = ""

    def __str__(self) -> str:
        text = f"{self.kind} {self.what} {self.key}"
        if self.fields:
            text += f" ({', '.join(self.fields)})"
        return f"{text}: {self.why}" if self.why else text


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, by file, line and name."""
    return sorted(set(faults), key=lambda f: (f.file, f.line, f.where, f.name, f.what))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Advice for a word that is not known: the nearest known one, else the known ones where they are few."""
    names = sorted(set(known))
    near = nearest(word, names)
    if near:
        return f"Did you mean {near}?"
    if otherwise:
        return otherwise
    if 0 < len(names) <= 12:
        return f"Known are {', '.join(names)}"
    return "See docs/packs.md"


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that is nearest, or "" when none is near: about one slip in three letters."""
    scored = sorted(
        (DamerauLevenshtein.distance(word.lower(), name.lower()), name) for name in known if name != word
    )
    if not scored:
        return ""
    distance, name = scored[0]
    return name if distance <= max(1, min(len(word), len(name)) // 3) else ""
