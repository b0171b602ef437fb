"""`kuyakusho audit verify`: walks the audit chains and names the first broken place of each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kuyakusho.site import cli

if TYPE_CHECKING:
    from kuyakusho.core.audit.verifying import Verdict


@click.group("audit")
def command() -> None:
    """Check the record of what was done."""


@command.command("verify")
@click.argument("ward", required=False)
@click.option(
    "--heads",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare with this file of copied ends instead of the installation's own (KUYAKUSHO_AUDIT_HEADS).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
def verify_command(ward: str | None, heads: Path | None, as_json: bool) -> None:
    """Walk the chain of WARD, or of every ward and of the installation itself. Ends with 1 when one is broken."""
    cli.setup()
    from django.db import connection

    from kuyakusho.core.audit import guard
    from kuyakusho.core.audit.verifying import count_lines, verify
    from kuyakusho.core.wards.models import Ward

    if ward is not None and not Ward.objects.filter(slug=ward).exists():
        known = ", ".join(Ward.objects.values_list("slug", flat=True)) or "none yet"
        raise click.ClickException(f"there is no ward {ward}; there are: {known}")
    verdicts: list[Verdict] = []
    shown = sys.stderr.isatty() and not as_json
    with click.progressbar(
        length=count_lines(ward), label="audit lines", file=sys.stderr, hidden=not shown
    ) as bar:
        for verdict in verify(ward, progress=bar.update, copies=heads):
            verdicts.append(verdict)
    missing = guard.missing(connection)
    if as_json:
        click.echo(json.dumps({"chains": [_plain(v) for v in verdicts], "missing_triggers": missing}))
    else:
        for verdict in verdicts:
            _say(verdict)
        if missing:
            click.secho(f"The database's own guard is not in place: {', '.join(missing)}", fg="red")
            click.echo(
                "  Somebody could change lines unnoticed until the next check. Run `manage.py migrate`,"
            )
            click.echo("  and find out who removed them.")
    if missing or any(verdict.broken for verdict in verdicts):
        sys.exit(1)


@command.command("guard")
def guard_command() -> None:
    """Put the database's own guard (triggers that refuse changes of audit lines) in place again."""
    cli.setup()
    from django.db import connection, transaction

    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.audit import guard
    from kuyakusho.core.audit.services import record

    missing = guard.missing(connection)
    with transaction.atomic():
        guard.install(connection)
        record(
            ward=None,
            actor=Actor.system("audit guard"),
            action="audit.guard.installed",
            target="audit.line:all",
            missing=missing,
        )
    click.echo(f"in place; {len(missing)} part(s) had been missing")


def _say(verdict: Verdict) -> None:
    name = verdict.ward or "(installation)"
    broken = verdict.broken
    if broken:
        click.secho(f"✗ {name}: broken at line {broken.number}", fg="red")
        click.echo(f"  {broken.what}")
        click.echo(f"  {verdict.lines:,} lines before it are in order")
    else:
        click.echo(f"✓ {name}: {verdict.lines:,} lines in order, {verdict.unsealed:,} not sealed yet")


def _plain(verdict: Verdict) -> dict[str, object]:
    broken = verdict.broken
    return {
        "ward": verdict.ward,
        "lines": verdict.lines,
        "unsealed": verdict.unsealed,
        "broken": {"number": broken.number, "what": broken.what} if broken else None,
    }
