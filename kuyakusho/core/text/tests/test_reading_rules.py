"""Laying readings over words: the pure part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.text.rules import align, dates, hiragana, is_reading, merged, needs_reading, written


@pytest.mark.parametrize(
    ("surface", "reading", "parts"),
    [
        ("届け出", "トドケデ", [("届", "とど"), ("け", ""), ("出", "で")]),
        ("手続き", "てつづき", [("手続", "てつづ"), ("き", "")]),
        ("西区役所", "にしくやくしょ", [("西区役所", "にしくやくしょ")]),
        ("ゴミ箱", "ゴミバコ", [("ゴミ", ""), ("箱", "ばこ")]),
        ("佐々木", "ささき", [("佐々木", "ささき")]),
        ("人々", "ひとびと", [("人々", "ひとびと")]),
        ("ひらがな", "ひらがな", [("ひらがな", "")]),
        ("2階", "にかい", [("2階", "にかい")]),
    ],
)
def test_readings_stand_over_kanji_alone(surface: str, reading: str, parts: list[tuple[str, str]]) -> None:
    assert align(surface, reading) == parts


@given(st.text("届け出の手続き区々", max_size=8), st.text("とどけでのてつづきく", max_size=12))
def test_a_word_keeps_its_letters(surface: str, reading: str) -> None:
    assert "".join(part for part, _ in align(surface, reading)) == surface


def test_where_the_kana_fit_in_two_ways_the_reading_stands_over_the_whole_word() -> None:
    assert align("井の野", "いのののの") == [("井の野", "いのののの")]


def test_days_of_the_month_have_readings_of_their_own() -> None:
    (first,) = dates("4月1日から")
    assert first == (0, 4, [("4", ""), ("月", "がつ"), ("1日", "ついたち")])
    (other,) = dates("１２月２５日")
    assert other[2] == [("１２", ""), ("月", "がつ"), ("２５", ""), ("日", "にち")]
    assert list(dates("3月20日間")) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("できない 手続き（てつづき）も", [("手続", "てつづ"), ("き", "")]),
        ("高い建物（たてもの）に", [("建物", "たてもの")]),
        ("3階（かい）より", [("階", "かい")]),
    ],
)
def test_a_reading_that_the_writer_put_is_laid_over_its_word(text: str, parts: list[tuple[str, str]]) -> None:
    ((start, end, found),) = written(text)
    assert found == parts
    assert text[end - 1] == "）"
    assert text[start:].startswith(parts[0][0])


@pytest.mark.parametrize("text", ["（注）", "津波避難（ひなん）ビル", "かな（かな）", "西区（West）"])
def test_other_brackets_stay(text: str) -> None:
    assert list(written(text)) == []


def test_small_things() -> None:
    assert needs_reading("𠮷野家")
    assert not needs_reading("ひらがなABC")
    assert hiragana("センゲンチョウ") == "せんげんちょう"
    assert is_reading("せんげんちょう")
    assert not is_reading("せんげん町")
    assert merged([("あ", ""), ("い", ""), ("区", "く"), ("", "")]) == [("あい", ""), ("区", "く")]
