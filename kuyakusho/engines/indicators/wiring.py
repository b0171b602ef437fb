"""What this room registers at start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.keys import scopes
from kuyakusho.core.ui.navigation import Entry, register

from .office import register_office_sources

register(
    Entry("indicators", _("指標"), "indicators:index", order=30, place="footer"),
    Entry(
        "indicators-desk",
        _("指標"),
        "indicators:desk",
        order=40,
        place="desk",
        group=_("運営方針"),
        keys="g n",
    ),
)
scopes.register("indicators:write", _("指標の値を送る"))
register_office_sources()
