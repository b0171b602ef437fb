"""The register of jobs by the clock, and how their slots get into the outbox: once each, whoever puts them there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.module_loading import autodiscover_modules
from django_tasks.base import Task

from .rules import WEEKDAYS, At, Every, Rule, clock_time


@dataclass(frozen=True)
class Scheduled:
    """A task and when it runs."""

    task: Task
    rule: Rule

    @property
    def name(self) -> str:
        return self.task.module_path


registered: dict[str, Scheduled] = {}
Decorator = Callable[[Task], Task]


def every(*, minutes: int) -> Decorator:
    """Runs the task every so many minutes; they must divide a day."""
    return _by(Every(minutes))


def daily(*, at: str) -> Decorator:
    """Runs the task every day at `at` in Japan."""
    return _by(At(clock_time(at)))


def weekly(*, on: str, at: str) -> Decorator:
    """Runs the task on one day of the week (`mon` … `sun`)."""
    return _by(At(clock_time(at), weekday=WEEKDAYS.index(on)))


def yearly(*, on: str, at: str) -> Decorator:
    """Runs the task once a year, on `MM-DD`."""
    day = date.fromisoformat(f"2000-{on}")
    return _by(At(clock_time(at), month=day.month, day=day.day))


def _by(rule: Rule) -> Decorator:
    def register(task: Task) -> Task:
        name = task.module_path
        if name in registered:
            raise ValueError(f"{name} has a schedule already")
        registered[name] = Scheduled(task, rule)
        return task

    return register


def load() -> list[Scheduled]:
    """Every job by the clock, by name, after loading `jobs.py` of every room."""
    autodiscover_modules("jobs")
    return [registered[name] for name in sorted(registered)]


def due(jobs: list[Scheduled], now: datetime, seen: dict[str, datetime]) -> list[tuple[Scheduled, datetime]]:
    """The slots that have begun and that `seen` (name → slot) doesn't have yet; only the latest of each job.

    After a night without a worker every job is caught up with once, not once per missed slot.
    """
    found = []
    for job in jobs:
        slot = job.rule.latest(now)
        if seen.get(job.name) != slot:
            found.append((job, slot))
    return found


def put(job: Scheduled, slot: datetime) -> bool:
    """Puts one slot into the outbox; False when it is there already or the run before it is still open."""
    from kuyakusho.core.calendar import clock
    from kuyakusho.core.outbox.models import JOB, Entry
    from kuyakusho.core.outbox.services import lane

    key = f"schedule:{job.name}:{slot:%Y-%m-%dT%H:%M}Z"
    if Entry.objects.filter(key=key).exists():
        return False
    if Entry.objects.filter(lane=lane(None, JOB), name=job.name, state__in=("waiting", "leased")).exists():
        return False
    now = clock.now()
    values: dict[str, Any] = {
        "kind": JOB,
        "lane": lane(None, JOB),
        "name": job.name,
        "topic": "schedule",
        "payload": {"args": [], "kwargs": {}},
        "created_at": now,
        "next_at": now,
    }
    return Entry.objects.get_or_create(key=key, defaults=values)[1]
