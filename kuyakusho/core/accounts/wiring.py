"""What this room adds to the menus."""

from __future__ import annotations

from django.conf import settings
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

navigation.register(
    navigation.Entry("me", _("マイページ"), "accounts:me", order=70, place="footer"),
    navigation.Entry("staff", _("職員のサインイン"), "accounts:staff-sign-in", order=95, place="footer"),
)
if settings.DEMO:
    navigation.register(
        navigation.Entry("demo", _("見本の人物を選ぶ"), "accounts:demo", order=96, place="footer")
    )
