"""readings.csv: how words are read here, for furigana; names of places and facilities first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.wards.models import Ward

from ..faults import Change, Fault
from ..files import Entry, PackFolder, twice
from ..registry import Pack, register
from ..shapes import Kana, Shape

FILE = "readings.csv"


class ReadingShape(Shape):
    """A word as it is written and as it is read."""

    surface: Annotated[str, Field(min_length=1, max_length=100, pattern=r"[㐀-鿿豈-﫿\U00020000-\U000323AF]")]
    reading: Annotated[Kana, Field(max_length=200)]


def read(folder: PackFolder) -> list[Entry[ReadingShape]]:
    """The words."""
    return folder.rows(FILE, ReadingShape, by="surface")


def check(pack: Pack) -> Iterator[Fault]:
    """Each word once."""
    yield from twice(pack["readings"], "surface")


def apply(ward: Ward, pack: Pack, actor: Actor) -> list[Change]:
    """Makes the words the ward's dictionary; corrections by staff are stronger and stay."""
    from kuyakusho.core.text.models import Reading
    from kuyakusho.core.text.services import load_dictionary

    words = {entry.value.surface: entry.value.reading for entry in pack["readings"]}
    mine = Reading.objects.filter(ward=ward, source="pack")
    before = dict(mine.values_list("surface", "reading"))
    load_dictionary(ward=ward, words=words, actor=actor)
    after = dict(mine.values_list("surface", "reading"))
    corrected = Reading.objects.filter(ward=ward, source="corrected", surface__in=words)
    return [
        *(Change("added", "reading", word) for word in after.keys() - before.keys()),
        *(
            Change("changed", "reading", word)
            for word in after.keys() & before.keys()
            if after[word] != before[word]
        ),
        *(Change("removed", "reading", word) for word in before.keys() - after.keys()),
        *(
            Change("kept", "reading", row.surface, why="corrected by staff")
            for row in corrected
            if row.reading != words[row.surface]
        ),
    ]


def register_part() -> None:
    register("readings", files=(FILE,), read=read, check=check, apply=apply, after=("ward",))
