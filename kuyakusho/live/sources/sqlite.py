"""Snapshots from the embedded SQLite database, read by a thread of its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import quote

from ..shelf import Row

Result = TypeVar("Result")

# Django keeps times as UTC text; the fraction matters only for telling two times apart.
_TIME = "(julianday(made_at) - 2440587.5) * 86400.0"
_ROWS = (
    f"SELECT path, version, media_type, body, etag, max_age, {_TIME}, stale_after"
    " FROM snapshots_snapshot WHERE NOT removed AND path IN (SELECT value FROM json_each(?))"
)
_LISTING = f"SELECT path, version, {_TIME} FROM snapshots_snapshot WHERE NOT removed"


class SqliteSource:
    """A read-only connection to the file, opened again when another file takes its place (a restore)."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="snapshots")
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._data_version = -1

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def moved(self) -> bool:
        return await self._run(self._moved)

    async def listing(self) -> dict[str, tuple[int, float]]:
        return await self._run(self._listing)

    async def rows(self, paths: list[str]) -> list[Row]:
        return await self._run(lambda: self._rows(paths))

    async def close(self) -> None:
        await self._run(self._close)

    def _open(self) -> sqlite3.Connection:
        status = os.stat(self.path)
        file = (status.st_dev, status.st_ino)
        if self._connection is not None and file != self._file:
            self._close()
        if self._connection is None:
            # Never creates the file; `query_only` besides, so that nothing here can write.
            self._connection = sqlite3.connect(
                f"file:{quote(os.path.abspath(self.path))}?mode=rw",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=5,
            )
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute("PRAGMA cache_size = -512")
            self._file, self._data_version = file, -1
        return self._connection

    def _moved(self) -> bool:
        (version,) = self._open().execute("PRAGMA data_version").fetchone()
        before, self._data_version = self._data_version, version
        return version != before

    def _listing(self) -> dict[str, tuple[int, float]]:
        return {path: (version, made_at) for path, version, made_at in self._open().execute(_LISTING)}

    def _rows(self, paths: list[str]) -> list[Row]:
        import json

        return [Row(*row) for row in self._open().execute(_ROWS, [json.dumps(paths)])]

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
