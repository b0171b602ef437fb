"""Forms: one order, nothing typed is lost, forgiving fields."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.ui.forms import DayField, PhoneField, PostalCodeField, WholeNumberField, take_refusal
from kuyakusho.core.ui.style import SampleForm


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def ids(self) -> list[str]:
        return [a["id"] for _, a in self.found if a.get("id")]


@pytest.fixture(autouse=True)
def _in_japanese() -> object:
    with translation.override("ja"):
        yield


def faulty() -> SampleForm:
    return SampleForm({"name": "", "postal_code": "22", "day": "あした", "people": "９９", "way": "post"})


def test_every_control_is_named_and_described_by_what_is_there() -> None:
    elements = Elements(str(faulty()))
    ids = elements.ids()
    assert len(ids) == len(set(ids))
    for tag, attrs in elements.found:
        for reference in (attrs.get("aria-describedby") or "").split():
            assert reference in ids, (tag, attrs)
        if tag == "label" and attrs.get("for"):
            assert attrs["for"] in ids
        if tag == "a":
            assert (attrs["href"] or "").removeprefix("#") in ids


def test_what_was_typed_stays() -> None:
    html = str(faulty())
    for typed in ("22", "あした", "９９"):
        assert f'value="{typed}"' in html
    assert html.count("checked") == 1


def test_a_day_that_cannot_be_read_is_shown_as_text_and_one_that_can_in_the_browsers_own_form() -> None:
    class Day(forms.Form):
        day = DayField()

    assert 'type="text"' in str(Day({"day": "あした"})["day"])
    assert 'type="date" name="day" value="2023-04-01"' in str(Day({"day": "令和5年4月1日"})["day"])
    assert 'type="date" name="day" value="2023-04-01"' in str(Day(initial={"day": date(2023, 4, 1)})["day"])


def test_mistakes_are_listed_once_at_the_top_and_once_at_their_place() -> None:
    html = str(faulty())
    sentence = "郵便番号は7けたの数字で入れてください。例：220-0051"
    assert html.count(sentence) == 2
    assert html.index("k-faults") < html.index("k-field")
    assert 'aria-invalid="true"' in html
    assert "k-faults" not in str(SampleForm())


def test_radio_buttons_and_boxes_look_like_what_they_are() -> None:
    html = str(SampleForm())
    assert html.count('class="k-radio"') == 3
    assert html.count('class="k-check"') == 4


def test_sentences_are_ours() -> None:
    assert "入力してください。" in str(faulty())
    with translation.override("en"):
        assert "Please fill this in." in str(faulty())


def test_a_refusal_of_a_service_stands_where_it_belongs() -> None:
    form = faulty()
    take_refusal(form, Invalid("x", "だめです", "直してください", fields={"name": "長すぎます"}))
    assert "長すぎます" in form.errors["name"]
    assert not form.non_field_errors()
    take_refusal(form, Conflict("taken", "満席です。", "ほかの日をお選びください。"))
    assert form.non_field_errors() == ["満席です。ほかの日をお選びください。"]


@pytest.mark.parametrize(
    "typed",
    [
        "2023-04-01",
        "２０２３／４／１",
        "令和5年4月1日",
        "R5.4.1",
        "令5ー4ー1",
        "2023年4月1日(土)",
        "20230401",
    ],
)
def test_a_day_in_any_writing(typed: str) -> None:
    assert DayField().clean(typed) == date(2023, 4, 1)


@given(st.integers(0, 9_999_999), st.sampled_from(["", "-", "－", "ー", "−"]), st.booleans())
def test_a_postal_code_in_any_writing(number: int, hyphen: str, wide: bool) -> None:
    digits = f"{number:07d}"
    typed = f"〒{digits[:3]}{hyphen}{digits[3:]}"
    if wide:
        typed = typed.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert PostalCodeField().clean(typed) == f"{digits[:3]}-{digits[3:]}"


def test_numbers_and_telephones_in_any_writing() -> None:
    assert WholeNumberField().clean("１，２００") == 1200
    assert PhoneField().clean("０４５－０００－００００") == "045-000-0000"
    for wrong in ("12", "でんわ", "1" * 20):
        with pytest.raises(forms.ValidationError):
            PhoneField().clean(wrong)
