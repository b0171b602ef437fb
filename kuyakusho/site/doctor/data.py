"""The database, what is in it, and the backups of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kuyakusho.core.audit import guard
from kuyakusho.core.audit.models import AuditLine, Chain
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from . import Check, Finding

OLDEST_POSTGRESQL, OLDEST_SQLITE = 140000, (3, 35, 0)
BACKUP_HOURS = 26


def _ask(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def database() -> Iterator[Finding]:
    yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()


def _sqlite() -> Iterator[Finding]:
    version = _ask("SELECT sqlite_version()")
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        yield Finding("bad", "database", f"SQLite {version}", "the office needs 3.35: use a newer Python")
    else:
        yield Finding("good", "database", f"SQLite {version}")
    for name, expected in (("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")):
        if (found := _ask(f"PRAGMA {name}")) != expected:
            yield Finding("bad", "database", f"{name} is {found}, not {expected}",
                          "the file may lie on a network disk, which SQLite can't use safely: move it")  # fmt: skip


def _postgresql() -> Iterator[Finding]:
    number, version = int(_ask("SHOW server_version_num")), _ask("SHOW server_version")
    if number < OLDEST_POSTGRESQL:
        yield Finding("bad", "database", f"PostgreSQL {version}", "the office needs 14 or newer: upgrade it")
    else:
        yield Finding("good", "database", f"PostgreSQL {version}")
    for name, expected, mend in (
        ("fsync", "on", "set fsync = on: without it a power cut may lose or damage everything"),
        (
            "synchronous_commit",
            "on",
            "set synchronous_commit = on: without it acknowledged changes may be lost",
        ),
        ("full_page_writes", "on", "set full_page_writes = on"),
        ("server_encoding", "UTF8", "make the database anew with ENCODING 'UTF8'"),
    ):
        if (found := _ask(f"SHOW {name}")) != expected:
            yield Finding("bad", "database", f"{name} is {found}", mend)
    drift = abs(datetime.now(UTC).timestamp() - float(_ask("SELECT extract(epoch FROM clock_timestamp())")))
    if drift > 2:
        yield Finding("bad", "clock", f"the database's clock is {drift:.0f} seconds away from ours",
                      "run a time service on both machines")  # fmt: skip


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield Finding("bad", "migrations", f"{len(missing)} are not applied", "run `kuyakusho prepare`")
    else:
        yield Finding("good", "migrations", "all are applied")


def packs() -> Iterator[Finding]:
    from kuyakusho.core.packs import services

    folders = services.packs_in(Path(settings.PACKS))
    if not folders:
        yield Finding("warn", "packs", f"there are none in {settings.PACKS}", "set KUYAKUSHO_PACKS")
    for folder in folders:
        if faults := services.check(folder):
            yield Finding(
                "bad",
                "packs",
                f"{folder.name} has {len(faults)} fault(s)",
                f"run `kuyakusho pack check {folder}`",
            )
        elif due := services.due(folder):
            parts = ", ".join(part.name for part in due)
            yield Finding(
                "warn",
                "packs",
                f"{folder.name} is not applied as it is: {parts}",
                f"run `kuyakusho pack apply {folder}`",
            )
        else:
            yield Finding("good", "packs", f"{folder.name} is applied")
    if not Ward.objects.exists():
        yield Finding("bad", "wards", "there is no ward yet", "run `kuyakusho prepare`")


def static_files() -> Iterator[Finding]:
    root = Path(settings.STATIC_ROOT)
    if "Manifest" not in settings.STORAGES["staticfiles"]["BACKEND"]:
        return
    if not (root / "staticfiles.json").exists():
        yield Finding(
            "bad",
            "static files",
            f"none are collected in {root}",
            "run scripts/build_web, then `kuyakusho prepare`",
        )
        return
    from kuyakusho.core.ui import apps as ui

    built = Path(ui.__file__).parent / "static" / "ui" / ".built"
    if built.exists() and built.stat().st_mtime > (root / "staticfiles.json").stat().st_mtime + 60:
        yield Finding(
            "warn", "static files", "built again since they were collected", "run `kuyakusho prepare`"
        )
    else:
        yield Finding("good", "static files", "collected")


def audit_chain() -> Iterator[Finding]:
    if missing := guard.missing(connection):
        yield Finding("bad", "audit", f"the database's guard is not in place: {', '.join(missing)}",
                      "find out who removed it, then run `kuyakusho audit guard`")  # fmt: skip
    broken = Chain.objects.exclude(fault="").select_related("ward")
    for chain in broken:
        ward = chain.ward.slug if chain.ward else "the installation"
        yield Finding(
            "bad", "audit", f"the chain of {ward} is broken: {chain.fault}", "run `kuyakusho audit verify`"
        )
    oldest = AuditLine.objects.filter(number__isnull=True).order_by("id").values_list("at", flat=True).first()
    if oldest and (clock.now() - oldest).total_seconds() > 300:
        yield Finding(
            "bad",
            "audit",
            "lines have waited for the sealer for more than five minutes",
            "start `kuyakusho worker`",
        )
    elif not broken and not missing:
        yield Finding("good", "audit", "guarded by the database, sealed, no break known")


def backups() -> Iterator[Finding]:
    from kuyakusho.site.backup.making import newest

    folder = Path(settings.BACKUPS)
    found = newest(folder)
    if found is None:
        yield Finding(
            "warn",
            "backup",
            f"there is none in {folder}",
            "run `kuyakusho backup` every night (docs/operate/backup.md)",
        )
        return
    hours = (time.time() - found.stat().st_mtime) / 3600
    if hours > BACKUP_HOURS:
        yield Finding(
            "warn",
            "backup",
            f"the newest is {hours / 24:.1f} days old",
            "see why the nightly backup does not run",
        )
    else:
        yield Finding("good", "backup", f"{found.name}, {hours:.0f} hours old")
    if found.stat().st_mode & 0o077:
        yield Finding("bad", "backup", f"others can read {found}", f"chmod 600 {found}")
    if settings.ENVIRONMENT.mode == "production" and re.match(r"/(tmp|dev/shm)/", str(folder)):
        yield Finding(
            "bad", "backup", f"{folder} is emptied when the machine starts", "set KUYAKUSHO_BACKUPS"
        )


CHECKS: tuple[Check, ...] = (database, migrations, packs, static_files, audit_chain, backups)
