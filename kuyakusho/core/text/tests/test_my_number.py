"""The check digit, every dress in which the number comes, and the form that stops it."""

from __future__ import annotations

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.errors import Invalid
from kuyakusho.core.text.my_number import (
    StopsMyNumber,
    check_digit,
    find,
    holds_my_number,
    is_my_number,
    stop_my_number,
)

# Numbers made for tests from the rule; nobody's.
NUMBER = "123456789018"
FULL = str.maketrans("0123456789", "０１２３４５６７８９")
eleven = st.from_regex(r"\A[0-9]{11}\Z")


def test_the_check_digit_by_hand() -> None:
    # 12345678901: from the right 1,0,9,8,7,6 × 2…7 and 5,4,3,2,1 × 2…6
    total = 1 * 2 + 0 * 3 + 9 * 4 + 8 * 5 + 7 * 6 + 6 * 7 + 5 * 2 + 4 * 3 + 3 * 4 + 2 * 5 + 1 * 6
    assert total % 11 == 3
    assert check_digit("12345678901") == 8
    assert is_my_number(NUMBER)


@pytest.mark.parametrize(("number", "digit"), [("00000000000", 0), ("00000000005", 1), ("00000000006", 0)])
def test_remainders_of_zero_and_one_give_zero(number: str, digit: int) -> None:
    assert check_digit(number) == digit


@given(eleven, st.integers(0, 10), st.integers(1, 9))
def test_a_slip_of_one_digit_is_noticed_unless_the_rule_itself_cannot(
    number: str, place: int, shift: int
) -> None:
    other = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert check_digit(other) != check_digit(number) or check_digit(number) == 0


@given(
    eleven,
    st.sampled_from(["", " ", "-", "　", "－", "ー", "・", "."]),
    st.sampled_from([(4, 8), (3, 6), (6, 9)]),
    st.booleans(),
)
def test_it_is_found_in_every_dress(number: str, mark: str, cuts: tuple[int, int], full: bool) -> None:
    twelve = number + str(check_digit(number))
    dressed = mark.join((twelve[: cuts[0]], twelve[cuts[0] : cuts[1]], twelve[cuts[1] :]))
    dressed = dressed.translate(FULL) if full else dressed
    text = f"番号は「{dressed}」です"
    assert (4, 4 + len(dressed)) in find(text)


@given(eleven)
def test_a_wrong_check_digit_is_another_number(number: str) -> None:
    assert not holds_my_number(number + str((check_digit(number) + 1) % 10))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "電話 045-320-0000",
        "令和4年4月1日に12名",
        f"9{NUMBER}",
        f"{NUMBER}0",
        "1234-5678-9012-3456",
        "1,526万円",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert not holds_my_number(text)


def test_it_is_found_between_other_numbers() -> None:
    assert find(f"〒220-0051 番号{NUMBER} 電話045-320-0000") == [(12, 24)]
    assert holds_my_number("2022 1234 5678 9018")


def test_text_is_stopped_with_a_way_on() -> None:
    with pytest.raises(Invalid) as stopped:
        stop_my_number(f"私は{NUMBER}です", field="body")
    assert stopped.value.code == "my_number"
    assert "body" in stopped.value.fields
    assert NUMBER not in str(stopped.value.sentence) + str(stopped.value.next_step)
    stop_my_number(f"私は{NUMBER}です", declared_other=True)
    stop_my_number("番号はありません")


class Opinion(StopsMyNumber):
    subject = forms.CharField()
    body = forms.CharField(widget=forms.Textarea)
    account = forms.CharField(required=False)
    my_number_exempt = ("account",)


def test_a_form_stops_it_and_offers_the_declaration() -> None:
    typed = {"subject": "件名", "body": f"番号は{NUMBER}", "account": NUMBER}
    form = Opinion(typed)
    assert not form.is_valid()
    assert set(form.errors) == {"body"}
    assert "another_number" in form.fields
    assert 'name="another_number"' in form.as_p()
    declared = Opinion({**typed, "another_number": "on"})
    assert declared.is_valid()
    assert declared.cleaned_data["body"].endswith(NUMBER)
    assert "another_number" not in Opinion().fields
    assert Opinion({"subject": "a", "body": "b"}).is_valid()


def test_a_form_with_a_prefix_declares_for_itself() -> None:
    typed = {"x-subject": NUMBER, "x-body": "b"}
    assert not Opinion({**typed, "another_number": "on"}, prefix="x").is_valid()
    assert Opinion({**typed, "x-another_number": "on"}, prefix="x").is_valid()
