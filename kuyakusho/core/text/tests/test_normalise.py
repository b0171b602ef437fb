"""Nobody is refused for a character's width; names are never changed, only found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.text.normalise import HYPHENS, digits, email, phone, plain, postal_code, search_key

FULL = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "typed", ["2200051", "220-0051", "〒２２０ー００５１", "220 0051", "〒220‐0051 ", "220−0051"]
)
def test_a_postal_code_in_every_dress(typed: str) -> None:
    assert postal_code(typed) == "220-0051"


@pytest.mark.parametrize("typed", ["220-005", "22000511", "西区", "", "220-0051a"])
def test_what_is_no_postal_code(typed: str) -> None:
    assert postal_code(typed) is None


@given(st.from_regex(r"\A[0-9]{7}\Z"), st.sampled_from([*HYPHENS, " ", "　", ""]), st.booleans())
def test_every_hyphen_and_both_widths_make_the_same_code(code: str, mark: str, full: bool) -> None:
    typed = f"{code[:3]}{mark}{code[3:]}"
    assert postal_code(typed.translate(FULL) if full else typed) == f"{code[:3]}-{code[3:]}"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("045-000-0000".replace("-000-", "-320-"), "0453200000"),
        ("０４５（３２０）００００", "0453200000"),
        ("+81-45-320-0000", "0453200000"),
        ("＋81 (0)45 320 0000", "0453200000"),
        ("090ー1234ー5678", "09012345678"),
        ("110", None),
        ("0000000000", None),
        ("電話なし", None),
    ],
)
def test_a_phone_number_in_every_dress(typed: str, number: str | None) -> None:
    assert phone(typed) == number


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ｔａｒｏ＠Example.JP", "taro@example.jp"),
        (" Taro.Y@example.jp　", "Taro.Y@example.jp"),
        ("taro@example", None),
        ("taro", None),
        ("a@b@c.jp", "a@b@c.jp"),
        ("@example.jp", None),
    ],
)
def test_an_address_of_email(typed: str, address: str | None) -> None:
    assert email(typed) == address


def test_plain_text_and_digits() -> None:
    assert plain("　ＡＢＣ　ｶﾞｷﾞ\n１２ ") == "ABC ガギ 12"
    assert digits("第１２回 ③ 4") == "1234"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　陽向", "高橋陽向"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("葛\U000e0100城", "葛城"),
        ("𠮷田", "吉田"),
        ("山﨑", "山崎"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "やまだたろう"),
        ("ヤマダ・タロウ", "やまだ　たろう"),
        ("O'Brien", "obrien"),
        ("ジョン・スミス", "じょんすみす"),
    ],
)
def test_a_name_is_found_however_it_is_written(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


def test_different_names_stay_different() -> None:
    assert len({search_key(n) for n in ("山田太郎", "山田次郎", "田山太郎", "やまだたろう")}) == 4


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert search_key(search_key(name)) == search_key(name)
