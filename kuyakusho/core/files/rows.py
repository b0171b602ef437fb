"""Rows of the database as plain values, and back: what exports are made of.

A column's kind says how its value is written as JSON:

    text        a string, "" when empty           day      2023-04-01
    integer     a whole number                    moment   2023-04-01T03:00:00+00:00, always in UTC
    number      a decimal number as a string      json     lists and mappings as they are
    float       a number                          true_false
    reference   the natural key of another row, "" for none

Everything but text, json and reference may be null where the database says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

Row = dict[str, Any]

_KINDS: tuple[tuple[type[models.Field], str], ...] = (
    (models.ForeignKey, "reference"),
    (models.BooleanField, "true_false"),
    (models.DateTimeField, "moment"),
    (models.DateField, "day"),
    (models.DecimalField, "number"),
    (models.FloatField, "float"),
    (models.IntegerField, "integer"),
    (models.JSONField, "json"),
    (models.CharField, "text"),
    (models.TextField, "text"),
)


@dataclass(frozen=True)
class Column:
    """A column of an export. `path` is what the database is asked for."""

    name: str
    kind: str
    path: str
    field: Any
    nullable: bool


def columns_of(
    model: type[models.Model], references: Mapping[str, str], *, without: Sequence[str] = ()
) -> tuple[Column, ...]:
    """Every field of the model but its number and those named in `without`, in the model's order.

    `references` gives for each foreign key the path to its natural key (`owner` → `owner__key`). A field that is
    new in the model is exported without anybody's doing; a new foreign key that nobody gave a path for is an error.
    """
    columns = []
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in without:
            continue
        kind = next(kind for base, kind in _KINDS if isinstance(field, base))
        path = references[field.name] if kind == "reference" else field.name
        columns.append(Column(field.name, kind, path, field, field.null))
    return tuple(columns)


def rows_of(queryset: models.QuerySet[Any], columns: Sequence[Column]) -> list[Row]:
    """The rows of a queryset as plain values, in its order; one statement."""
    return [
        {column.name: plain(column, value) for column, value in zip(columns, values, strict=True)}
        for values in queryset.values_list(*(column.path for column in columns))
    ]


def plain(column: Column, value: Any) -> Any:
    """A value of the database as JSON has it."""
    if value is None:
        return "" if column.kind in ("reference", "text") else None
    if column.kind == "number":
        return written(value)
    if column.kind == "moment":
        return value.astimezone(UTC).isoformat()
    if column.kind == "day":
        return value.isoformat()
    return value


def written(value: Decimal) -> str:
    """A decimal number without needless zeros: 97.5, 38, 0."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def checked(column: Column, value: Any) -> Any:
    """A value from a file as `plain` would write it. Raises ValueError with what is wrong."""
    if value is None or (value == "" and column.kind not in ("text", "reference", "json")):
        if column.kind in ("reference", "text"):
            return ""
        if not column.nullable:
            raise ValueError("a value is missing")
        return None
    try:
        return plain(column, _read(column, value))
    except (TypeError, InvalidOperation, OverflowError) as fault:
        raise ValueError(f"{value!r} is no {column.kind}") from fault


def _read(column: Column, value: Any) -> Any:
    if column.kind == "json":
        return value
    if column.kind in ("text", "reference"):
        if not isinstance(value, str):
            raise TypeError
        if "\0" in value:
            raise ValueError("a text holds no character of number 0")
        limit = column.field.max_length if column.kind == "text" else None
        if limit is not None and len(value) > limit:
            raise ValueError(f"longer than {limit} characters")
        allowed = [choice for choice, _label in column.field.choices or ()] if column.kind == "text" else []
        if allowed and value not in allowed and not (value == "" and column.field.blank):
            raise ValueError(f"{value!r} is none of {', '.join(map(str, allowed))}")
        return value
    if column.kind == "true_false":
        if not isinstance(value, bool):
            raise TypeError
        return value
    if column.kind == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError
        _run(column, value)
        return value
    if column.kind == "float":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError
        return float(value)
    if column.kind == "number":
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError(f"{value!r} is no number")
        # As the database will keep it, so that the same figure is the same before and after.
        number = number.quantize(Decimal(1).scaleb(-column.field.decimal_places))
        _run(column, number)
        return number
    if column.kind == "day":
        return date.fromisoformat(value)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} names no time zone")
    return moment


def _run(column: Column, value: Any) -> None:
    try:
        column.field.run_validators(value)
    except ValidationError as fault:
        raise ValueError(" ".join(fault.messages)) from fault


def attributes(columns: Iterable[Column], row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a checked row that are no references, as a model takes them."""
    found = {}
    for column in columns:
        if column.kind == "reference":
            continue
        value = row[column.name]
        if value is not None and column.kind in ("number", "day", "moment"):
            value = _read(column, value)
        found[column.name] = value
    return found
