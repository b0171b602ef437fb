"""Forms of signing in. Input is forgiving: width, spaces and hyphens in numbers don't matter."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.accounts.models import ROLES, SignInPolicy
from kuyakusho.core.accounts.services.passwords import LONGEST
from kuyakusho.core.ui.forms import DayField, WholeNumberField
from kuyakusho.core.wards.models import Section

ROLE_LABELS = {
    "clerk": _("担当"),
    "chief": _("課長"),
    "planner": _("企画"),
    "administrator": _("区の管理者"),
    "auditor": _("監査"),
}


class Digits(forms.CharField):
    """A number that is typed as one likes."""

    def to_python(self, value: Any) -> str:
        plain = unicodedata.normalize("NFKC", super().to_python(value) or "")
        return "".join(c for c in plain if c not in " -‐‑–—－ー　")


class Email(forms.EmailField):
    """An address in any width."""

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value) or "").strip()


def _password(label: Any, kind: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": kind}),
    )


class PasswordForm(forms.Form):
    """Address and password of staff."""

    email = Email(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = _password(_("パスワード"), "current-password")


class SecondFactorForm(forms.Form):
    """A code from the app, or one from the paper."""

    code = forms.CharField(
        label=_("確認番号"),
        help_text=_(
            "アプリに表示される6けたの番号です。使えないときは、控えておいたリカバリーコードを入れてください。"
        ),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )

    def clean_code(self) -> str:
        plain = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        return "".join(c for c in plain if c.isalnum()).lower()


class AppCodeForm(forms.Form):
    """The first code of a new app."""

    code = Digits(
        label=_("アプリに表示された6けたの番号"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AddressForm(forms.Form):
    """An address to write to."""

    email = Email(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    """The six digits of an e-mail."""

    code = Digits(
        label=_("6けたの番号"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, once: a browser can show what is typed."""

    password = _password(_("新しいパスワード"), "new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _(
            "12文字以上。ほかで使っていない、いくつかの言葉をつないだものが覚えやすく安全です。"
        )


class ProveForm(forms.Form):
    """The password once more."""

    password = _password(_("パスワード"), "current-password")


class PinForm(forms.Form):
    """A PIN of a counter PC."""

    pin = Digits(
        label=_("暗証番号"),
        max_length=20,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": True}),
    )


class PasskeyNameForm(forms.Form):
    """What a passkey is called in the list."""

    name = forms.CharField(
        label=_("このパスキーの呼び名"), help_text=_("例：職場のPC、私のスマートフォン"), max_length=60
    )


class CounterPcForm(forms.Form):
    """What a counter PC is called."""

    name = forms.CharField(label=_("窓口PCの名前"), help_text=_("例：戸籍課 窓口3"), max_length=60)


class PostingForm(forms.Form):
    """A section, roles, and the first day."""

    section = forms.ModelChoiceField(label=_("所属"), queryset=Section.objects.none(), to_field_name="key")
    roles = forms.MultipleChoiceField(
        label=_("役割"),
        choices=[(role, ROLE_LABELS[role]) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
    )
    since = DayField(label=_("この日から"))

    def __init__(self, *args: Any, sections: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = sections  # type: ignore[attr-defined]


class PostForm(PostingForm):
    """A posting of somebody who is on the staff; it may be for a limited time."""

    until = DayField(
        label=_("配属でなくなる最初の日"), help_text=_("期間が決まっているときだけ入れます。"), required=False
    )


class PolicyForm(forms.ModelForm):
    """What the ward asks of those who sign in."""

    class Meta:
        model = SignInPolicy
        fields = ("second_factor_required", "idle_minutes", "counter_idle_minutes", "email_codes")
        labels = {
            "second_factor_required": _("職員に第二要素を求める"),
            "idle_minutes": _("操作がないときにサインアウトするまでの分数"),
            "counter_idle_minutes": _("窓口PCで、操作がないときにサインアウトするまでの分数"),
            "email_codes": _("区民はメールの番号でもサインインできる"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("idle_minutes", "counter_idle_minutes"):
            self.fields[name] = WholeNumberField(label=self.fields[name].label, min_value=2, max_value=600)


class InvitationForm(PostingForm):
    """Somebody new."""

    name = forms.CharField(label=_("氏名"), max_length=120, strip=False)
    name_kana = forms.CharField(label=_("氏名のよみ"), max_length=160, required=False)
    email = Email(label=_("メールアドレス"), max_length=254)
    field_order = ("name", "name_kana", "email", "section", "roles", "since")


class EndForm(forms.Form):
    """The first day on which somebody is no longer there."""

    on = DayField(label=_("在職しなくなる最初の日"), help_text=_("3月31日付けの退職なら、4月1日です。"))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class TransfersForm(forms.Form):
    """A list of transfers: a file, or the text itself."""

    file = forms.FileField(
        label=_("ファイル（CSV）"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"})
    )
    text = forms.CharField(
        label=_("一覧"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
