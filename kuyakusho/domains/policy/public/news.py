"""What is new in the plans, for the home page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kuyakusho.core.ui.said import said
from kuyakusho.core.wards.models import Ward

from ..models import Edition
from .outline import STAGE_NAMES


def news(ward: Ward, limit: int = 10) -> list[dict[str, Any]]:
    """The latest publications: day, title, path inside the ward."""
    found = Edition.objects.filter(plan__ward=ward).select_related("plan").defer("content")
    return [
        {
            "day": edition.published_at,
            "title": _("%(title)sを公表しました") % {"title": said(edition.plan, "title").text},
            "path": f"/policy/editions/{edition.public_id}/",
            "chip": STAGE_NAMES[edition.stage],
        }
        for edition in found.order_by("-published_at", "-pk")[:limit]
    ]
