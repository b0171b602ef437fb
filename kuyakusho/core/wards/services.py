"""Changes to wards that other rooms ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

from kuyakusho.core.calendar import clock

from .models import Ward

_waiting: ContextVar[dict[int, Ward] | None] = ContextVar("waiting", default=None)


@contextmanager
def touching_last() -> Iterator[None]:
    """Inside, `touch` only notes the ward; each is touched once on leaving. For a transaction of many use cases.

    Every writer of a ward meets the others at its row. Whoever goes on to further rows while holding it may want one
    of somebody who waits for it: a deadlock. So it comes last. Goes inside `transaction.atomic()`.
    """
    if _waiting.get() is not None:
        yield
        return
    noted: dict[int, Ward] = {}
    token = _waiting.set(noted)
    try:
        yield
    finally:
        _waiting.reset(token)
    for pk in sorted(noted):
        touch(noted[pk])


def one_at_a_time(ward: Ward, what: str) -> None:
    """Holds whoever else asks for `what` in this ward until the transaction ends.

    For what may not happen twice at once and has no row of its own to lock. Never lock the ward's row for that: on
    PostgreSQL every audit line of the ward would wait, and its writer may hold what one needs next. On SQLite the
    transaction is alone already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ward {ward.pk} {what}"]
            )


def touch(ward: Ward) -> None:
    """Says that something public in the ward changed: every kept page of it is made anew.

    One statement and no read, so that writers in the same ward don't wait for each other longer than they must.
    `changed_at` moves by at least a second each time, since it becomes a Last-Modified, which knows whole seconds.
    The last thing in a transaction; see `touching_last`.
    """
    noted = _waiting.get()
    if noted is not None:
        noted[ward.pk] = ward
        return
    now = clock.now()
    adapt = connection.ops.adapt_datetimefield_value
    if connection.vendor == "postgresql":
        later = "changed_at + interval '1 second'"
    else:
        later = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', changed_at, '+1 second')"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wards_ward SET revision = revision + 1, "
            f"changed_at = CASE WHEN changed_at >= %s THEN {later} ELSE %s END WHERE id = %s",
            [adapt(now.replace(microsecond=0)), adapt(now), ward.pk],
        )
