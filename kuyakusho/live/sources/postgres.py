"""Snapshots from PostgreSQL, and its NOTIFY as the bell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from ..log import say
from ..shelf import Row

CHANNEL = "kuyakusho_snapshots"
Ring = Callable[[Iterable[str] | None], None]

_ROWS = (
    "SELECT path, version, media_type, body, etag, max_age, extract(epoch FROM made_at)::float8, stale_after"
    " FROM snapshots_snapshot WHERE NOT removed AND path = ANY(%s)"
)
_LISTING = (
    "SELECT path, version, extract(epoch FROM made_at)::float8 FROM snapshots_snapshot WHERE NOT removed"
)
# A sum, since versions may be committed in another order than they were drawn.
_STATE = (
    "SELECT count(*), sum(version), max(made_at), count(*) FILTER (WHERE removed) FROM snapshots_snapshot"
)


class PostgresSource:
    """One connection for reading, opened when first asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._state: Any = None

    async def _fetch(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self.url, autocommit=True, connect_timeout=5, application_name="kuyakusho live"
            )
        async with asyncio.timeout(10):
            cursor = await self._connection.execute(statement, values)
            return await cursor.fetchall()

    async def moved(self) -> bool:
        (state,) = await self._fetch(_STATE)
        before, self._state = self._state, state
        return bool(state != before)

    async def listing(self) -> dict[str, tuple[int, float]]:
        return {path: (version, made_at) for path, version, made_at in await self._fetch(_LISTING)}

    async def rows(self, paths: list[str]) -> list[Row]:
        return [Row(*row) for row in await self._fetch(_ROWS, (paths,))]

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def listen(url: str, ring: Ring) -> None:
    """Rings for every NOTIFY, until cancelled; while it can't listen the poll stands in."""
    pause = 0.5
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                url, autocommit=True, connect_timeout=5, application_name="kuyakusho live bell"
            ) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                ring(None)  # what was told before anybody listened
                pause = 0.5
                async for note in connection.notifies():
                    ring(note.payload.split("\n"))
        except psycopg.Error as fault:
            if pause == 0.5:
                say("can't listen to PostgreSQL", level="warning", fault=str(fault).strip())
        await asyncio.sleep(pause)
        pause = min(pause * 2, 10.0)
