"""Copying a database while it is used, and putting a copy in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from .manifest import BackupFault

Progress = Callable[[int], None]
PAGES_PER_STEP = 2000


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def sqlite_file() -> Path:
    """The database's file."""
    return Path(str(connection.settings_dict["NAME"]))


def estimated_size() -> int:
    """About how many bytes a copy will have."""
    if is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute("PRAGMA page_size")
            return int(pages * cursor.fetchone()[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """Copies the database as it is at this moment; writers go on.

    One read transaction is held over all steps: in WAL mode it sees one state, and the copy does not begin again
    with every write of others, as it would without. Raises BackupFault when the copy is not sound.
    """
    reading = sqlite3.connect(_readable(source), uri=True, timeout=20, isolation_level=None)
    writing = sqlite3.connect(target)
    copied = 0

    def step(status: int, remaining: int, total: int) -> None:
        nonlocal copied
        done = (total - remaining) * size
        progress(done - copied)
        copied = done

    try:
        size = reading.execute("PRAGMA page_size").fetchone()[0]
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=PAGES_PER_STEP, progress=step)
        reading.execute("ROLLBACK")
        writing.execute("PRAGMA journal_mode = DELETE")
        fault = writing.execute("PRAGMA quick_check").fetchone()[0]
        if fault != "ok":
            raise BackupFault(
                f"the copy of the database is damaged ({fault}): check the disk, then try again"
            )
    finally:
        reading.close()
        writing.close()


def dump_postgresql(target: Path, progress: Progress) -> None:
    """Writes what pg_dump gives: one snapshot, compressed. Raises BackupFault with what pg_dump said."""
    command = [tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--schema=public"]
    done = 0
    with target.open("wb") as out:
        process = subprocess.Popen(
            [*command, *_where()], stdout=out, stderr=subprocess.PIPE, env=_environment(), text=True
        )
        while process.poll() is None:
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                now = target.stat().st_size
                progress(now - done)
                done = now
        assert process.stderr is not None
        said = process.stderr.read()
        process.stderr.close()
    if process.returncode:
        raise BackupFault(f"pg_dump failed: {said.strip()}")


def put_sqlite(copy: Path, stamp: str) -> list[str]:
    """Puts the copy in the database's place; what was there is kept beside it. Says what was kept."""
    target = sqlite_file()
    connection.close()
    kept = []
    if target.exists():
        beside = target.with_name(f"{target.name}.before-{stamp}")
        old = sqlite3.connect(target)
        try:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (
            sqlite3.DatabaseError
        ):  # what is to be replaced may be damaged: its log is kept beside it instead
            kept.append(f"{target.name} was damaged")
        finally:
            old.close()
        for ending in ("", "-wal", "-shm"):
            part = target.with_name(target.name + ending)
            if part.exists():
                part.replace(beside.with_name(beside.name + ending))
        kept.append(str(beside))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(str(copy), target)
    _make_durable(target)
    return kept


def put_postgresql(dump: Path, stamp: str) -> list[str]:
    """Reads the dump into a fresh schema `public`; the old one is kept as `before_<stamp>`, and back on failure.

    Raises BackupFault with what pg_restore said; then everything is as it was.
    """
    before = f"before_{stamp.replace('-', '_')}"
    there = has_tables()
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA public RENAME TO "{before}"')
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    command = [tool("pg_restore"), "--single-transaction", "--no-owner", "--no-privileges", "--schema=public"]
    ended = subprocess.run(
        [*command, *_where(), str(dump)], capture_output=True, env=_environment(), text=True, check=False
    )
    with connection.cursor() as cursor:
        if ended.returncode:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f'ALTER SCHEMA "{before}" RENAME TO public')
            raise BackupFault(f"pg_restore failed, nothing was changed: {ended.stderr.strip()}")
        if not there:
            cursor.execute(f'DROP SCHEMA "{before}" CASCADE')
    return [f"schema {before}"] if there else []


def has_tables() -> bool:
    """Whether anything is in the database that a restore would replace."""
    if is_sqlite():
        if not sqlite_file().exists():
            return False
        looking = sqlite3.connect(_readable(sqlite_file()), uri=True)
        try:
            return bool(looking.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except sqlite3.DatabaseError:
            return True
        finally:
            looking.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return bool(cursor.fetchone()[0])


def tool(name: str) -> str:
    """The newest of PostgreSQL's programs of that name. Raises BackupFault when there is none."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        raise BackupFault(f"{name} is not installed: install PostgreSQL's client programs")
    return found


def _readable(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro"


def _where() -> list[str]:
    settings: dict[str, Any] = connection.settings_dict
    words = [f"--dbname={settings['NAME']}"]
    for option, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if settings.get(key):
            words.append(f"{option}={settings[key]}")
    return words


def _environment() -> dict[str, str]:
    settings: dict[str, Any] = connection.settings_dict
    options = settings.get("OPTIONS", {})
    given = {"PGPASSWORD": settings.get("PASSWORD")} | {
        f"PG{name.upper()}": options.get(name) for name in ("sslmode", "sslrootcert", "sslcert", "sslkey")
    }
    return {**os.environ, **{name: str(value) for name, value in given.items() if value}}


def _make_durable(path: Path) -> None:
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
