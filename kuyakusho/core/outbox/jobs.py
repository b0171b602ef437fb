"""Retention of what was sent."""

from __future__ import annotations

from datetime import timedelta

from django_tasks import task

from kuyakusho.core import jobs
from kuyakusho.core.calendar import clock

from .models import Entry

SAID_FOR = timedelta(days=7)
STUCK_FOR = timedelta(days=90)


@jobs.daily(at="03:20")
@task()
def forget_what_was_said() -> int:
    """Blanks what finished entries said after 7 days, given up or held ones after 90; returns how many.

    The bare entry stays longer (`retention.py`): its key keeps the same thing from being sent twice.
    """
    now = clock.now()
    blank: dict[str, object] = {"payload": {}, "result": None, "blanked_at": now}
    finished = Entry.objects.filter(blanked_at__isnull=True)
    blanked = finished.filter(state__in=("done", "cancelled"), done_at__lt=now - SAID_FOR).update(**blank)
    blanked += finished.filter(state="given_up", done_at__lt=now - STUCK_FOR).update(**blank)
    blanked += finished.filter(state="held", created_at__lt=now - STUCK_FOR).update(**blank)
    return blanked
