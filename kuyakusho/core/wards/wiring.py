"""What this room registers at start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.ui.navigation import Entry, register

register(
    Entry(
        "training",
        _("練習用の区"),
        "wards:training",
        order=94,
        place="desk",
        group=_("管理"),
        roles=("administrator",),
    )
)
