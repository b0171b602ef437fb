"""What is wrong with a pack: file, place, what, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`where` names the entry (`initiative Y0.1`), `name` the field in it."""

    file: str
    where: str
    name: str
    what: str
    mend: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.where, self.name) if part)
        return f"{self.file}: {place}: {self.what}. {self.mend}"


class PackFaulty(Exception):
    """The pack can't be read; all its faults at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


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
