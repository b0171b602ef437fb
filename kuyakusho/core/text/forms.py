"""What staff type about readings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReadingForm(forms.Form):
    """A word and how it is read."""

    surface = forms.CharField(label=_("言葉"), max_length=100, help_text=_("例：浅間町"))
    reading = forms.CharField(
        label=_("読み"), max_length=200, help_text=_("ひらがなかカタカナで。例：せんげんちょう")
    )
