"""What every room's `rest.py` uses: the shape of a problem, strict bodies, days and numbers, the ward of an address."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from kuyakusho.core.errors import Missing
from kuyakusho.core.wards.directory import find
from kuyakusho.core.wards.models import Ward


class Problem(Schema):
    """An error as problem details (RFC 9457), sent as application/problem+json."""

    type: str
    title: str
    status: int
    detail: str | None = None
    instance: str | None = None
    fields: dict[str, str] | None = None


class Body(Schema):
    """What a caller sends: no value is guessed, no unknown name is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid")


PROBLEMS = {404: Problem, 422: Problem, 429: Problem}
KEY_PROBLEMS = {401: Problem, 403: Problem, **PROBLEMS}

_LARGEST = Decimal(10) ** 14
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_NUMBER = r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$"


def _read_day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a day is written 2026-04-01")
    return date.fromisoformat(value)


def _read_moment(value: Any) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError(
            "a moment is written 2026-04-01T09:00:00Z or with an offset, +09:00 (in an address %2B09:00)"
        )
    moment = datetime.fromisoformat(value.upper())
    if not 1900 <= moment.year <= 2999:
        raise ValueError("a moment lies between the years 1900 and 2999")
    return moment.astimezone(UTC)  # PostgreSQL knows no offset of more than sixteen hours


def _read_number(value: Any) -> Decimal:
    if isinstance(value, str) and re.fullmatch(_NUMBER, value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number, or a text such as 12.5 with at most four decimal places")
    number = Decimal(str(value))
    if abs(number) >= _LARGEST:
        raise ValueError("a number below 100,000,000,000,000")
    return number


# What comes in: the one spelling of RFC 3339, and numbers as JSON has them or as text, so that no digit is lost.
Day = Annotated[date, BeforeValidator(_read_day)]
Moment = Annotated[datetime, BeforeValidator(_read_moment)]
Number = Annotated[
    Decimal,
    BeforeValidator(_read_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": -1e14, "exclusiveMaximum": 1e14},
                {"type": "string", "pattern": _NUMBER},
            ]
        }
    ),
]
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
# What goes out: "12.5".
Plain = Annotated[
    Decimal,
    PlainSerializer(lambda number: f"{Decimal(number).normalize():f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
]


def ward_of(slug: str) -> Ward:
    """The ward of that slug. Raises Missing; a training copy has no public data."""
    ward = find(slug)
    if ward is None or ward.is_training:
        raise Missing("ward_missing", _("その区はありません。"), _("/api/v1/wards に区の一覧があります。"))
    return ward
