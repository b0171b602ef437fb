"""Forms of the desk."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.files.rules import DOCUMENTS
from kuyakusho.core.text.eras import fiscal_year_in_era
from kuyakusho.core.ui.forms import WholeNumberField, half_width
from kuyakusho.core.wards.models import Section, Ward

from .models import Budget, Initiative
from .packs.shapes import RESERVED_KEYS
from .public.outline import KIND_NAMES, STAGE_NAMES

PLAN_KINDS = (
    ("policy", _("運営方針")),
    ("area-plan", _("地域福祉保健計画・地区別計画")),
    ("action-plan", _("行動計画")),
    ("spending-review", _("支出の見直し")),
)
AMOUNT_KINDS = (("budget", _("予算")), ("settlement", _("決算")), ("estimate", _("算定見込")))
_KEY = re.compile(r"^[a-z0-9][a-z0-9-]{0,59}$")


class YearField(WholeNumberField):
    """A fiscal year by its western year. Takes 令和5, R5 and 令和5年度, too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1989, max_value=2100, **kwargs)

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            text = half_width(value)
            match = re.fullmatch(r"(?:令和|令|R)\s*(元|\d{1,2})\s*(?:年度?)?", text, re.I)
            if match:
                value = str(2018 + (1 if match[1] == "元" else int(match[1])))
            else:
                value = text.removesuffix("年度").removesuffix("年")
        return super().to_python(value)


class PlanKeyField(forms.CharField):
    """The name of a plan in addresses, the same every year."""

    def clean(self, value: Any) -> str:
        key = half_width(str(super().clean(value))).lower()
        if not _KEY.match(key) or key in RESERVED_KEYS:
            raise forms.ValidationError(
                _("計画の名前は、英小文字と数字とハイフンで入れてください。例：policy、area-plan")
            )
        return key


class UploadForm(forms.Form):
    """A document as it was published."""

    file = forms.FileField(
        label=_("文書のファイル"),
        help_text=_("公表した文書そのもの。テキスト、HTML、PDF、DOCX、XLSXを読み取れます（30MBまで）。"),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in DOCUMENTS)}),
    )
    plan_kind = forms.ChoiceField(label=_("計画の種類"), choices=PLAN_KINDS, initial="policy")
    plan_key = PlanKeyField(
        label=_("アドレスでの名前"),
        initial="policy",
        max_length=60,
        help_text=_("毎年同じにします。運営方針は policy です。"),
    )
    fiscal_year = YearField(
        label=_("年度"),
        required=False,
        help_text=_("空けておくと、文書に書かれた年度にします。例：2023、令和5"),
    )
    address = forms.URLField(
        label=_("公表したアドレス"), required=False, max_length=500, assume_scheme="https"
    )


class AimForm(forms.Form):
    """Which plan of which year a document is."""

    plan_kind = UploadForm.base_fields["plan_kind"]
    plan_key = UploadForm.base_fields["plan_key"]
    fiscal_year = YearField(label=_("年度"))


class PartForm(forms.Form):
    """The words of a part, its kind, code, owner."""

    kind = forms.ChoiceField(label=_("種類"), choices=list(KIND_NAMES.items()))
    code = forms.CharField(label=_("記号（印刷のとおり）"), required=False, max_length=60)
    title = forms.CharField(
        label=_("見出し"),
        required=False,
        max_length=2000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text = forms.CharField(
        label=_("本文"),
        required=False,
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    attached = forms.CharField(
        label=_("付記（置き場所のなかった文）"),
        required=False,
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = forms.ChoiceField(label=_("担当の課"), required=False)
    district = forms.ChoiceField(label=_("地区"), required=False)
    sdgs = forms.CharField(label=_("SDGs（番号）"), required=False, help_text=_("例：3, 11"))

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "–"), *_sections(ward)]  # type: ignore[attr-defined]
        districts = list(ward.districts.values_list("key", "name"))
        if districts:
            self.fields["district"].choices = [("", "–"), *districts]  # type: ignore[attr-defined]
        else:
            del self.fields["district"]

    def clean_text(self) -> str:
        # Browsers send CRLF; the tree holds what the document printed.
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").strip("\n")

    def clean_title(self) -> str:
        return str(self.cleaned_data["title"]).replace("\r\n", "\n")

    def clean_attached(self) -> str:
        return str(self.cleaned_data["attached"]).replace("\r\n", "\n")

    def clean_sdgs(self) -> tuple[int, ...]:
        numbers = re.findall(r"\d+", half_width(self.cleaned_data["sdgs"]))
        goals = sorted({int(number) for number in numbers})
        if any(not 1 <= goal <= 17 for goal in goals):
            raise forms.ValidationError(_("SDGsの番号は1から17までです。"))
        return tuple(goals)


class PublishForm(forms.Form):
    """The stage and what is said about the edition."""

    stage = forms.ChoiceField(label=_("段階"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("この版について"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("区民に見せる一言です。例：区会議の意見を受けて直しました。"),
    )

    def __init__(self, *args: Any, stages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stage"]
        field.choices = [(stage, STAGE_NAMES[stage]) for stage in stages]  # type: ignore[attr-defined]


class PlanTitleForm(forms.Form):
    """The words of a plan as a whole."""

    title = forms.CharField(label=_("計画の名前"), max_length=200)
    title_en = forms.CharField(label=_("英語"), required=False, max_length=200)
    title_easy = forms.CharField(label=_("やさしい日本語"), required=False, max_length=200)
    summary = forms.CharField(label=_("説明"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    summary_en = forms.CharField(
        label=_("説明（英語）"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    summary_easy = forms.CharField(
        label=_("説明（やさしい日本語）"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class InitiativeForm(forms.Form):
    """Our wording of an initiative, and who answers for it."""

    title = forms.CharField(label=_("題名"), max_length=200)
    summary = forms.CharField(label=_("説明"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.ChoiceField(label=_("担当の課"))
    title_en = forms.CharField(label=_("題名（英語）"), required=False, max_length=200)
    summary_en = forms.CharField(
        label=_("説明（英語）"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    title_easy = forms.CharField(label=_("題名（やさしい日本語）"), required=False, max_length=200)
    summary_easy = forms.CharField(
        label=_("説明（やさしい日本語）"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = _sections(ward)  # type: ignore[attr-defined]


class NewInitiativeForm(InitiativeForm):
    """An initiative that begins."""

    row = forms.CharField(
        label=_("記号"),
        max_length=40,
        help_text=_("版をまたいで変わらない目印です。英数字、カタカナ、「.」「-」「+」。例：Y1.1a"),
    )
    plan_key = PlanKeyField(label=_("計画"), initial="policy", max_length=60)
    year = YearField(label=_("始まる年度"))
    field_order = ("row", "title", "summary", "owner", "plan_key", "year")


class SuccessorForm(forms.Form):
    """One of the initiatives that follow."""

    row = forms.CharField(label=_("記号"), max_length=40)
    title = forms.CharField(label=_("題名"), max_length=200)
    summary = forms.CharField(label=_("説明"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    owner = forms.ChoiceField(label=_("担当の課"))

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = _sections(ward)  # type: ignore[attr-defined]


class FollowForm(forms.Form):
    """From which fiscal year on."""

    year = YearField(label=_("どの年度から"))


class EndForm(forms.Form):
    """The last fiscal year."""

    last_year = YearField(label=_("最後の年度"))


class AmountsForm(forms.Form):
    """Amounts as lines: year, kind, yen. Forgiving about widths, marks and both calendars."""

    amounts = forms.CharField(
        label=_("金額（1行に1件）"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("年度、種類（予算・決算・算定見込）、円。例：2023 予算 15260000"),
    )

    @staticmethod
    def lines_of(initiative: Initiative) -> str:
        """The standing amounts in the same form."""
        names = dict(AMOUNT_KINDS)
        return "\n".join(f"{b.fiscal_year} {names[b.kind]} {b.amount_yen}" for b in initiative.budgets.all())

    def clean_amounts(self) -> list[tuple[int, str, int]]:
        kinds = {str(name): kind for kind, name in AMOUNT_KINDS} | {kind: kind for kind in Budget.KINDS}
        year_field, found = YearField(), []
        for number, line in enumerate(self.cleaned_data["amounts"].splitlines(), 1):
            words = half_width(line).replace(",", "").replace("円", "").split()
            if not words:
                continue
            try:
                year = year_field.clean(words[0])
                kind, yen = kinds[words[1]], int(words[2])
            except (forms.ValidationError, KeyError, IndexError, ValueError) as fault:
                raise forms.ValidationError(
                    _("%(number)d行めを読めません：%(line)s"), params={"number": number, "line": line}
                ) from fault
            found.append((int(year), kind, yen))
        return found


class IndicatorForm(forms.Form):
    """An indicator that tells how an initiative is doing."""

    key = forms.ChoiceField(label=_("指標"))
    weight = forms.DecimalField(
        label=_("重み"),
        min_value=0,
        max_value=1000,
        decimal_places=3,
        initial=1,
        help_text=_("大きいほど、進み具合に強く効きます。0なら表示だけです。"),
    )

    def __init__(self, *args: Any, keys: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = keys  # type: ignore[attr-defined]


def _sections(ward: Ward) -> list[tuple[str, str]]:
    """The sections, those that ended last and marked: what belongs to one must not lose its owner by being edited."""
    rows = Section.objects.filter(ward=ward).values_list("key", "name", "valid_until")
    return [(key, name) for key, name, until in rows if until is None] + [
        (key, _("%(name)s（終了）") % {"name": name}) for key, name, until in rows if until is not None
    ]


def year_name(year: int) -> str:
    """2023 → 令和5年度."""
    return fiscal_year_in_era(year)
