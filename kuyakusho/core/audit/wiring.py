"""What the audit chain shows to those who watch over the installation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.http import metrics
from kuyakusho.core.ui.navigation import Entry, register

from .models import AuditLine, Chain
from .sealing import unsealed


def _oldest_unsealed() -> float:
    oldest = AuditLine.objects.filter(number__isnull=True).order_by("id").values_list("at", flat=True).first()
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


metrics.gauge("audit_unsealed", "Audit lines that are not sealed yet", unsealed)
metrics.gauge("audit_oldest_unsealed_seconds", "Age of the oldest unsealed audit line", _oldest_unsealed)
metrics.gauge(
    "audit_broken_chains", "Chains that the last check found broken", Chain.objects.exclude(fault="").count
)

register(
    Entry(
        "audit",
        _("監査記録"),
        "audit:index",
        order=90,
        place="desk",
        group=_("管理"),
        roles=("auditor", "administrator"),
        keys="g a",
    )
)
