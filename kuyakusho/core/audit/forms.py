"""What an auditor looks for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .queries import Filter


class FilterForm(forms.Form):
    """Every field may stay empty."""

    target = forms.CharField(
        label=_("対象"),
        required=False,
        max_length=160,
        help_text=_("例：policy.edition:ab12。はじめの部分だけでも探せます。"),
    )
    action = forms.CharField(
        label=_("操作"),
        required=False,
        max_length=80,
        help_text=_("例：policy. または policy.edition.published"),
    )
    actor = forms.CharField(
        label=_("行った人"), required=False, max_length=80, help_text=_("職員の記号、または system: など")
    )
    day = forms.DateField(label=_("日"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def wanted(self) -> Filter:
        """The filter; what can't be read is left out, and the field says so."""
        cleaned = self.cleaned_data if self.is_valid() or hasattr(self, "cleaned_data") else {}
        return Filter(
            target=cleaned.get("target", "").strip(),
            action=cleaned.get("action", "").strip(),
            actor=cleaned.get("actor", "").strip(),
            day=cleaned.get("day"),
        )
