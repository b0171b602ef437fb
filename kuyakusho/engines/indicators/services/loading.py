"""Figures made elsewhere, from a file that somebody has looked through."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.errors import Invalid
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.services import touching_last

from ..models import Indicator
from .typing_in import Entry, type_in


@transaction.atomic
def load(
    ward: Ward, rows: Sequence[tuple[str, Entry]], *, actor: Actor, filename: str = "", digest: str = ""
) -> tuple[int, int]:
    """Keeps all `(key of the indicator, entry)` or none; gives back how many were new and how many were known.

    Raises Invalid when a key is unknown in this ward or an entry is wrong.
    """
    # All held before the first is written, and in one order: of two files neither holds what the other wants next.
    found = Indicator.objects.select_for_update(no_key=True).filter(
        ward=ward, key__in={key for key, _e in rows}
    )
    indicators = {indicator.key: indicator for indicator in found.order_by("pk")}
    unknown = sorted({key for key, _e in rows} - indicators.keys())
    if unknown:
        raise Invalid(
            "indicator_unknown",
            _("この区にない指標があります：%(keys)s") % {"keys": "、".join(unknown)},
            _("指標のキーを確かめてください。"),
        )
    new = 0
    with touching_last():
        for key, entry in rows:
            indicator = indicators[key]
            indicator.ward = ward
            new += type_in(indicator, entry, actor=actor, way="file")[1]
    if rows:
        record(
            ward=ward,
            actor=actor,
            action="indicators.file.loaded",
            target=f"wards.ward:{ward.slug}",
            rows=len(rows),
            new=new,
            digest=digest,
        )
    return new, len(rows) - new
