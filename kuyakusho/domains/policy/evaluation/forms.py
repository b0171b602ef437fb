"""The forms of evaluation pages, built from the city's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.text.my_number import StopsMyNumber
from kuyakusho.core.ui.forms import DayField, WholeNumberField

from ..models import Evaluation
from .access import Work
from .city_forms import Grade, GradeList
from .services import LONGEST_REASON, LONGEST_TEXT, Draft


def words(thing: object, name: str) -> str:
    """A text of the city's form in the language of the page."""
    english = not (get_language() or "ja").startswith("ja")
    own = str(getattr(thing, f"{name}_en", "")) if english else ""
    return own or str(getattr(thing, name))


class EvaluationForm(StopsMyNumber):
    """Grades of the form's lists, the judgement in words, and what comes next. Empty is fine for a draft."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 10}), strip=True
    )
    improvement = forms.CharField(
        required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}), strip=True
    )

    def __init__(self, work: Work, data: Mapping[str, Any] | None = None) -> None:
        self.work = work
        super().__init__(data, initial=_initial(work.evaluation, work.version))
        fields = {"version": self.fields["version"]}
        for one in work.form.lists(work.phase):
            fields[_name(one)] = forms.ChoiceField(
                label=words(one, "title"),
                choices=[
                    ("", _("まだ決めていない")),
                    *((g.code, _choice(g)) for g in one.of_year(work.plan.fiscal_year)),
                ],
                widget=forms.RadioSelect,
                required=False,
            )
        self.fields["text"].label = words(work.form, "text_label")
        self.fields["improvement"].label = words(work.form, "improvement_label")
        # The lists stand before the texts, whatever else the form carries behind them.
        self.fields = {**fields, **{name: field for name, field in self.fields.items() if name not in fields}}

    @property
    def draft(self) -> Draft:
        """What was written; after `is_valid`."""
        data = self.cleaned_data
        lists = self.work.form.lists(self.work.phase)
        return Draft(
            grade=data[_name(lists[0])],
            text=data["text"],
            improvement=data["improvement"],
            grades={one.key: data[_name(one)] for one in lists[1:] if data[_name(one)]},
        )


class ReasonForm(StopsMyNumber):
    """Why something is returned or reopened."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label=_("理由"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4})
    )


class CouncilForm(StopsMyNumber):
    """How many members gave which grade at one meeting."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    meeting_on = DayField(label=_("会議の日"))
    source = forms.CharField(label=_("出どころ"), max_length=200, help_text=_("会議の資料の名前など。"))

    def __init__(self, work: Work, data: Mapping[str, Any] | None = None) -> None:
        self.grades = work.form.council.of_year(work.plan.fiscal_year)
        super().__init__(data, initial={"version": work.version}, auto_id="council_%s")
        for number, grade in enumerate(self.grades):
            self.fields[f"council_{number}"] = WholeNumberField(
                label=_("「%(grade)s」の人数") % {"grade": words(grade, "label")},
                min_value=0,
                max_value=1000,
                required=False,
            )

    @property
    def counts(self) -> dict[str, int]:
        """Grade → members; after `is_valid`."""
        return {
            grade.code: self.cleaned_data[f"council_{number}"] or 0
            for number, grade in enumerate(self.grades)
        }


def _name(one: GradeList) -> str:
    return "grade" if one.main else f"grade_{one.key}"


def grade_title(grade: Grade | None, code: str) -> str:
    """A grade as the form prints it: code and label; the bare code where the form doesn't know it."""
    if grade is None:
        return code
    label = words(grade, "label")
    return label if code in label else f"{code} {label}"


def _choice(grade: Grade) -> str:
    title = grade_title(grade, grade.code)
    return (
        f"{title}：{grade.meaning}" if grade.meaning and (get_language() or "ja").startswith("ja") else title
    )


def _initial(evaluation: Evaluation | None, version: int) -> dict[str, Any]:
    if evaluation is None:
        return {"version": version}
    return {
        "version": version,
        "grade": evaluation.grade,
        "text": evaluation.text,
        "improvement": evaluation.improvement,
        **{f"grade_{key}": code for key, code in evaluation.grades.items()},
    }
