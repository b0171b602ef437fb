"""What evaluation registers at start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.ui.navigation import Entry, register

from .sources import register_sources

register(
    Entry(
        "evaluations",
        _("振り返り"),
        "evaluation:mine",
        order=30,
        place="desk",
        group=_("運営方針"),
        keys="g e",
    )
)
register_sources()
