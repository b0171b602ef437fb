"""closing-days.csv: days without service besides weekends and national holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.wards.models import ClosingDay, Ward

from ..faults import Change, Fault
from ..files import Entry, PackFolder, twice
from ..registry import Pack, register
from ..rows import sync
from ..shapes import Shape, Text

FILE = "closing-days.csv"


class ClosingDayShape(Shape):
    """A day and why the office is closed."""

    on: date
    reason: Text
    reason_en: str = ""


def read(folder: PackFolder) -> list[Entry[ClosingDayShape]]:
    """The days."""
    return folder.rows(FILE, ClosingDayShape, by="on")


def check(pack: Pack) -> Iterator[Fault]:
    """Each day once."""
    yield from twice(pack["closing-days"], "on")


def apply(ward: Ward, pack: Pack, _actor: Actor) -> list[Change]:
    """Adds days and changes their reasons; a day that the desk has added stays."""
    wanted = {
        entry.value.on: {"reason": entry.value.reason, "reason_en": entry.value.reason_en}
        for entry in pack["closing-days"]
    }
    why = "it may have been added at the desk, where it can be taken away"
    return list(sync(ClosingDay, {"ward": ward}, "on", wanted, "closing day", why))


def register_part() -> None:
    register("closing-days", files=(FILE,), read=read, check=check, apply=apply, after=("ward",))
