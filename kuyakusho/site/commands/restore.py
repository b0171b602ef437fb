"""`kuyakusho restore`: brings a backup back, after checking all of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kuyakusho.site import cli


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of what is there; that is kept beside it.")
@click.option("--check", is_flag=True, help="Only check the file; touch nothing.")
def command(file: Path, replace: bool, check: bool) -> None:
    """Bring the backup FILE back. The office must be stopped. Ends with 1 when an audit chain is broken."""
    cli.setup()
    import tempfile

    from kuyakusho.site.backup import restoring
    from kuyakusho.site.backup.manifest import BackupFault

    shown = sys.stderr.isatty()
    try:
        with click.progressbar(
            range(0), length=0, label="restoring", file=sys.stderr, hidden=not shown
        ) as bar:
            if check:
                with tempfile.TemporaryDirectory() as folder:
                    said = restoring.unpack(file, Path(folder), bar.update)
                click.echo(f"whole: {said.database}, made {said.made_at}, wards {', '.join(said.wards)}")
                return
            done = restoring.restore(file, replace=replace, progress=bar.update)
    except BackupFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(
        f"restored: {done.manifest.database}, made {done.manifest.made_at}, wards {', '.join(done.manifest.wards)}"
    )
    for place in done.kept:
        click.echo(f"  what was there before: {place}")
    if done.messages_stopped:
        click.echo(
            f"  {done.messages_stopped} message(s) were waiting and may have been sent since: see the desk's outbox page"
        )
    if done.other_secret:
        click.echo(
            "  it was made with another SECRET_KEY: add that one to OLD_SECRET_KEYS, or signatures won't hold"
        )
    if done.missing_migrations:
        click.echo(
            f"  {done.missing_migrations} migration(s) are missing: run `kuyakusho prepare` before serving"
        )
    broken = [verdict for verdict in done.verdicts if verdict.broken]
    for verdict in broken:
        assert verdict.broken is not None
        click.secho(
            f"✗ audit chain of {verdict.ward or '(installation)'} broken at {verdict.broken.number}: {verdict.broken.what}",
            fg="red",
        )
    if broken:
        sys.exit(1)
    click.echo(f"  audit chains: {sum(verdict.lines for verdict in done.verdicts):,} lines in order")
