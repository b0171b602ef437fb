"""Printed numbers and codes, and the characters they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.reading.characters import fold, ink, kanji_value, roman_value, squeeze
from kuyakusho.domains.policy.reading.numbering import code_key, leading_number, ordinal


@given(st.text())
def test_folding_keeps_every_position(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_folding():
    assert fold("取組３－（１）－①") == "取組3-(1)-①"
    assert fold("運営⽅針") == "運営方針"  # a radical that looks like the character
    assert fold("ⅢⅠ～、｡･") == "ⅢⅠ~、。・"
    assert squeeze("目　標 （ａ）") == "目標(a)"
    assert ink(" あ　い\n") == 2


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("1-(1)-①-ア", ("1", "1", "1", "ア")),
        ("１－（１）－①－ア", ("1", "1", "1", "ア")),
        ("1ー2ー2", ("1", "2", "2")),
        ("Ⅲ", ("3",)),
        ("⑴", ("1",)),
        ("第十二章", ("12",)),
        ("(3)", ("3",)),
    ],
)
def test_keys(printed, key):
    assert code_key(printed) == key


@pytest.mark.parametrize(
    ("line", "style", "value"),
    [
        ("1 安全なまち", "number", 1),
        ("10．安全なまち", "number", 10),
        ("(2) 見守り", "paren", 2),
        ("⑶見守り", "paren", 3),
        ("③見守り", "circled", 3),
        ("Ⅱ 施策", "roman", 2),
        ("II 施策", "roman", 2),
        ("第3章 取組", "chapter", 3),
        ("第二節 取組", "section", 2),
        ("1-2 取組", "long2", 2),
        ("1-(1)-①-ウ 取組", "long4", 3),
        ("ア 教室", "kana", 1),
        ("一、目標", "kanji", 1),
    ],
)
def test_leading_numbers(line, style, value):
    number = leading_number(fold(line))
    assert number is not None
    assert (number.style, number.value) == (style, value)


@pytest.mark.parametrize(
    "line", ["3歳児健診", "14地域の実情", "2023年度", "アイデア", "1,234円", "80%以上", "ICT", "一人ひとり"]
)
def test_words_that_begin_with_a_digit_are_no_numbers(line):
    assert leading_number(fold(line)) is None


def test_values():
    assert [roman_value(t) for t in ("Ⅳ", "IV", "XIV", "IIX", "T", "")] == [4, 4, 14, 8, None, None]
    assert [kanji_value(t) for t in ("三", "十", "十二", "二十一", "三四", "元")] == [3, 10, 12, 21, None, 1]
    assert [ordinal(t) for t in ("12", "ウ", "b", "漢")] == [12, 3, 2, None]
