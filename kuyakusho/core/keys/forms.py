"""Making a key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.ui.forms import DayField

from . import scopes


class KeyForm(forms.Form):
    """Who will use the key, for what and until when."""

    name = forms.CharField(
        label=_("使うシステム"),
        max_length=80,
        help_text=_(
            "例：市の健診システム。あとでキーを見分けるための名前です。個人の名前は書かないでください。"
        ),
    )
    scopes = forms.MultipleChoiceField(
        label=_("できること"), choices=scopes.known, widget=forms.CheckboxSelectMultiple
    )
    expires_on = DayField(
        label=_("期限"),
        help_text=_("この日まで使えます。2年以内。過ぎる前に新しいキーを作り、入れ替えてください。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "expires_on": clock.today() + timedelta(days=365),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
