"""A figure that another system of the city sends."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.errors import Refused

from ..models import Indicator, Observation
from ..registry import MADE_ELSEWHERE, is_measurable
from .storing import rounded
from .typing_in import Entry, type_in


@transaction.atomic
def receive(indicator: Indicator, entry: Entry, *, actor: Actor) -> tuple[Observation, bool]:
    """Keeps the figure as `type_in` does, and says whether it is new.

    The last word of the same source about the same period, sent again, changes nothing: neither a second line, nor
    a correction that somebody has made since. Raises Refused where a running service counts the indicator, Invalid
    with the fields that are wrong.
    """
    if indicator.source not in MADE_ELSEWHERE and is_measurable(indicator.source, indicator.about):
        raise Refused(
            "indicator_is_live",
            _("この指標の値は、区の業務の記録から自動で数えているため、外から送ることはできません。"),
            _("値がおかしいと思われるときは、区の企画の担当にお知らせください。"),
        )
    # The same lock as when storing: of two equal figures that arrive at once the second finds the first.
    Indicator.objects.select_for_update(no_key=True).only("pk").get(pk=indicator.pk)
    before = (
        indicator.observations.filter(
            period_from=entry.from_on, period_until=entry.until_on, source=entry.source.strip()
        )
        .order_by("-recorded_at", "-id")
        .first()
    )
    if before is not None and (
        (before.value, before.base, before.low, before.high, before.source_on, before.note)
        == (
            rounded(entry.value),
            entry.base,
            rounded(entry.low),
            rounded(entry.high),
            entry.source_on,
            entry.note.strip(),
        )
    ):
        return before, False
    return type_in(indicator, entry, actor=actor, way="api")
