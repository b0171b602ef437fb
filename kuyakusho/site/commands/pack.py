"""`kuyakusho pack`: what a ward is and does, as data."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kuyakusho.site import cli

if TYPE_CHECKING:
    from kuyakusho.core.packs.faults import Change, Fault

MARKS = {"added": "+", "changed": "~", "removed": "-", "kept": "="}

wards = click.argument("wards", nargs=-1, metavar="[WARD|PATH]...")


@click.group("pack")
def command() -> None:
    """Check, compare and apply ward packs (packs/<ward>/; the format is in docs/packs.md).

    Without WARD or PATH every pack of the installation is meant.
    """


@command.command("check")
@wards
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
def check(wards: tuple[str, ...], as_json: bool) -> None:
    """Find all faults: file, line, what is wrong, how to mend it. Asks no database."""
    cli.setup()
    from kuyakusho.core.packs import services

    faults = {path: services.check(path) for path in _folders(wards)}
    if as_json:
        click.echo(
            json.dumps(
                {path.name: [asdict(fault) for fault in found] for path, found in faults.items()},
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        for path, found in faults.items():
            _tell_faults(path.name, found)
    if any(faults.values()):
        raise SystemExit(1)


@command.command("diff")
@wards
def diff(wards: tuple[str, ...]) -> None:
    """Say what applying would change. Everything is done and taken back, so that the answer can't differ."""
    cli.setup()
    _want_tables()
    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.packs import services

    folders = _folders(wards)
    _refuse_faulty(folders)
    for path in folders:
        outcome = services.diff(path, actor=Actor.system("pack"))
        _tell_changes(path.name, outcome.changes, would=True)


@command.command("apply")
@wards
@click.option("--again", is_flag=True, help="Also the parts whose files are as they were applied last.")
def apply(wards: tuple[str, ...], again: bool) -> None:
    """Make the wards what their packs say: one transaction per ward. A second time nothing changes."""
    cli.setup()
    _want_tables()
    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.packs import services

    folders = _folders(wards)
    # What is as it was applied last was sound then: a start with nothing new reads no entry.
    _refuse_faulty([path for path in folders if services.due(path, again=again)])
    for path in folders:

        def say(part: str, ward: str = path.name) -> None:
            click.echo(f"{ward}: {part} …", err=True)

        outcome = services.apply(path, actor=Actor.system("pack"), again=again, say=say)
        _tell_changes(path.name, outcome.changes, would=False)


def _folders(wards: tuple[str, ...]) -> list[Path]:
    """The folders that are meant: by path, or by name below the installation's packs."""
    from django.conf import settings

    from kuyakusho.core.packs import services
    from kuyakusho.core.packs.faults import did_you_mean

    home = Path(settings.PACKS)
    if not wards:
        found = services.packs_in(home)
        if not found:
            raise click.ClickException(f"There is no pack in {home}. Set KUYAKUSHO_PACKS, or name a folder.")
        return found
    folders = []
    for name in wards:
        path = next((p for p in (home / name, Path(name)) if p.is_dir()), None)
        if path is None:
            known = [folder.name for folder in services.packs_in(home)]
            raise click.ClickException(f"There is no pack called {name}. {did_you_mean(name, known)}")
        folders.append(path.resolve())
    return folders


def _want_tables() -> None:
    from django.db import DatabaseError

    from kuyakusho.core.packs.models import AppliedPack

    try:
        AppliedPack.objects.exists()
    except DatabaseError as error:
        raise click.ClickException(
            f"The database can't be used ({error}). Run `manage.py migrate` first."
        ) from error


def _refuse_faulty(folders: list[Path]) -> None:
    """Ends with all faults when there is one: half of an installation applied would help nobody."""
    from kuyakusho.core.packs import services

    faulty = {path.name: found for path in folders if (found := services.check(path))}
    for name, found in faulty.items():
        _tell_faults(name, found)
    if faulty:
        raise SystemExit(1)


def _tell_faults(name: str, faults: list[Fault]) -> None:
    if not faults:
        click.echo(f"{name}: no faults")
        return
    for fault in faults:
        click.echo(f"{name}/{fault}", err=True)
    click.echo(f"{name}: {len(faults)} {'fault' if len(faults) == 1 else 'faults'}", err=True)


def _tell_changes(name: str, changes: tuple[Change, ...], *, would: bool) -> None:
    for change in changes:
        click.echo(f"{name}: {MARKS.get(change.kind, ' ')} {change}")
    made = sum(change.kind != "kept" for change in changes)
    if not made:
        click.echo(f"{name}: nothing {'would change' if would else 'changed'}")
    else:
        click.echo(f"{name}: {made} {'would change' if would else 'changed'}")
