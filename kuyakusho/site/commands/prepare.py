"""`kuyakusho prepare`: brings database, static files and packs up to date. Quick when nothing changed."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import click

from kuyakusho.site.environment import ROOT, Environment


@click.command()
@click.option("--packs/--no-packs", default=True, help="apply the packs of the wards, too")
def command(packs: bool) -> None:
    """Migrates, collects static files, applies packs; what is done already is not done again."""
    environment = Environment()  # type: ignore[call-arg]  # the values come from outside
    stamp = environment.var / "prepared.stamp"
    now = fingerprint(environment, packs)
    if stamp.exists() and stamp.read_text() == now:
        return
    from kuyakusho.site.cli import setup

    setup()
    environment.var.mkdir(parents=True, exist_ok=True)
    migrate()
    collect_static()
    if packs:
        apply_packs()
    stamp.write_text(now)


def fingerprint(environment: Environment, packs: bool) -> str:
    """Changes when anything changes that preparing reads: the code, static files, packs, the database's place."""
    files = [p for p in (ROOT / "kuyakusho").rglob("*") if "__pycache__" not in p.parts]
    files += environment.packs.rglob("*") if packs else ()
    states = [
        (str(path), state.st_size, state.st_mtime_ns)
        for path in sorted(files)
        if stat.S_ISREG((state := path.stat()).st_mode)
    ]
    database = environment.var / "kuyakusho.sqlite3"
    here = [environment.database_url, environment.mode, environment.database_url or database.exists()]
    return hashlib.sha256(json.dumps([states, here]).encode()).hexdigest()


def say(text: str) -> None:
    """One line of progress."""
    click.secho("▸ ", fg="cyan", nl=False)
    click.echo(text)


def migrate() -> None:
    """Applies what is missing."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        say(f"bringing the database up to date ({len(missing)} steps)")
        call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Copies static files with hashed names into var/, unless the sources are those of the last time."""
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    found: list[list[Any]] = []
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            found.append([path, state.st_size, state.st_mtime_ns])
    now = hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest()
    stamp = Path(settings.VAR) / "static.stamp"
    if stamp.exists() and stamp.read_text() == now and Path(settings.STATIC_ROOT).exists():
        return
    say(f"collecting {len(found)} static files")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(now)


def apply_packs() -> None:
    """Applies every pack whose files changed, and measures what can be measured the first time."""
    from django.conf import settings

    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.packs import services as machinery
    from kuyakusho.core.packs.faults import PackFaulty
    from kuyakusho.core.wards.models import Ward
    from kuyakusho.domains.policy.public.announcing import refresh as refresh_policy
    from kuyakusho.engines.indicators import public as indicators
    from kuyakusho.site.home import refresh

    for folder in machinery.packs_in(Path(settings.PACKS)):
        try:
            outcome = machinery.apply(folder, actor=Actor.system("pack"))
        except PackFaulty as faulty:
            for fault in faulty.faults:
                click.echo(f"  {fault}", err=True)
            raise SystemExit(
                f"the pack {folder.name} has faults: mend them, or see `kuyakusho pack check`"
            ) from None
        if outcome.parts:
            say(f"{folder.name}: {len(outcome.made)} changes from the pack")
            ward = Ward.objects.get(slug=folder.name)
            indicators.measure_all(ward)
            refresh(ward)
            refresh_policy(ward)
