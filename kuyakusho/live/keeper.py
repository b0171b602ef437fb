"""Keeps the shelf as the table `snapshots_snapshot` is.

Whoever changes a snapshot rings a bell after commit (unix datagram, NOTIFY, Redis); a bell only says which paths
to look at, what they hold is always read from the table. A slow poll finds what no bell told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Protocol

from .front import Front
from .log import say
from .shelf import Row

BATCH = 200


class Source(Protocol):
    """Where snapshots are read from."""

    async def moved(self) -> bool:
        """Whether anything may have changed since this was last asked. Cheap."""

    async def listing(self) -> dict[str, tuple[int, float]]:
        """Version and time of every snapshot, by path."""

    async def rows(self, paths: list[str]) -> list[Row]:
        """The snapshots of these paths; those that are no more are missing."""

    async def close(self) -> None:
        """Lets the connection go; the next question opens another."""


class Keeper:
    """Reads what the bells name, and everything when in doubt."""

    def __init__(self, front: Front, source: Source, poll_seconds: float) -> None:
        self.front, self.source, self.poll_seconds = front, source, poll_seconds
        self._paths: set[str] = set()
        self._all = True
        self._rung = asyncio.Event()
        self.tried = asyncio.Event()
        """Set once the table has been read, or couldn't be, for the first time."""

    def ring(self, paths: Iterable[str] | None) -> None:
        """Something changed at these paths; None: look at everything."""
        if paths is None:
            self._all = True
        else:
            self._paths.update(path for path in paths if path)
        self._rung.set()

    async def run(self) -> None:
        """Until cancelled."""
        pause = 0.1
        while True:
            try:
                await self._look()
                self.front.confirm(True)
                self.tried.set()
                pause = 0.1
            except asyncio.CancelledError:
                raise
            except (
                Exception
            ) as fault:  # whatever a database may say: answer from memory, marked, and go on trying
                if not self.front.shelf.unconfirmed or pause == 0.1:
                    say(
                        "snapshots can't be read",
                        level="warning",
                        fault=f"{type(fault).__name__}: {fault}".strip(),
                    )
                self.front.metrics.snapshot_faults += 1
                self.front.confirm(False)
                self.tried.set()
                self._all = True
                await self.source.close()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 3.0)
                continue
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self.poll_seconds):
                await self._rung.wait()
        except TimeoutError:
            pass

    async def _look(self) -> None:
        self._rung.clear()
        paths, self._paths = self._paths, set()
        everything, self._all = self._all, False
        if everything or not paths:
            # Asked even when everything is read anyway: the answer counts from before the reading.
            moved = await self.source.moved()
            if not (moved or everything):
                return
            await self._compare()
        else:
            await self._read(sorted(paths))

    async def _compare(self) -> None:
        listing = await self.source.listing()
        held = {path.decode(): (entry.version, entry.made_at) for path, entry in self.front.entries.items()}
        for path in held.keys() - listing.keys():
            self._remove(path)
        await self._read(sorted(path for path, state in listing.items() if held.get(path) != state))

    async def _read(self, paths: list[str]) -> None:
        for start in range(0, len(paths), BATCH):
            batch = paths[start : start + BATCH]
            rows = await self.source.rows(batch)
            for row in rows:
                entry = self.front.shelf.put(row)
                if entry is not None:
                    self.front.metrics.snapshot_changes += 1
                    self.front.hub.changed(entry)
            for path in set(batch) - {row.path for row in rows}:
                self._remove(path)

    def _remove(self, path: str) -> None:
        if self.front.shelf.remove(path):
            self.front.hub.removed(path.encode())


def seconds(made_at: object) -> float:
    """Unix seconds from a driver's number."""
    return float(made_at) if isinstance(made_at, int | float) else time.time()
