"""Writing audit lines."""

from __future__ import annotations

from typing import Any

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .models import AuditLine
from .rules import clean


def record(*, ward: Ward | None, actor: Actor, action: str, target: str, **facts: Any) -> AuditLine:
    """Writes one line in the transaction of the change.

    `action` is a past fact with its room in front (`policy.edition.published`), `target` kind and public id
    (`policy.edition:ab12cd34ef`). `facts` are small and hold no personal data: references, counts, codes.
    Raises ValueError when the facts are too long to be references.
    """
    return AuditLine.objects.create(
        ward=ward, at=clock.now(), actor=str(actor), action=action, target=target, facts=clean(facts)
    )
