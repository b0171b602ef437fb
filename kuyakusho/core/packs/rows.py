"""Makes rows of a table what a pack says, and tells what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import models

from .faults import Change

M = TypeVar("M", bound=models.Model)


def differing(row: models.Model, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The names whose value in the row is another one."""
    return tuple(name for name, value in values.items() if getattr(row, name) != value)


def put(row: M, values: Mapping[str, Any], what: str, key: str) -> Change | None:
    """Saves the values in the row where they differ; None where nothing did. A row without a number is new."""
    is_new = row.pk is None
    changed = differing(row, values)
    if not is_new and not changed:
        return None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=None if is_new else list(changed))
    return Change("added", what, key) if is_new else Change("changed", what, key, changed)


def sync(
    model: type[M],
    owner: Mapping[str, Any],
    by: str,
    wanted: Mapping[Any, Mapping[str, Any]],
    what: str,
    why: str,
) -> Iterable[Change]:
    """Makes the rows of `owner` those of `wanted`, found by the field `by`. What the pack no longer names is kept.

    Rows are never deleted: other rooms may hold on to them, and old years stay readable. `why` tells that.
    """
    found = {getattr(row, by): row for row in model._default_manager.filter(**owner)}
    for key, values in wanted.items():
        row = found.pop(key, None) or model(**owner, **{by: key})
        change = put(row, values, what, str(key))
        if change:
            yield change
    for key in found:
        yield Change("kept", what, str(key), why=why)
