"""個人番号 (My Number) is never stored: a text that holds one is stopped, with an explanation and a way on.

The number has twelve digits, the last a check digit. Rule: 平成26年総務省令第85号 (the ordinance under the My Number
Act that governs cards and the provision of information) 第5条: with Pₙ the n-th digit from the right of the first
eleven, and Qₙ = n + 1 for n ≤ 6, n − 5 for n ≥ 7,

    check = 11 − (Σ Pₙ·Qₙ mod 11),   and 0 where the remainder is 0 or 1.

One twelve-digit number in eleven, or so, passes by chance: hence the writer can say that it is another number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.errors import Invalid

from .normalise import HYPHENS

LENGTH = 12
DECLARATION = "another_number"
SENTENCE = _(
    "マイナンバー（個人番号）と思われる12桁の数字が含まれています。区のこの窓口では、マイナンバーをお預かりしません。"
)
NEXT_STEP = _(
    "その数字を消して、もう一度お送りください。別の番号のときは「マイナンバーではありません」を選んでください。"
)
_BETWEEN = rf"[\s\u3000.・_/{re.escape(HYPHENS)}]"
# Groups of digits with one mark between them; no digit, and no digit with a mark, before or after.
_GROUPS = re.compile(rf"\d+(?:{_BETWEEN}\d+)*")


def is_my_number(number: str) -> bool:
    """Whether twelve digits carry the check digit of a 個人番号."""
    if not re.fullmatch(r"[0-9]{12}", number):
        return False
    return check_digit(number[:11]) == int(number[11])


def check_digit(eleven: str) -> int:
    """The check digit of the first eleven digits. Raises ValueError for anything but eleven digits."""
    if not re.fullmatch(r"[0-9]{11}", eleven):
        raise ValueError("a check digit is made of eleven digits")
    total = 0
    for n, digit in enumerate(reversed(eleven), 1):
        total += int(digit) * (n + 1 if n <= 6 else n - 5)
    remainder = total % 11
    return 0 if remainder <= 1 else 11 - remainder


def find(text: str) -> list[tuple[int, int]]:
    """Where in the text a My Number stands, as [start, end): in any width, in groups or in one piece."""
    half = "".join(_half_digit(c) for c in text)  # one character for one, so that places stay the same
    found = []
    for run in _GROUPS.finditer(half):
        groups = [(m.start() + run.start(), m.end() + run.start()) for m in re.finditer(r"\d+", run.group())]
        for first in range(len(groups)):
            number = ""
            for start, end in groups[first:]:
                number += half[start:end]
                if len(number) >= LENGTH:
                    if is_my_number(number):
                        found.append((groups[first][0], end))
                    break
    return found


def holds_my_number(text: str) -> bool:
    """Whether the text holds what looks like a My Number."""
    return bool(find(text))


def stop_my_number(text: str, *, declared_other: bool = False, field: str = "") -> None:
    """Raises Invalid when the text holds what looks like a My Number and nobody said that it is another number."""
    if not declared_other and holds_my_number(text):
        raise Invalid("my_number", SENTENCE, NEXT_STEP, fields={field: SENTENCE} if field else None)


class StopsMyNumber(forms.Form):
    """A form whose free text can't hold a My Number. Put it among the bases of a form that takes text.

    Where one is found the field says so, and a box appears by which the writer declares that it is another number.
    `my_number_exempt` names fields that hold other numbers by design.
    """

    my_number_exempt: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self._declared():
            self._offer_declaration()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        values: Mapping[str, Any] = self.cleaned_data if cleaned is None else cleaned
        for name, value in list(values.items()):
            if name in self.my_number_exempt or not isinstance(value, str) or self._declared():
                continue
            if holds_my_number(value):
                self._offer_declaration()
                self.add_error(name, forms.ValidationError(SENTENCE, code="my_number"))
        return cleaned

    def _declared(self) -> bool:
        return str(self.data.get(self.add_prefix(DECLARATION), "")) in ("on", "true", "1")

    def _offer_declaration(self) -> None:
        self.fields[DECLARATION] = forms.BooleanField(
            required=False,
            label=_("マイナンバーではありません"),
            help_text=_("入力した12桁の数字は、マイナンバーとは別の番号です。"),
        )


def _half_digit(character: str) -> str:
    if character.isdigit() and len(character) == 1:
        return str(unicodedata.digit(character))
    return character
