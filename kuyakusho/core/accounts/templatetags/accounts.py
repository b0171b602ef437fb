"""Words and addresses that the pages of signing in need: `{% load accounts %}`."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

register = template.Library()

METHODS = {
    "password": _("パスワード"),
    "password_totp": _("パスワードと認証アプリ"),
    "password_recovery_code": _("パスワードとリカバリーコード"),
    "passkey": _("パスキー"),
    "directory": _("外部の認証"),
    "demo": _("見本"),
    "pin": _("窓口PCの暗証番号"),
    "counter_passkey": _("窓口PCのパスキー"),
    "email_code": _("メールの番号"),
    "email_link": _("メールのリンク"),
}


@register.simple_tag
def sign_in_method(method: str) -> str:
    """How somebody signed in, in words."""
    return str(METHODS.get(method, method))


@register.simple_tag
def demo_address() -> str:
    """Where one chooses a demo person; empty where there is no such page."""
    return reverse("accounts:demo") if settings.DEMO else ""


@register.simple_tag
def query_address(address: str, **values: str) -> str:
    """An address with a query; values that are empty are left out."""
    kept = {name: value for name, value in values.items() if value}
    return f"{address}?{urlencode(kept)}" if kept else address
