"""What every room's `rest.py` uses: the shape of a problem, strict bodies, the ward of an address."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import ConfigDict

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


def ward_of(slug: str) -> Ward:
    """The ward of that slug. Raises Missing; a training copy has no public data."""
    ward = find(slug)
    if ward is None or ward.is_training:
        raise Missing("ward_missing", _("その区はありません。"), _("/api/v1/wards に区の一覧があります。"))
    return ward
