"""Django's Tasks on the outbox: a task is an entry, so it has the lease, the pauses and the attempts of all others.

See docs/adr/0007-tasks-on-the-outbox.md for why the ready-made database backend was not enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

_STATUS = {
    "waiting": TaskResultStatus.READY,
    "leased": TaskResultStatus.RUNNING,
    "done": TaskResultStatus.SUCCESSFUL,
    "given_up": TaskResultStatus.FAILED,
    "cancelled": TaskResultStatus.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTask(Task):
    """A task of ours: `@task(max_attempts=3)`. Attempts that failed come back after growing pauses."""

    max_attempts: int = 5


class OutboxBackend(BaseTaskBackend):
    """Enqueues into the outbox, inside the transaction that is open; the worker runs it afterwards.

    A task must be safe to run again: a worker that is killed in the middle leaves it to the next one. The keyword
    `ward_id` puts the task into that ward's lane, so that wards take turns.
    """

    task_class = OfficeTask
    supports_defer = True
    supports_get_result = True

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        self.validate_task(task)
        from kuyakusho.core.calendar import clock
        from kuyakusho.core.outbox import poke
        from kuyakusho.core.outbox.models import JOB, Entry
        from kuyakusho.core.outbox.services import lane

        now = clock.now()
        ward_id = kwargs.get("ward_id")
        entry = Entry.objects.create(
            ward_id=ward_id,
            kind=JOB,
            lane=lane(ward_id, JOB),
            name=task.module_path,
            topic="task",
            payload=normalize_json({"args": list(args), "kwargs": kwargs}),
            created_at=now,
            next_at=task.run_after or now,
        )
        if entry.next_at <= now:
            poke.worker()
        return _result(entry, task, self.alias)

    def get_result(self, result_id: str) -> TaskResult:
        from kuyakusho.core.outbox.models import JOB, Entry

        entry = Entry.objects.filter(kind=JOB, public_id=result_id).first()
        if entry is None:
            raise TaskResultDoesNotExist(result_id)
        return _result(entry, task_named(entry.name), self.alias)


def task_named(path: str) -> Task:
    """The task at a dotted path. Raises ImportError or TypeError when there is none: only tasks can be run."""
    found = import_string(path)
    if not isinstance(found, Task):
        raise TypeError(f"{path} is not a task")
    return found


def _result(entry: Any, task: Task, alias: str) -> TaskResult:
    errors = []
    if entry.fault:
        errors.append(TaskError(exception_class_path="builtins.Exception", traceback=entry.fault))
    finished_at: datetime | None = entry.done_at
    result: TaskResult = TaskResult(
        task=task,
        id=entry.public_id,
        status=_STATUS[entry.state],
        enqueued_at=entry.created_at,
        started_at=entry.started_at,
        finished_at=finished_at,
        last_attempted_at=entry.started_at,
        args=entry.payload.get("args", []),
        kwargs=entry.payload.get("kwargs", {}),
        backend=alias,
        errors=errors,
        worker_ids=[""] * entry.attempts,
    )
    object.__setattr__(result, "_return_value", entry.result)
    return result
