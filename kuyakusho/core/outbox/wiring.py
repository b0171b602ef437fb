"""What the outbox itself brings: facts, messages, and the channel e-mail."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.http import metrics, probes
from kuyakusho.core.ui.navigation import Entry as MenuEntry
from kuyakusho.core.ui.navigation import register

from . import mail
from .models import FACT, MESSAGE, Entry, Heartbeat
from .registry import channel, channels, runner, subscribers
from .rules import ATTEMPTS, Undeliverable


def _deliver_fact(entry: Entry) -> None:
    handler = subscribers.get(entry.topic, {}).get(entry.name)
    if handler is None:
        raise Undeliverable(f"nobody called {entry.name} listens to {entry.topic} any more")
    handler(entry)


def _deliver_message(entry: Entry) -> None:
    if entry.ward is not None and entry.ward.is_training:  # whatever wrote it: nothing leaves a training ward
        raise Undeliverable("messages of a training ward never leave")
    handler = channels.get(entry.name)
    if handler is None:
        raise Undeliverable(f"there is no channel {entry.name}")
    handler(entry)


runner(FACT, _deliver_fact, in_transaction=True, attempts=lambda entry: ATTEMPTS[FACT])
runner(MESSAGE, _deliver_message, in_transaction=False, attempts=lambda entry: ATTEMPTS[MESSAGE])
channel("email", mail.deliver)

WORKER_LATE = timedelta(seconds=60)


def _backlog() -> dict[tuple[str, ...], float]:
    rows = Entry.objects.exclude(state__in=("done", "cancelled")).order_by().values_list("kind", "state")
    return {(kind, state): number for kind, state, number in rows.annotate(number=Count("pk"))}


def _oldest() -> float:
    due = Entry.objects.filter(state__in=("waiting", "leased"), next_at__lte=clock.now())
    oldest = due.aggregate(oldest=Min("next_at"))["oldest"]
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


def _workers() -> float:
    return Heartbeat.objects.filter(at__gt=clock.now() - WORKER_LATE).count()


def _worker_fault() -> str:
    return "" if _workers() else "no worker has been heard of for a minute: start `kuyakusho worker`"


metrics.gauge("outbox_entries", "Entries that are not done", _backlog, labels=("kind", "state"))
metrics.gauge("outbox_oldest_seconds", "How long the oldest due entry has been due", _oldest)
metrics.gauge("workers", "Workers heard of within a minute", _workers)
probes.check("worker", _worker_fault, is_vital=False)
register(
    MenuEntry(
        "outbox",
        _("送信の状況"),
        "outbox:index",
        order=92,
        place="desk",
        group=_("管理"),
        roles=("administrator",),
        keys="g o",
    )
)
