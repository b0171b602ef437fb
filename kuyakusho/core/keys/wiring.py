"""What this room registers at start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kuyakusho.core.audit.words import describe
from kuyakusho.core.ui.navigation import Entry, register

register(
    Entry(
        "keys",
        _("APIキー"),
        "keys:index",
        order=85,
        place="desk",
        group=_("管理"),
        roles=("administrator",),
        keys="g k",
    )
)
describe(**{"keys.key.made": _("APIキーを作った"), "keys.key.revoked": _("APIキーを止めた")})
