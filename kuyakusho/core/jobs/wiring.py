"""How the outbox runs a job."""

from __future__ import annotations

from typing import Any

from django_tasks.base import TaskContext
from django_tasks.utils import normalize_json

from kuyakusho.core.outbox.models import JOB, Entry
from kuyakusho.core.outbox.registry import runner
from kuyakusho.core.outbox.rules import ATTEMPTS, Undeliverable

from .backend import _result, task_named


def _run(entry: Entry) -> Any:
    try:
        task = task_named(entry.name)
    except (ImportError, TypeError) as error:
        raise Undeliverable(f"there is no task {entry.name}") from error
    arguments = entry.payload.get("args", [])
    if task.takes_context:
        arguments = [TaskContext(task_result=_result(entry, task, task.backend)), *arguments]
    return normalize_json(task.call(*arguments, **entry.payload.get("kwargs", {})))


def _attempts(entry: Entry) -> int:
    try:
        return getattr(task_named(entry.name), "max_attempts", ATTEMPTS[JOB])
    except (ImportError, TypeError):
        return 1


runner(JOB, _run, in_transaction=False, attempts=_attempts)
