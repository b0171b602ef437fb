"""A ward's hours from the database."""

from __future__ import annotations

from kuyakusho.core.wards.models import ClosingDay, Ward

from .opening import Hours, read_hours


def hours_of(ward: Ward) -> Hours:
    """The ward's opening hours with its closing days: one query. Keep it for the length of a request."""
    closing = ClosingDay.objects.filter(ward=ward).values_list("on", flat=True)
    return read_hours(ward.opening, closing)
