"""check, diff and apply: what one does with a pack.

read     the files → a Pack and its faults        no database
diff     what apply would change                  applies and takes everything back
apply    one transaction per ward; a second time changes nothing and says so
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.services import touch, touching_last

from .faults import Change, Fault, PackFaulty, did_you_mean, in_order
from .files import PackFolder, fits
from .models import AppliedPack
from .registry import Pack, Part, parts

# What may lie in a pack without being read: words for people.
NOTES = ("README.md", "README.ja.md")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of one pack. `parts` are those that had something new; empty: nothing was new."""

    ward: str
    changes: tuple[Change, ...]
    parts: tuple[str, ...]

    @property
    def made(self) -> tuple[Change, ...]:
        """The changes that are ones; without what was kept."""
        return tuple(change for change in self.changes if change.kind != "kept")


def packs_in(folder: Path) -> list[Path]:
    """The folders that hold a pack."""
    return sorted(path.parent for path in folder.glob("*/ward.toml"))


def read(path: Path) -> tuple[Pack, list[Fault]]:
    """Reads a pack and finds all its faults. Asks no database."""
    folder = PackFolder(path)
    pack = Pack(folder)
    if not path.is_dir():
        return pack, [
            Fault(path.name, "", "", "is no folder", "Give the folder of a ward, with ward.toml in it")
        ]
    known = parts()
    for part in known:
        pack.data[part.name] = part.read(folder)
    faults = [fault for part in known if part.check for fault in part.check(pack)]
    return pack, in_order([*folder.faults, *faults, *_files_nobody_reads(folder, known)])


def check(path: Path) -> list[Fault]:
    """All faults of a pack."""
    return read(path)[1]


def diff(path: Path, *, actor: Actor) -> Outcome:
    """What applying the whole pack would change, whatever was applied before. Raises PackFaulty."""
    pack = _sound(path)
    with transaction.atomic():
        with touching_last():
            outcome = _apply(pack, parts(), actor, _say_nothing)
        transaction.set_rollback(True)
    directory.forget()
    return outcome


def due(path: Path, *, again: bool = False) -> list[Part]:
    """The parts that have something new since they were applied last; with `again` all of them. Reads no entry."""
    folder = PackFolder(path)
    applied = dict(AppliedPack.objects.filter(ward__slug=folder.name).values_list("part", "digest"))
    return [part for part in parts() if again or applied.get(part.name) != digest_of(folder, part)]


def apply(path: Path, *, actor: Actor, again: bool = False, say: Progress | None = None) -> Outcome:
    """Makes the ward what its pack says, in one transaction. Raises PackFaulty.

    Parts whose files are as they were applied last are passed over, so that corrections at the desk stay; `again`
    applies them nevertheless. `say` is told the name of each part before its turn.
    """
    with transaction.atomic(), touching_last():
        news = due(path, again=again)
        if not news:
            return Outcome(path.name, (), ())
        pack = _sound(path)
        outcome = _apply(pack, news, actor, say or _say_nothing)
        ward = Ward.objects.get(slug=pack.name)
        now = clock.now()
        for part in news:
            AppliedPack.objects.update_or_create(
                ward=ward,
                part=part.name,
                defaults={"digest": digest_of(pack.folder, part), "applied_at": now},
            )
        record(
            ward=ward,
            actor=actor,
            action="packs.pack.applied",
            target=f"wards.ward:{ward.slug}",
            parts=[part.name for part in news],
            changes=len(outcome.made),
        )
        if outcome.made:
            touch(ward)
        # Only after the commit: another thread may ask for the ward in between.
        transaction.on_commit(directory.forget)
    return outcome


def digest_of(folder: PackFolder, part: Part) -> str:
    """What a part depends on: its files, the version of its code, its salt."""
    whole = f"{folder.digest(*part.files)} {part.version} {part.salt() if part.salt else ''}"
    return hashlib.sha256(whole.encode()).hexdigest()


def _apply(pack: Pack, news: Iterable[Part], actor: Actor, say: Progress) -> Outcome:
    changes: list[Change] = []
    names = []
    for part in news:
        say(part.name)
        names.append(part.name)
        # The first part makes the ward; each asks anew, since a part may have changed it.
        ward = Ward.objects.filter(slug=pack.name).first() or Ward(slug=pack.name)
        changes += part.apply(ward, pack, actor)
    return Outcome(pack.name, tuple(changes), tuple(names))


def _sound(path: Path) -> Pack:
    pack, faults = read(path)
    if faults:
        raise PackFaulty(faults)
    return pack


def _files_nobody_reads(folder: PackFolder, known: Iterable[Part]) -> list[Fault]:
    patterns = [pattern for part in known for pattern in part.files]
    return [
        Fault(
            name,
            "",
            "",
            "is a file that nobody reads",
            did_you_mean(name, [*patterns, *NOTES], "Take it away"),
        )
        for name in folder.names()
        if name not in NOTES and not any(fits(name, pattern) for pattern in patterns)
    ]


def _say_nothing(_name: str) -> None:
    return None
