"""How forms are drawn and what they forgive. Set by `FORM_RENDERER`, so that every form looks and behaves alike.

Label, support text, error and control stand in one order; the control names support text and error with
`aria-describedby`; before a form with errors stands a list of them with a link to each place; what was typed is
kept. A room writes an ordinary Django form and `{{ form }}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms import BoundField, widgets
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.errors import KuyakushoError
from kuyakusho.core.text.eras import read_day

# The first class in the list that a widget is an instance of decides.
_CLASSES: tuple[tuple[type[widgets.Widget], str], ...] = (
    (widgets.CheckboxSelectMultiple, "k-check"),
    (widgets.RadioSelect, "k-radio"),
    (widgets.CheckboxInput, "k-check"),
    (widgets.FileInput, "k-file"),
    (widgets.Textarea, "k-area"),
    (widgets.Select, "k-select"),
    (widgets.HiddenInput, ""),
    (widgets.Input, "k-input"),
)


class Errors(ErrorList):
    """The errors of a field, drawn as sentences with a sign before them."""

    template_name = "ui/errors.html"

    def __init__(self, initlist: Any = None, error_class: str | None = None, **kwargs: Any) -> None:
        super().__init__(initlist, error_class, **kwargs)


class Field(BoundField):
    """A field of a form on a page."""

    def build_widget_attrs(self, attrs: Any, widget: widgets.Widget | None = None) -> dict[str, Any]:
        built: dict[str, Any] = dict(super().build_widget_attrs(attrs, widget))
        widget = widget or self.field.widget
        ours = next((name for kind, name in _CLASSES if isinstance(widget, kind)), "")
        if ours:
            built["class"] = " ".join(
                filter(None, [ours, widget.attrs.get("class", ""), built.get("class", "")])
            )
        if isinstance(widget, widgets.Textarea) and str(widget.attrs.get("rows")) == "10":
            built["rows"] = 5  # Django's own 10 is more than anybody is asked for, and fills a phone
        if self.is_day and get_language() in ("ja", "ja-easy"):
            built["data-era"] = f"{self.auto_id}_era"
        return built

    @property
    def errors(self) -> ErrorList:
        found = super().errors
        found.template_name = Errors.template_name
        return found

    @property
    def anchor(self) -> str:
        """Where the list of errors leads: the control, or the first of several."""
        several = isinstance(self.field.widget, (widgets.RadioSelect, widgets.CheckboxSelectMultiple))
        return f"{self.auto_id}_0" if several else str(self.id_for_label)

    @property
    def is_single_check(self) -> bool:
        """One box to tick: its label stands beside it."""
        return type(self.field.widget) is widgets.CheckboxInput

    @property
    def is_day(self) -> bool:
        """A day, beside which its era is shown."""
        return isinstance(self.field.widget, DayInput)


class Renderer(TemplatesSetting):
    """Our templates in place of Django's."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
    bound_field_class = Field


class DayInput(widgets.DateInput):
    """The browser's own control for a day; where it has none, a line that takes both calendars."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = context["widget"]["value"]
        if typed:
            day = read_day(str(typed))
            if day is None:
                context["widget"]["type"] = "text"  # the browser's control would throw away what was typed
            else:
                context["widget"]["value"] = day.isoformat()
        return context


class DayField(forms.DateField):
    """A day. Takes 2023-04-01, 2023年4月1日, 令和5年4月1日, R5.4.1, full width and every hyphen."""

    widget = DayInput
    default_error_messages = {
        "invalid": _("日付として読めません。例：令和5年4月1日、2023-04-01"),
    }

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        day = read_day(str(value))
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


def half_width(text: str) -> str:
    """Digits, letters, marks and hyphens in their plain form, without spaces at the edges. Never for names."""
    return re.sub(r"[‐‑‒–—―−ーｰ]", "-", unicodedata.normalize("NFKC", text)).strip()


class WholeNumberField(forms.IntegerField):
    """A whole number. Takes full width and thousands marks: １，２００."""

    widget = widgets.TextInput(attrs={"inputmode": "numeric", "data-width": "short", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = re.sub(r"[,\s]", "", half_width(value))
        return super().to_python(value)


class PostalCodeField(forms.CharField):
    """A Japanese postal code, kept as 220-0051. Takes 2200051, 〒220-0051, full width and every hyphen."""

    widget = widgets.TextInput(
        attrs={"inputmode": "numeric", "data-width": "short", "autocomplete": "postal-code"}
    )
    default_error_messages = {"invalid": _("郵便番号は7けたの数字で入れてください。例：220-0051")}

    def to_python(self, value: Any) -> str:
        text = half_width(super().to_python(value) or "").replace("〒", "")
        digits = re.sub(r"[-\s]", "", text)
        if not digits:
            return ""
        if not re.fullmatch(r"[0-9]{7}", digits):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return f"{digits[:3]}-{digits[3:]}"


class PhoneField(forms.CharField):
    """A telephone number as typed but half width: digits, hyphens, + and parentheses, 9 to 15 digits."""

    widget = widgets.TextInput(
        attrs={"type": "tel", "inputmode": "tel", "data-width": "middle", "autocomplete": "tel"}
    )
    default_error_messages = {"invalid": _("電話番号として読めません。例：045-000-0000")}

    def to_python(self, value: Any) -> str:
        text = half_width(super().to_python(value) or "")
        if not text:
            return ""
        if not re.fullmatch(r"[0-9+()\-\s]+", text) or not 9 <= len(re.sub(r"\D", "", text)) <= 15:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return text


def take_refusal(form: forms.BaseForm, error: KuyakushoError) -> None:
    """Puts what a service refused into the form: sentences of its fields beside them, the rest before the form."""
    fields: Mapping[str, Any] = error.fields
    for name, sentence in fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
    if not any(name in form.fields for name in fields):
        form.add_error(None, f"{error.sentence}{error.next_step}")
