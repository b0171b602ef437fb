"""`kuyakusho backup`: one file with everything, made while the office runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kuyakusho.site import cli


@click.command("backup")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--keep", type=click.IntRange(min=1), help="Afterwards remove all but so many of the newest beside it."
)
def command(file: Path | None, keep: int | None) -> None:
    """Write a backup to FILE (by default into KUYAKUSHO_BACKUPS). The office may go on running."""
    cli.setup()
    from kuyakusho.site.backup import making
    from kuyakusho.site.backup.manifest import BackupFault

    target = file or making.default_path()
    try:
        with click.progressbar(
            length=making.size_to_read(), label="backing up", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            said = making.make(target, bar.update)
    except BackupFault as fault:
        raise click.ClickException(f"no backup was made: {fault}") from None
    files = sum(name.startswith("files/") for name in said.members)
    click.echo(
        f"{target}: {target.stat().st_size:,} bytes, {said.database}, {files} files, wards {', '.join(said.wards)}"
    )
    if keep:
        for path in making.keep_newest(target.parent, keep):
            click.echo(f"removed {path}")
