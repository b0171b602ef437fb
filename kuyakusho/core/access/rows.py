"""Rows that this person may see: the only way a view gets one."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet

from kuyakusho.core.errors import Missing
from kuyakusho.core.http.request import Request

Row = TypeVar("Row", bound=Model)


def scope(
    rows: QuerySet[Row],
    request: Request,
    *,
    ward: str = "ward",
    section: str = "",
    person: str = "",
    everywhere: tuple[str, ...] = (),
) -> QuerySet[Row]:
    """The rows of the request's ward that this person may see.

    `ward`, `section` and `person` are lookups from the row (`case__section`). With `section`, staff see the rows of
    the section they are posted to today; those with a role of `everywhere` see every section's. With `person`,
    residents see the rows of theirs. Whoever a lookup says nothing about sees none of them: rows that name a section
    are not for residents, rows that name neither are for whoever may open the page.
    """
    if request.ward is None:
        return rows.none()
    rows = rows.filter(**{ward: request.ward})
    if request.staff is not None:
        if section and not request.staff.has_role(*everywhere):
            rows = rows.filter(**{section: request.staff.section})
        return rows
    if request.resident is not None and person:
        return rows.filter(**{person: request.resident})
    return rows.none() if section or person else rows


def find(rows: QuerySet[Row], **where: Any) -> Row:
    """The one row. Raises Missing for none, whether hidden, gone, or never there."""
    if any(isinstance(value, str) and "\0" in value for value in where.values()):
        raise Missing  # PostgreSQL would take it for an error of ours
    try:
        return rows.get(**where)
    except (ObjectDoesNotExist, ValueError, ValidationError):
        raise Missing from None
