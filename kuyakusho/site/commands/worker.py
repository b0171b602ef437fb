"""`kuyakusho worker`: does by the clock, seals, delivers."""

from __future__ import annotations

import signal
from datetime import timedelta

import click

from kuyakusho.site import cli


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option("--list", "list_jobs", is_flag=True, help="List the jobs by the clock and end.")
@click.option("--threads", default=4, show_default=True, help="Deliver so many entries at the same time.")
@click.option(
    "--lease",
    default=60.0,
    show_default=True,
    help="Seconds after which another worker takes over what a killed one held.",
)
def command(once: bool, list_jobs: bool, threads: int, lease: float) -> None:
    """Run jobs by the clock, seal the audit chain and deliver what is in the outbox."""
    cli.setup()
    from kuyakusho.core.jobs.worker import Worker

    if list_jobs:
        _list()
        return
    worker = Worker(threads=max(1, threads), lease=timedelta(seconds=lease), say=click.echo)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: worker.stop())
    if once:
        counts = worker.run_once()
        click.echo(
            ", ".join(f"{what} {count}" for what, count in sorted(counts.items())) or "nothing was due"
        )
    else:
        worker.run()


def _list() -> None:
    from kuyakusho.core.calendar import clock
    from kuyakusho.core.calendar.clock import JAPAN
    from kuyakusho.core.jobs import schedule
    from kuyakusho.core.outbox.models import Entry

    now = clock.now()
    for job in schedule.load():
        last = Entry.objects.filter(key__startswith=f"schedule:{job.name}:").order_by("-created_at").first()
        click.echo(
            f"{job.name}\n    {job.rule!s:<14} next {job.rule.next(now).astimezone(JAPAN):%Y-%m-%d %H:%M}"
            + (
                f", last {last.created_at.astimezone(JAPAN):%Y-%m-%d %H:%M} {last.state}"
                if last
                else ", never ran"
            )
        )
