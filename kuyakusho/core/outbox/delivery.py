"""Claiming what is due under a lease, delivering it, and what happens when that fails.

A claim is one statement. It moves `next_at` to the end of the lease: when the worker dies, the entry is simply due
again then, and another worker takes it. Lanes (ward and kind) take turns, so that ten thousand messages of one
ward stand in nobody else's way.
"""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction

from kuyakusho.core.calendar import clock

from .models import MESSAGE, Entry
from .registry import runners
from .rules import Undeliverable, fault_text, pause

log = logging.getLogger("kuyakusho.outbox")
LEASE = timedelta(seconds=60)
PATIENCE = timedelta(minutes=2)


class LeaseLost(Exception):
    """The lease ended while the entry was being delivered, and somebody else has it now."""


def any_due(now: datetime) -> bool:
    """Whether anything is due: one read that takes no lock, so that an idle worker costs nothing."""
    return Entry.objects.filter(state__in=("waiting", "leased"), next_at__lte=now).exists()


def lanes() -> list[str]:
    """The lanes in which anything waits, found by hopping through the index: a few reads however long the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE hop(lane) AS ("
            " SELECT min(lane) FROM outbox_entry WHERE state IN ('waiting', 'leased')"
            " UNION ALL"
            " SELECT (SELECT min(e.lane) FROM outbox_entry e"
            "   WHERE e.state IN ('waiting', 'leased') AND e.lane > hop.lane)"
            " FROM hop WHERE hop.lane IS NOT NULL"
            ") SELECT lane FROM hop WHERE lane IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]


def claim(lane: str, count: int, *, lease: timedelta = LEASE) -> list[Entry]:
    """Takes up to `count` due entries of a lane, the longest due first; nobody else gets them during the lease."""
    now = clock.now()
    token = secrets.token_hex(8)
    adapt = connection.ops.adapt_datetimefield_value
    due = (
        "SELECT id FROM outbox_entry WHERE lane = %s AND state IN ('waiting', 'leased') AND next_at <= %s "
        "ORDER BY next_at, id LIMIT %s"
    )
    change = (
        "UPDATE outbox_entry SET state = 'leased', lease = %s, attempts = attempts + 1, "
        "next_at = %s, started_at = %s WHERE id IN "
    )
    values: list[Any] = [token, adapt(now + lease), adapt(now)]
    if connection.vendor == "postgresql":
        # Materialised, because the planner may run a plain subquery again and lock more than the limit.
        statement = f"WITH due AS MATERIALIZED ({due} FOR UPDATE SKIP LOCKED) {change}(SELECT id FROM due) RETURNING id"
        parameters = [lane, adapt(now), count, *values]
    else:
        statement = f"{change}({due}) RETURNING id"
        parameters = [*values, lane, adapt(now), count]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return []
    return sorted(
        Entry.objects.filter(pk__in=ids, lease=token).select_related("ward"),
        key=lambda entry: (entry.created_at, entry.pk),
    )


def renew(entries: Iterable[Entry], *, lease: timedelta = LEASE) -> None:
    """Prolongs the leases of entries that are still being delivered."""
    until = clock.now() + lease
    for entry in entries:
        if Entry.objects.filter(pk=entry.pk, state="leased", lease=entry.lease).update(next_at=until):
            entry.next_at = until


def release(entries: Iterable[Entry]) -> None:
    """Gives back what was claimed and not begun, as if it had never been taken."""
    for entry in entries:
        Entry.objects.filter(pk=entry.pk, state="leased", lease=entry.lease).update(
            state="waiting", lease="", next_at=clock.now(), attempts=entry.attempts - 1
        )


def attempt(entry: Entry) -> str:
    """Delivers a claimed entry and writes down what came of it: done, waiting, given_up, or lost."""
    if clock.now() >= entry.next_at:  # we slept through our own lease; somebody else may be at it
        return "lost"
    runner = runners[entry.kind]
    limit = runner.attempts(entry)
    if entry.attempts > limit:
        return _give_up(entry, "the worker stopped while it ran, each time")
    try:
        if runner.in_transaction:
            with transaction.atomic():
                result = runner.deliver(entry)
                _finish(entry, result)
        else:
            result = runner.deliver(entry)
            _finish_for_sure(entry, result)
    except LeaseLost:
        log.warning("lease lost", extra={"entry": entry.public_id, "receiver": entry.name})
        return "lost"
    except Undeliverable as error:
        return _give_up(entry, fault_text(error))
    except Exception as error:  # whatever a room's handler raises: the queue goes on
        log.warning(
            "delivery failed",
            extra={"entry": entry.public_id, "kind": entry.kind, "receiver": entry.name},
            exc_info=error,
        )
        if entry.attempts >= limit:
            return _give_up(entry, fault_text(error))
        Entry.objects.filter(pk=entry.pk, state="leased", lease=entry.lease).update(
            state="waiting",
            lease="",
            next_at=clock.now() + pause(entry.attempts, random.random()),
            fault=fault_text(error),
        )
        return "waiting"
    return "done"


def deliver_due(limit: int = 1000, *, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Delivers what is due, one after the other in this thread, until nothing is or `limit` were tried.

    Returns how many ended in which way. For `worker --once`, for tests, and for commands that send.
    """
    outcome: Counter[str] = Counter()
    while not stop() and any_due(clock.now()):
        taken = 0
        for lane in lanes():
            for entry in claim(lane, 10):
                taken += 1
                outcome[attempt(entry)] += 1
            if stop() or outcome.total() >= limit:
                return outcome
        if not taken:  # others have it
            return outcome
    return outcome


def _finish(entry: Entry, result: Any) -> None:
    marked = Entry.objects.filter(pk=entry.pk, state="leased", lease=entry.lease).update(
        state="done", done_at=clock.now(), lease="", fault="", result=result
    )
    if not marked:
        raise LeaseLost


def _finish_for_sure(entry: Entry, result: Any) -> None:
    """Marks what a channel has acknowledged, whoever holds the lease by now, and waits for a database that is away.

    Once acknowledged, a message must not go out again; giving up here would send it again.
    """
    patience = time.monotonic() + PATIENCE.total_seconds()
    while True:
        try:
            marked = Entry.objects.filter(pk=entry.pk)
            if entry.kind != MESSAGE:
                marked = marked.filter(state="leased", lease=entry.lease)
            if not marked.exclude(state="done").update(
                state="done", done_at=clock.now(), lease="", fault="", result=result
            ):
                raise LeaseLost
            return
        except DatabaseError:
            if connection.in_atomic_block or time.monotonic() > patience:
                log.error("acknowledged, but not marked", extra={"entry": entry.public_id})
                raise
            connection.close()
            time.sleep(0.5)


def _give_up(entry: Entry, fault: str) -> str:
    Entry.objects.filter(pk=entry.pk, state="leased", lease=entry.lease).update(
        state="given_up", lease="", done_at=clock.now(), fault=fault
    )
    log.error("given up", extra={"entry": entry.public_id, "kind": entry.kind, "receiver": entry.name})
    return "given_up"
