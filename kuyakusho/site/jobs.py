"""Jobs that mix rooms."""

from __future__ import annotations

from django_tasks import task

from kuyakusho.core import jobs, retention
from kuyakusho.core.search.services import tidy
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.public.announcing import refresh as refresh_policy

from .home import refresh


@jobs.every(minutes=1)
@task()
def refresh_snapshots() -> int:
    """What the front door holds of every ward: open or closed changes with the time alone."""
    wards = list(Ward.objects.filter(training_of=None))
    for ward in wards:
        refresh(ward)
        refresh_policy(ward)
    return len(wards)


@jobs.daily(at="03:10")
@task()
def tidy_up() -> dict[str, int]:
    """Deletes what is past its retention, and puts the search index in order."""
    gone = retention.tidy()
    tidy()
    return gone
