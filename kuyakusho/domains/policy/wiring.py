"""What this room registers at start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.ui.navigation import Entry, register
from kuyakusho.engines.catalogue import public as catalogue

from .evaluation import wiring as _evaluation  # noqa: F401
from .exports import wiring as _exports  # noqa: F401
from .packs.part import register_part

register(
    Entry(
        "policy-desk",
        _("計画"),
        "policy-desk:plans",
        order=20,
        place="desk",
        group=_("運営方針"),
        keys="g p",
    ),
    Entry(
        "policy-initiatives",
        _("取組"),
        "policy-desk:initiatives",
        order=25,
        place="desk",
        group=_("運営方針"),
        keys="g t",
    ),
    Entry(
        "policy-new-year",
        _("年度替わり"),
        "policy-desk:new-year",
        order=35,
        place="desk",
        group=_("運営方針"),
        roles=("planner", "administrator"),
        keys="g f",
    ),
)
register_part()
catalogue.built("policy")
