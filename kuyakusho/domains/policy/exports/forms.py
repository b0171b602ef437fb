"""The form of the import page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class BundleForm(forms.Form):
    """An export that shall come back."""

    file = forms.FileField(
        label=_("書き出したファイル（JSON、ZIP、XLSX）"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".json,.zip,.xlsx"}),
    )
