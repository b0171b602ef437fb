"""Forms of this room's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.text.my_number import StopsMyNumber
from kuyakusho.core.ui.forms import DayField

from .reading import COLUMNS, read_entry
from .services import Entry

_NUMBER = {"inputmode": "decimal", "data-width": "short", "autocomplete": "off"}


class EntryForm(StopsMyNumber):
    """A figure by hand. The fields are those of a file's columns, and are read by the same rules."""

    from_on = DayField(label=_("期間の初日"))
    to_on = DayField(label=_("期間の末日"), help_text=_("この日を含みます。"))
    value = forms.CharField(
        label=_("値"),
        max_length=40,
        widget=forms.TextInput(attrs=_NUMBER),
        help_text=_("測っていないときは入れません。0は「測って0だった」という意味です。"),
    )
    base = forms.CharField(
        label=_("もとになる件数"), max_length=20, required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    low = forms.CharField(
        label=_("誤差の幅の下端"), max_length=40, required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    high = forms.CharField(
        label=_("誤差の幅の上端"), max_length=40, required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    source = forms.CharField(
        label=_("出どころ"), max_length=200, help_text=_("資料の名前、公表した機関など。だれでも見られます。")
    )
    source_on = DayField(label=_("資料の日付"))
    note = forms.CharField(
        label=_("手で入れる理由、直す理由"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("職員だけが見ます。個人の名前は書かないでください。"),
    )

    # Amounts of twelve digits are amounts.
    my_number_exempt = ("value", "base", "low", "high")
    entry: Entry | None = None

    def clean(self) -> dict[str, Any]:
        """Reads what was typed; every fault goes to its field."""
        data = super().clean() or {}
        if self.errors:
            return data
        written = {
            name: value.isoformat() if hasattr(value, "isoformat") else str(value or "")
            for name, value in data.items()
        }
        self.entry, faults = read_entry(written, today=clock.today())
        for name, sentence in faults.items():
            self.add_error(name if name in self.fields else None, sentence)
        return data


class FileForm(forms.Form):
    """Figures from a file."""

    file = forms.FileField(
        label=_("ファイル（CSVかXLSX）"),
        max_length=200,
        help_text=_("2MB、2000行まで。文字コードはUTF-8かShift_JIS。"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


# The heading line of the sample file, as people here call the columns.
SAMPLE_HEADINGS = [
    COLUMNS[name][2] if len(COLUMNS[name]) > 2 else COLUMNS[name][-1] for name in COLUMNS if name != "demo"
]
