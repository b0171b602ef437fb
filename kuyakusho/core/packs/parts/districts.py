"""districts.csv: the areas (地区, 地域) of the ward."""

from __future__ import annotations

from collections.abc import Iterator

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.wards.models import District, Ward

from ..faults import Change, Fault
from ..files import Entry, PackFolder, twice
from ..registry import Pack, register
from ..rows import sync
from ..shapes import Kana, Key, Mark, Shape, Text

FILE = "districts.csv"


class DistrictShape(Shape):
    """An area with a neighbourhood life of its own."""

    key: Key
    name: Text
    kana: Kana
    name_en: Text
    demo: Mark = False


def read(folder: PackFolder) -> list[Entry[DistrictShape]]:
    """The districts, in the order in which pages list them."""
    return folder.rows(FILE, DistrictShape)


def check(pack: Pack) -> Iterator[Fault]:
    """Keys and names once."""
    yield from twice(pack["districts"], "key")
    yield from twice(pack["districts"], "name")


def keys(pack: Pack) -> set[str]:
    """The keys of the pack's districts."""
    return {entry.value.key for entry in pack["districts"]} | pack.folder.rejected(FILE)


def apply(ward: Ward, pack: Pack, _actor: Actor) -> list[Change]:
    """Makes or changes districts."""
    wanted = {
        entry.value.key: {
            "name": entry.value.name,
            "name_kana": entry.value.kana,
            "name_en": entry.value.name_en,
            "order": order,
        }
        for order, entry in enumerate(pack["districts"])
    }
    why = "plans and people may belong to it"
    return list(sync(District, {"ward": ward}, "key", wanted, "district", why))


def register_part() -> None:
    register("districts", files=(FILE,), read=read, check=check, apply=apply, after=("ward",))
