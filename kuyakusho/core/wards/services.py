"""Changes to wards that other rooms ask for."""

from __future__ import annotations

from django.db import connection

from kuyakusho.core.calendar import clock

from .models import Ward


def touch(ward: Ward) -> None:
    """Says that something public in the ward changed: every kept page of it is made anew.

    One statement and no read, so that writers in the same ward don't wait for each other longer than they must.
    `changed_at` moves by at least a second each time, since it becomes a Last-Modified, which knows whole seconds.
    """
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
