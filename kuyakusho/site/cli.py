"""`kuyakusho`: the command line. Each command is a module of `kuyakusho/site/commands/`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import click


def setup() -> None:
    """Starts Django. Called by the commands that need a database, and only by them: the others stay quick."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuyakusho.site.settings")
    import django

    django.setup()
    from kuyakusho.core.http import logs

    logs.configure("console" if sys.stderr.isatty() else None)


class Commands(click.Group):
    """Finds the commands by listing the folder, and loads only the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from kuyakusho.site import commands

        return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"kuyakusho.site.commands.{name.replace('-', '_')}").command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """区役所 Kuyakusho: a digital ward office."""
