"""What follows a publication at once, in its transaction: it can be found, and the front door shows it."""

from __future__ import annotations

import json
from typing import Any

from kuyakusho.core.errors import Missing
from kuyakusho.core.snapshots import services as snapshots
from kuyakusho.core.wards.models import Ward

from .figures import results, tally
from .finding import make_findable
from .shelf import Shown, newest


def published(ward: Ward) -> None:
    """Called by whatever publishes an edition."""
    make_findable(ward)
    refresh(ward)


def refresh(ward: Ward) -> None:
    """Puts the policy's snapshot: `/api/v1/<ward>/policy/now`. Also after figures were measured."""
    if ward.is_training:
        return
    try:
        one = newest(ward)
    except Missing:  # another plan may be public before the policy is
        return
    body = json.dumps(state(ward, one), ensure_ascii=False, separators=(",", ":")).encode()
    snapshots.put(f"/api/v1/{ward.slug}/policy/now", body, ward=ward, max_age=5)


def state(ward: Ward, one: Shown) -> dict[str, Any]:
    """Which edition is public, and how many indicators stand where."""
    counted = tally(one, one.initiatives, results(ward, one))
    return {
        "ward": ward.slug,
        "edition": {
            "id": one.id,
            "number": one.number,
            "stage": one.stage,
            "fiscal_year": one.year,
            "digest": one.digest,
            "published_at": one.published_at.isoformat(),
        },
        "initiatives": len(one.initiatives),
        "indicators": {
            result: counted[result] for result in ("met", "missed", "undecidable", "not_measured")
        },
    }
