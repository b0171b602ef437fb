"""sections.toml: the sections of the office, with their missions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import model_validator

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.wards.models import Section, Ward

from ..faults import Change, Fault
from ..files import Entry, PackFolder, twice
from ..registry import Pack, register
from ..rows import sync
from ..shapes import Kana, Key, Shape, Text

FILE = "sections.toml"

# A section without a day has been there for as long as the office remembers.
SINCE = date(2000, 4, 1)


class SectionShape(Shape):
    """A section (課). The days between which it exists are given only where they matter."""

    key: Key
    name: Text
    kana: Kana
    name_en: Text
    name_easy: str = ""
    mission: Text
    mission_en: Text
    mission_easy: str = ""
    floor: str = ""
    counter: str = ""
    phone: str = ""
    valid_from: date = SINCE
    valid_until: date | None = None
    demo: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> SectionShape:
        if self.valid_until and self.valid_until <= self.valid_from:
            raise ValueError("ends before it begins. Put the first day without the section in valid_until")
        return self


def read(folder: PackFolder) -> list[Entry[SectionShape]]:
    """The sections, in the order in which pages list them."""
    return folder.entries(FILE, "section", SectionShape)


def check(pack: Pack) -> Iterator[Fault]:
    """Keys once; and the sections that opening hours name are there."""
    sections: list[Entry[SectionShape]] = pack["sections"]
    yield from twice(sections, "key")
    known = keys(pack)
    for entry in pack["ward"].opening:
        for number, key in enumerate(entry.value.sections):
            if key not in known:
                yield entry.unknown("sections", key, known, "sections", number)


def keys(pack: Pack) -> set[str]:
    """The keys of the pack's sections, also for the parts after this one."""
    return {entry.value.key for entry in pack["sections"]} | pack.folder.rejected(FILE)


def apply(ward: Ward, pack: Pack, _actor: Actor) -> list[Change]:
    """Makes or changes sections. The days of one that is there are the desk's: transfers and mergers set them."""
    sections: list[Entry[SectionShape]] = pack["sections"]
    there = set(Section.objects.filter(ward=ward).values_list("key", flat=True))
    wanted = {}
    for order, entry in enumerate(sections):
        one = entry.value
        wanted[one.key] = {
            "name": one.name,
            "name_kana": one.kana,
            "name_en": one.name_en,
            "name_easy": one.name_easy,
            "mission": one.mission,
            "mission_en": one.mission_en,
            "mission_easy": one.mission_easy,
            "floor": one.floor,
            "counter": one.counter,
            "phone": one.phone,
            "is_demo": one.demo,
            "order": order,
        }
        if one.key not in there:
            wanted[one.key] |= {"valid_from": one.valid_from, "valid_until": one.valid_until}
    why = "sections end at the desk, with the day and what becomes of their work"
    return list(sync(Section, {"ward": ward}, "key", wanted, "section", why))


def register_part() -> None:
    register(
        "sections", files=(FILE, "sections/*.toml"), read=read, check=check, apply=apply, after=("ward",)
    )
