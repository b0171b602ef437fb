"""What the snapshots show to those who watch over the installation."""

from __future__ import annotations

from django.db.models import Min

from kuyakusho.core.calendar import clock
from kuyakusho.core.http import metrics

from .models import Snapshot


def _oldest_seconds() -> float:
    """Age of the oldest snapshot among those that age."""
    ageing = Snapshot.objects.filter(removed=False, stale_after__isnull=False)
    oldest = ageing.aggregate(oldest=Min("made_at"))["oldest"]
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


metrics.gauge("snapshots", "Public snapshots that are kept", Snapshot.objects.filter(removed=False).count)
metrics.gauge("snapshot_oldest_seconds", "Age of the oldest snapshot that ages", _oldest_seconds)
