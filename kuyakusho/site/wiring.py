"""Menus of the pages that belong to no single room."""

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.ui.navigation import Entry, register

register(
    Entry("home", _("トップ"), "home", 10),
    Entry("policy", _("運営方針"), "policy:tree", 20),
    Entry("plans", _("計画"), "policy:plans", 30),
    Entry("search", _("さがす"), "policy:search", 90),
    Entry("desk", _("いまの仕事"), "desk", 1, place="desk", keys="g h"),
)
