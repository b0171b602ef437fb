"""What this room adds to the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.ui import navigation

navigation.register(
    navigation.Entry(
        "people",
        _("職員"),
        "accounts:people",
        order=80,
        place="desk",
        group=_("管理"),
        roles=("administrator",),
        keys="g s",
    ),
    navigation.Entry(
        "security",
        _("自分のサインイン"),
        "accounts:security",
        order=95,
        place="desk",
        group=_("管理"),
        keys="g i",
    ),
)
