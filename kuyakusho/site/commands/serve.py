"""`kuyakusho serve`: everything on one address."""

from __future__ import annotations

import sys

import click


@click.command("serve")
@click.option(
    "--host",
    envvar="KUYAKUSHO_HOST",
    default="localhost",
    show_default=True,
    help="Listen on this host. 0.0.0.0: everybody who can reach this machine.",
)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Page processes.")
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 128), help="Threads in each of them."
)
@click.option(
    "--with-worker/--no-worker",
    "with_worker",
    default=None,
    help="Start the background worker too. Default: yes. Without it nothing is sent until one runs elsewhere.",
)
def command(host: str, port: int, workers: int, threads: int, with_worker: bool | None) -> None:
    """Serve the office: the front door, the pages and the background worker, on one address."""
    from kuyakusho.site.serve.supervisor import Options, serve

    sys.exit(serve(Options(host, port, workers, threads, with_worker)))
