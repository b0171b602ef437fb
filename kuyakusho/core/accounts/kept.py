"""What other rooms keep about a resident: they register here, and "my page" shows, exports and deletes it.

No joint profile comes of it: each room answers for its own rows, and nothing is put together but on that page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from .models import Resident

Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """`show` gives (term, text) for the page, `export` plain data for the download, `erase` deletes or detaches.

    `erase` runs in the transaction that deletes the account and may raise Conflict with a reason in words (a loan
    that is still out): then nothing is deleted.
    """

    key: str
    title: str | Promise
    show: Callable[[Resident], Lines]
    export: Callable[[Resident], Any]
    erase: Callable[[Resident], None]


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Called by rooms at start-up. Raises ValueError for a key that is taken."""
    if section.key in _sections:
        raise ValueError(f"{section.key} is registered already")
    _sections[section.key] = section


def sections() -> list[Section]:
    """Every room's section, by key."""
    return [_sections[key] for key in sorted(_sections)]
