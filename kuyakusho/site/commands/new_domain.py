"""`kuyakusho new-domain`: makes a room."""

from __future__ import annotations

import click

from kuyakusho.site.environment import ROOT


@click.command("new-domain")
@click.argument("name")
@click.option("--title", default="", help="What officials call it, in Japanese. Default: the name.")
@click.option("--title-en", default="", help="The same in English.")
def command(name: str, title: str, title_en: str) -> None:
    """Make a room called NAME under kuyakusho/domains, with a working slice to begin from."""
    from kuyakusho.site.new_domain import BadName, make

    shown = title_en or name.replace("_", " ").capitalize()
    try:
        written = make(name, title=title or shown, title_en=shown, root=ROOT / "kuyakusho")
    except BadName as fault:
        raise click.ClickException(str(fault)) from None
    for path in written:
        click.echo(f"  {path.relative_to(ROOT)}")
    address = name.replace("_", "-")
    click.echo(f"\nThe room {name} works: `make run`, then /<ward>/{address}/ and /<ward>/desk/{address}/.")
    click.echo("Next: say in its README.md what it is for (docs/add-a-domain.md walks through the rest).")
