"""What exports register at start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.ui.navigation import Entry, register

from .views import SHEET_READERS

register(
    Entry(
        "exports",
        _("書き出しと取り込み"),
        "exports:index",
        order=60,
        place="desk",
        group=_("運営方針"),
        roles=SHEET_READERS,
    )
)
