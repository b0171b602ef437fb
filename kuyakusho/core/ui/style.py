"""What the living style page shows: invented content for each component, in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuyakusho.core.wards.variants import DEFAULT

from . import differences
from .forms import DayField, PhoneField, PostalCodeField, WholeNumberField
from .plots import Point

VARIANTS = ("ja", "ja-easy", "ja-kana", "en")
AT = datetime(2023, 4, 1, 5, 5, tzinfo=UTC)
ALIASES = (
    "primary", "primary-strong", "primary-soft", "primary-line", "sign", "surface", "sunken", "text", "muted", "line",
    "line-strong", "link", "link-visited", "good", "good-soft", "bad", "bad-soft", "warn", "warn-soft", "info",
    "info-soft", "board", "board-call", "training",
)  # fmt: skip


def addresses() -> dict[str, str]:
    """Where the style page is in each variant."""
    return {
        variant: reverse("style:style")
        if variant == DEFAULT.segment
        else reverse("style:style-in", args=[variant])
        for variant in VARIANTS
    }


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("お名前"), help_text=gettext_lazy("戸籍のとおりでなくてもかまいません。")
    )
    postal_code = PostalCodeField(label=gettext_lazy("郵便番号"), help_text=gettext_lazy("例：220-0051"))
    phone = PhoneField(label=gettext_lazy("電話番号"), required=False)
    people = WholeNumberField(label=gettext_lazy("人数"), min_value=1, max_value=20)
    day = DayField(label=gettext_lazy("希望する日"), help_text=gettext_lazy("元号でも西暦でも入れられます。"))
    counter = forms.ChoiceField(
        label=gettext_lazy("窓口"),
        choices=[("", "—"), ("1", gettext_lazy("戸籍課")), ("2", gettext_lazy("保険年金課"))],
    )
    way = forms.ChoiceField(
        label=gettext_lazy("受け取り方"),
        choices=[
            ("post", gettext_lazy("郵送")),
            ("counter", gettext_lazy("窓口")),
            ("online", gettext_lazy("オンライン")),
        ],
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("お手伝いが必要なこと"),
        choices=[
            ("sign", gettext_lazy("手話")),
            ("chair", gettext_lazy("車いす")),
            ("word", gettext_lazy("通訳")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = forms.CharField(label=gettext_lazy("ご相談の内容"), widget=forms.Textarea, max_length=400)
    paper = forms.FileField(
        label=gettext_lazy("書類の写真"), required=False, help_text=gettext_lazy("PDF、JPEG、PNG。10MBまで。")
    )
    agreed = forms.BooleanField(label=gettext_lazy("読んで同意しました"))


def context() -> dict[str, Any]:
    """Everything the template needs."""
    years = ["2018", "2019", "2020", "2021", "2022"]
    return {
        "aliases": ALIASES,
        "at": AT,
        "day": date(2023, 4, 1),
        "crumbs": [(_("トップ"), "#"), (_("くらしの手続き"), "#"), (_("引っ越し"), "")],
        "guide": [
            {
                "mark": "1",
                "title": _("引っ越しの手続き"),
                "href": "#lists",
                "summary": _("転入、転出、区の中での転居。何を持って、どの窓口に行くか。"),
            },
            {
                "mark": "2",
                "title": _("子どもの健診を予約する"),
                "href": "#lists",
                "summary": _("3歳児健診、予防接種、両親教室。"),
            },
            {"mark": "3", "title": _("道路のこわれているところを知らせる"), "href": "#lists", "summary": ""},
        ],
        "short_guide": [
            {"icon": "calendar", "title": _("講座・催し"), "href": "#lists"},
            {"icon": "place", "title": _("施設の地図"), "href": "#lists"},
            {"icon": "people", "title": _("地域の活動"), "href": "#lists"},
            {"icon": "paper", "title": _("区の方針"), "href": "#lists"},
        ],
        "news": [
            {
                "day": date(2023, 4, 3),
                "title": _("窓口の受付時間が変わります"),
                "href": "#lists",
                "chip": _("窓口"),
            },
            {
                "day": date(2023, 3, 28),
                "title": _("防災訓練の参加者を募集しています"),
                "href": "#lists",
                "chip": _("防災"),
            },
        ],
        "facts": [
            (_("対象"), _("区内に住んでいる人")),
            (_("費用"), _("かかりません")),
            (_("持ち物"), _("本人確認書類")),
        ],
        "files": [
            {"title": _("区の方針（令和4年度）"), "href": "#lists", "kind": "PDF", "about": "1.2 MB"},
            {"title": _("指標の一覧"), "href": "#lists", "kind": "CSV", "about": "18 KB"},
        ],
        "steps": [
            {"title": _("内容を選ぶ"), "href": "#lists"},
            {"title": _("日時を選ぶ"), "href": "#lists"},
            {"title": _("連絡先を入れる")},
            {"title": _("確かめて送る")},
        ],
        "tabs": [
            {"title": _("すべて"), "href": "#actions", "count": 128, "current": True},
            {"title": _("受付中"), "href": "#actions", "count": 12},
            {"title": _("終わったもの"), "href": "#actions", "count": 116},
        ],
        "page": Paginator(range(230), 10).page(4),
        "tree": [
            {
                "code": "1",
                "title": _("いきいき暮らせるまち"),
                "open": True,
                "children": [
                    {"code": "1-(1)", "title": _("地域のつながり"), "href": "#lists", "current": True},
                    {"code": "1-(2)", "title": _("健康づくり"), "href": "#lists"},
                ],
            },
            {
                "code": "2",
                "title": _("安心して歩けるまち"),
                "children": [{"code": "2-(1)", "title": _("防災"), "href": "#lists"}],
            },
        ],
        "states": [
            ("good", _("達成")),
            ("bad", _("未達成")),
            ("warn", _("遅れている")),
            ("info", _("受付中")),
            ("now", _("実施中")),
            ("plain", _("これから")),
            ("none", _("判定できない")),
        ],
        "empty_form": SampleForm(auto_id="blank_%s"),
        "form_with_faults": SampleForm(
            data={"name": "", "postal_code": "22", "day": _("あした"), "way": "post", "people": "９９"},
            auto_id="wrong_%s",
        ),
        "board_columns": [_("お呼び出し中"), _("お待ちの人数"), _("待ち時間のめやす")],
        "board": [
            {
                "place": _("戸籍課"),
                "sub": _("2階 21番"),
                "cells": [
                    {"value": "A-048", "call": True},
                    {"value": 6, "unit": _("人")},
                    {"value": 18, "unit": _("分")},
                ],
            },
            {
                "place": _("保険年金課"),
                "sub": _("2階 24番"),
                "cells": [{"value": "C-112", "call": True}, {"value": 0, "unit": _("人")}, {"value": None}],
            },
        ],
        "line_points": [
            Point(label, value, target=420)
            for label, value in zip(years, [380.0, 401.0, None, 395.0, 431.0], strict=True)
        ],
        "bar_points": [
            Point(label, value, low=15, high=25)
            for label, value in zip(years, [32.0, 28.0, 21.0, 24.0, 18.0], strict=True)
        ],
        "spark": [3.0, 4.0, 3.5, None, 5.0, 6.0, 7.5],
        "timeline": [
            {
                "at": AT,
                "title": _("確定として公開"),
                "text": _("市会の議決を受けて確定しました。"),
                "now": True,
                "href": "#records",
            },
            {"at": date(2023, 2, 14), "title": _("案として公開"), "href": "#records"},
            {"at": date(2022, 11, 30), "title": _("素案として公開")},
        ],
        "diff": differences.lines(
            _("防災訓練を12地域で行います。\n避難所の開設を学びます。\n備蓄を確かめます。"),
            _(
                "防災訓練を14地域で行います。\n避難所の開設と受付を学びます。\n備蓄を確かめます。\n女性の視点を入れます。"
            ),
        ),
        "confirm_points": [
            _("公開した内容は、あとから書きかえられません。"),
            _("登録した人にお知らせが届きます。"),
        ],
    }
