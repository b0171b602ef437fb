"""Measuring by the clock."""

from __future__ import annotations

from django_tasks import task

from kuyakusho.core import jobs
from kuyakusho.core.wards.models import Ward

from .services import measure_all


@jobs.daily(at="04:30")
@task()
def measure_every_ward() -> int:
    """Asks every live source of every ward once a day; gives back how many wards there are.

    A task per ward, so that a source that fails is tried again without the other wards.
    """
    slugs = list(Ward.objects.values_list("pk", "slug"))
    for pk, slug in slugs:
        measure_ward.enqueue(slug, ward_id=pk)
    return len(slugs)


@task()
def measure_ward(slug: str, ward_id: int) -> dict[str, int]:
    """One ward's figures. Raises when a source failed; what was measured is kept, and measured again unchanged."""
    done = measure_all(Ward.objects.get(slug=slug))
    return {"stored": len(done.stored), "unchanged": len(done.unchanged), "nothing": len(done.nothing)}
