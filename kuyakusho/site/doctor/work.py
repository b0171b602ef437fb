"""What goes on: the worker, its queue, its schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kuyakusho.core.calendar import clock
from kuyakusho.core.jobs import schedule
from kuyakusho.core.outbox.models import Entry, Heartbeat

from . import Check, Finding

ALIVE = timedelta(seconds=60)
LATE = timedelta(minutes=10)


def worker() -> Iterator[Finding]:
    alive = Heartbeat.objects.filter(at__gt=clock.now() - ALIVE).count()
    if alive:
        yield Finding("good", "worker", f"{alive} alive")
    else:
        yield Finding("bad", "worker", "none has been heard of for a minute: nothing is sent, sealed or measured",
                      "start `kuyakusho serve`, or `kuyakusho worker` beside it")  # fmt: skip


def outbox() -> Iterator[Finding]:
    now = clock.now()
    due = Entry.objects.filter(state__in=("waiting", "leased"), next_at__lt=now - LATE).count()
    if due:
        yield Finding(
            "bad", "outbox", f"{due} have been due for more than ten minutes", "see that the worker runs"
        )
    stuck = Entry.objects.filter(state="given_up", done_at__gt=now - timedelta(days=7))
    if count := stuck.count():
        reasons = sorted({fault.partition(":")[0] for fault in stuck.values_list("fault", flat=True)})
        yield Finding("warn", "outbox", f"{count} were given up in the last seven days ({', '.join(reasons)})",
                      "administrators see them on the desk under 送信の状況, and can try again")  # fmt: skip
    if not due and not count:
        yield Finding("good", "outbox", "nothing is stuck")


def jobs() -> Iterator[Finding]:
    """Jobs by the clock whose last run was given up."""
    for job in schedule.load():
        last = (
            Entry.objects.filter(key__startswith=f"schedule:{job.name}:", state__in=("done", "given_up"))
            .order_by("-created_at")
            .first()
        )
        if last is not None and last.state == "given_up":
            yield Finding("bad", "jobs", f"{job.name} failed: {last.fault}", "look into the worker's log")


CHECKS: tuple[Check, ...] = (worker, outbox, jobs)
