"""Bringing a backup back: check everything first, put it in place, keep what was there, check the audit chains."""

from __future__ import annotations

import fcntl
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit import heads
from kuyakusho.core.audit.services import record
from kuyakusho.core.audit.verifying import Verdict, verify
from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.files import storage
from kuyakusho.core.outbox.models import MESSAGE, Entry, Heartbeat

from . import databases, manifest
from .manifest import BackupFault, Manifest, Summing

Progress = Callable[[int], None]
ALIVE = timedelta(seconds=60)
MAYBE_SENT = "brought back from a backup: it may have been sent already"


@dataclass
class Restored:
    """What came of it. `kept` says where what was there before lies now."""

    manifest: Manifest
    verdicts: list[Verdict]
    kept: list[str] = field(default_factory=list)
    missing_migrations: int = 0
    messages_stopped: int = 0
    other_secret: bool = False


def restore(file: Path, *, replace: bool = False, progress: Progress = lambda count: None) -> Restored:
    """Brings the backup back. With `replace` it takes the place of what is there, which is kept beside it.

    Messages that were waiting when the backup was made are stopped for a person to look at, since they may have
    been sent since; sessions are ended. Raises BackupFault, before anything is touched, when the backup is not whole,
    the office runs, or there is something to replace.
    """
    with _standing_still():
        return _restore(file, replace, progress)


def _restore(file: Path, replace: bool, progress: Progress) -> Restored:
    if not replace and (databases.has_tables() or any(storage.root().glob("[0-9a-f][0-9a-f]/*"))):
        raise BackupFault(
            "there is data here already: give --replace to put the backup in its place (it is kept)"
        )
    stamp = f"{clock.now().astimezone(JAPAN):%Y%m%d-%H%M%S}"
    with tempfile.TemporaryDirectory(dir=settings.VAR, prefix=".restore-") as made:
        staging = Path(made)
        said = unpack(file, staging, progress)
        if said.database != connection.vendor:
            raise BackupFault(
                f"it is of {said.database}, and DATABASE_URL names {connection.vendor}: set DATABASE_URL to a "
                f"{said.database} database"
            )
        done = Restored(said, [], other_secret=said.secret != manifest.secret_mark())
        if databases.is_sqlite():
            done.kept += databases.put_sqlite(staging / manifest.SQLITE, stamp)
        else:
            done.kept += databases.put_postgresql(staging / manifest.POSTGRESQL, stamp)
        done.kept += _put(staging / "files", storage.root(), stamp)
        done.kept += _put(staging / manifest.HEADS, heads.file(), stamp)
    done.verdicts = list(verify())
    executor = MigrationExecutor(connection)
    done.missing_migrations = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    done.messages_stopped = _settle(said, file)
    return done


def unpack(file: Path, folder: Path, progress: Progress = lambda count: None) -> Manifest:
    """Unpacks a backup into an empty folder and checks every member. Raises BackupFault when it is not whole."""
    sums = {}
    said: Manifest | None = None
    try:
        with tarfile.open(file, "r:gz") as archive:
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None or not (manifest.is_member(entry.name) or entry.name == manifest.NAME):
                    raise BackupFault(f"it holds {entry.name!r}, which is no part of a backup: use another")
                if entry.name == manifest.NAME:
                    said = manifest.read(content.read())
                    continue
                target = folder / entry.name
                target.parent.mkdir(parents=True, exist_ok=True)
                summing = Summing(content, progress)
                with target.open("wb") as out:
                    shutil.copyfileobj(summing, out, 1024 * 1024)
                target.chmod(0o600)
                sums[entry.name] = summing.sum()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupFault(f"{file} can't be read as a backup ({error}): use another") from error
    if said is None:
        raise BackupFault(f"{file} has no {manifest.NAME}: it was cut off, or is no backup; use another")
    for name in sorted(said.members.keys() | sums.keys()):
        if said.members.get(name) != sums.get(name):
            raise BackupFault(f"{name} is missing or differs from what the manifest says: use another backup")
    return said


@contextmanager
def _standing_still() -> Iterator[None]:
    """Refuses while the office runs, and keeps `kuyakusho serve` from starting meanwhile."""
    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    with (Path(settings.VAR) / "serve.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupFault("the office is running: stop `kuyakusho serve` first") from None
        names = _workers()
        if names:
            raise BackupFault(
                f"a worker is running ({', '.join(names)}): stop it, or wait a minute after it was killed"
            )
        yield


def _workers() -> list[str]:
    if databases.is_sqlite() and not databases.has_tables():
        return []  # asking would make an empty database
    try:
        alive = Heartbeat.objects.filter(at__gt=clock.now() - ALIVE)
        return list(alive.values_list("name", flat=True))
    except DatabaseError:  # tables of another version, or a damaged file: nobody can be working on it
        return []
    finally:
        connection.close()


def _put(source: Path, target: Path, stamp: str) -> list[str]:
    kept = []
    if target.exists():
        beside = target.with_name(f"{target.name}.before-{stamp}")
        target.replace(beside)
        kept.append(str(beside))
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(source), target)
    return kept


def _settle(said: Manifest, file: Path) -> int:
    """Stops messages that may have gone out since, ends sessions, and leaves a line of what happened."""
    try:
        stopped = Entry.objects.filter(kind=MESSAGE, state__in=("waiting", "leased")).update(
            state="given_up", lease="", done_at=clock.now(), fault=MAYBE_SENT
        )
        Heartbeat.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_session")
        record(
            ward=None,
            actor=Actor.system("restore"),
            action="site.backup.restored",
            target=f"site.backup:{file.name}",
            made_at=said.made_at,
            messages_stopped=stopped,
        )
    except DatabaseError as error:
        raise BackupFault(
            f"the backup is in place, but its tables are of another version ({type(error).__name__}): run "
            "`kuyakusho prepare`, then look at the outbox before starting a worker"
        ) from error
    return stopped
