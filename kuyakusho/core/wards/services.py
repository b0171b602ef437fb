"""Changes to wards that other rooms ask for."""

from __future__ import annotations

from django.db import connection

from kuyakusho.core.calendar import clock

from .models import Ward


def touch(ward: Ward) -> None:
    """Says that something public in the ward changed: every kept page of it is made anew.

    One statement and no read, so that writers in the same ward don't wait for each other longer than they must.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wards_ward SET revision = revision + 1, changed_at = %s WHERE id = %s",
            [clock.now() if connection.vendor == "postgresql" else _sqlite_time(), ward.pk],
        )


def _sqlite_time() -> str:
    # SQLite keeps times as text in UTC, in the form Django's own adapter writes.
    from datetime import UTC

    return clock.now().astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
