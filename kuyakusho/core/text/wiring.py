"""What this room adds to the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.ui import navigation

navigation.register(
    navigation.Entry(
        "readings", _("ふりがなの読み"), "text:readings", order=85, place="desk", group=_("管理"), keys="g y"
    )
)
