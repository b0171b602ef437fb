"""Tasks for the tests; a task is a function of a module."""

from __future__ import annotations

from typing import Any

from django_tasks import task

calls: list[Any] = []
not_a_task = "x"


@task()
def adds(a: int, b: int = 0) -> int:
    calls.append((a, b))
    return a + b


@task(max_attempts=2)
def fails() -> None:
    calls.append("fails")
    raise RuntimeError("on purpose")


@task(takes_context=True)
def counts_attempts(context: Any) -> int:
    return context.attempt


@task()
def of_a_ward(ward_id: int) -> None:
    calls.append(ward_id)


@task()
def ticks() -> None:
    calls.append("tick")
