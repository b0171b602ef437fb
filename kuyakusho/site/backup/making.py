"""Making a backup while the office runs.

Order matters. Files go first, the database second, files that came in between last: content is written before the
row that names it and never changed, so every file that a row of the copy names is in the backup, however busy the
office was.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit import heads
from kuyakusho.core.audit.models import Chain
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.files import storage
from kuyakusho.core.wards.models import Ward

from . import databases, manifest
from .manifest import BackupFault, Manifest, Summing

Progress = Callable[[int], None]
COMPRESSION = 3
PATTERN = "kuyakusho-*.tar.gz"


def default_path() -> Path:
    """Where a backup goes when nobody says: `KUYAKUSHO_BACKUPS`, with the time in Japan in its name."""
    return Path(settings.BACKUPS) / f"kuyakusho-{clock.now().astimezone(JAPAN):%Y%m%d-%H%M%S}.tar.gz"


def size_to_read() -> int:
    """About how many bytes will be read, for a progress bar."""
    return databases.estimated_size() + sum(path.stat().st_size for path in _files())


def make(target: Path, progress: Progress = lambda count: None) -> Manifest:
    """Writes a backup to `target`, readable by its owner alone. Returns what is in it.

    The file has its name only when it is whole. Raises BackupFault, with what to do, when it can't be made.
    """
    if target.exists():
        raise BackupFault(f"{target} exists already: choose another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(target.parent).free < size_to_read() * 1.5:
        raise BackupFault(f"too little room in {target.parent}: free some, or name a file on another disk")
    beside = target.with_name(target.name + ".part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=COMPRESSION) as archive:
                said = _fill(archive, target.parent, progress)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    record(
        ward=None,
        actor=Actor.system("backup"),
        action="site.backup.made",
        target=f"site.backup:{target.name}",
        members=len(said.members),
        database=said.members[_database_name()]["sha256"],
    )
    return said


def newest(folder: Path) -> Path | None:
    """The newest backup in the folder, or None."""
    return max(folder.glob(PATTERN), key=lambda path: path.stat().st_mtime, default=None)


def keep_newest(folder: Path, count: int) -> list[Path]:
    """Removes all but the newest `count` backups of the folder; returns what was removed."""
    found = sorted(folder.glob(PATTERN), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[count:]:
        path.unlink()
    return found[count:]


def _fill(archive: tarfile.TarFile, folder: Path, progress: Progress) -> Manifest:
    said = _manifest()
    for path in _files():
        _add(archive, said, f"files/{path.parent.name}/{path.name}", path, progress)
    if heads.file().exists():
        _add(archive, said, manifest.HEADS, heads.file(), progress)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as made:
        copy = Path(made) / _database_name()
        if databases.is_sqlite():
            databases.copy_sqlite(databases.sqlite_file(), copy, progress)
        else:
            databases.dump_postgresql(copy, progress)
        _add(archive, said, copy.name, copy, lambda count: None)
    for path in _files():
        name = f"files/{path.parent.name}/{path.name}"
        if name not in said.members:
            _add(archive, said, name, path, progress)
    content = said.as_json()
    entry = tarfile.TarInfo(manifest.NAME)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))
    return said


def _add(archive: tarfile.TarFile, said: Manifest, name: str, path: Path, progress: Progress) -> None:
    try:
        with path.open("rb") as content:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = os.fstat(content.fileno()).st_size, 0o600
            entry.mtime = int(os.fstat(content.fileno()).st_mtime)
            summing = Summing(content, progress)
            archive.addfile(entry, summing)  # type: ignore[arg-type]
            said.members[name] = summing.sum()
    except FileNotFoundError:  # removed since we listed it, so no row names it any more
        return


def _files() -> list[Path]:
    """Uploaded files that are whole, in order."""
    return sorted(
        path
        for path in storage.root().glob("[0-9a-f][0-9a-f]/*")
        if manifest.is_member(f"files/{path.parent.name}/{path.name}")
    )


def _database_name() -> str:
    return manifest.SQLITE if databases.is_sqlite() else manifest.POSTGRESQL


def _manifest() -> Manifest:
    from importlib.metadata import version

    with connection.cursor() as cursor:
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")
        migrations = dict(cursor.fetchall())
    return Manifest(
        made_at=clock.now().isoformat(),
        version=version("kuyakusho"),
        database=connection.vendor,
        wards=list(Ward.objects.values_list("slug", flat=True)),
        audit={chain.key: chain.number for chain in Chain.objects.order_by("pk")},
        migrations=migrations,
        secret=manifest.secret_mark(),
    )
