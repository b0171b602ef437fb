"""Files that are past their day, and content that no row names."""

from __future__ import annotations

import time

from django_tasks import task

from kuyakusho.core import jobs
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.calendar import clock

from . import services, storage
from .models import StoredFile

ORPHAN_SECONDS = 24 * 3600


@jobs.daily(at="03:40")
@task()
def remove_old_files() -> dict[str, int]:
    """Removes files whose day has come, and content a day old that no row names (an upload that was undone)."""
    old = StoredFile.objects.filter(remove_on__lte=clock.today(), removed_at__isnull=True)
    removed = 0
    for stored in old.select_related("ward"):
        services.remove(stored=stored, actor=Actor.system("files.retention"))
        removed += 1
    return {"removed": removed, "orphans": _remove_orphans()}


def _remove_orphans() -> int:
    orphans = 0
    before = time.time() - ORPHAN_SECONDS
    for folder in sorted(storage.root().glob("[0-9a-f][0-9a-f]")):
        there = {f"{folder.name}/{entry.name}": entry for entry in folder.iterdir()}
        named = set(StoredFile.objects.filter(path__in=there).values_list("path", flat=True))
        for path, entry in there.items():
            if path not in named and entry.stat().st_mtime < before:
                entry.unlink()
                orphans += 1
    return orphans
