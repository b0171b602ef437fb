"""Which room reads which part of a pack. Rooms register at start-up; nobody else knows all parts.

    register(
        "sections",
        files=("sections.toml",),
        read=read,        # (PackFolder) → typed entries; faults of form go to the folder
        check=check,      # (Pack) → faults of reference: names that lead nowhere, keys that stand twice
        apply=apply,      # (Ward, Pack, Actor) → changes; inside the transaction of the whole pack
        after=("ward",),  # parts that have to be applied before
    )

What a part reads is `pack["sections"]` for itself and for the parts after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.wards.models import Ward

from .faults import Change, Fault
from .files import PackFolder


@dataclass
class Pack:
    """A pack as read: what each part gave, by the part's name."""

    folder: PackFolder
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The ward's slug, which is the name of the folder."""
        return self.folder.name

    def __getitem__(self, part: str) -> Any:
        return self.data[part]

    def get(self, part: str, default: Any = None) -> Any:
        """What a part gave, or `default` where no room reads that part."""
        return self.data.get(part, default)


Read = Callable[[PackFolder], Any]
Check = Callable[[Pack], Iterable[Fault]]
Apply = Callable[[Ward, Pack, Actor], Iterable[Change]]


@dataclass(frozen=True)
class Part:
    """One part of a pack. `version` grows when its code begins to read something new from the same files."""

    name: str
    files: tuple[str, ...]
    read: Read
    apply: Apply
    check: Check | None = None
    after: tuple[str, ...] = ()
    version: int = 1
    salt: Callable[[], str] | None = None


_parts: dict[str, Part] = {}


def register(
    part: str,
    *,
    files: Iterable[str],
    read: Read,
    apply: Apply,
    check: Check | None = None,
    after: Iterable[str] = (),
    version: int = 1,
    salt: Callable[[], str] | None = None,
) -> Part:
    """Makes a part known. `salt` gives what else the outcome depends on, such as the mode of the installation.

    Raises ValueError when the part is known already, or when another part reads one of its files.
    """
    files = tuple(files)
    for other in _parts.values():
        if other.name == part:
            raise ValueError(f"the part {part} is registered already")
        if taken := set(other.files) & set(files):
            raise ValueError(f"{', '.join(sorted(taken))} is read by the part {other.name}")
    _parts[part] = Part(part, files, read, apply, check, tuple(after), version, salt)
    return _parts[part]


def forget(part: str) -> None:
    """Takes a part away again; tests that register one use it."""
    _parts.pop(part, None)


def parts() -> list[Part]:
    """All parts, each after those that it needs. Raises ValueError when they need each other in a ring."""
    return in_order(_parts)


def in_order(known: Mapping[str, Part]) -> list[Part]:
    """Parts by what they need; among equals by name, so that the order is always the same."""
    done: dict[str, Part] = {}
    waiting = dict(sorted(known.items()))
    while waiting:
        # A part that is not installed can't be waited for.
        ready = [
            name for name, part in waiting.items() if all(a in done or a not in known for a in part.after)
        ]
        if not ready:
            raise ValueError(f"the parts {', '.join(waiting)} wait for each other")
        done[ready[0]] = waiting.pop(ready[0])
    return list(done.values())
