"""Word by word comparison of Japanese."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.rules.wording import ADDED, REMOVED, SAME, changes

TEXT = st.text("防災訓練をします。区ABカナ\n ", max_size=30)


def shown(before: str, after: str) -> str:
    marks = {SAME: "{}", REMOVED: "[-{}]", ADDED: "[+{}]"}
    return "".join(marks[p.kind].format(p.text) for p in changes(before, after))


def test_a_word_of_kanji_changes_as_a_whole() -> None:
    assert shown("防災訓練を行います。", "避難訓練を行います。") == "[-防災訓練][+避難訓練]を行います。"


def test_an_ending_changes_by_itself() -> None:
    assert shown("支援します。", "支援しました。") == "支援しま[-す][+した]。"


def test_numbers_stay_whole() -> None:
    assert shown("年12回開催", "年120回開催") == "年[-12][+120]回開催"


def test_single_signs_between_changes_are_taken_along() -> None:
    assert shown("公園の清掃", "道路の美化") == "[-公園の清掃][+道路の美化]"


@pytest.mark.parametrize(("one", "two"), [("", ""), ("あ", ""), ("", "あ")])
def test_nothing_and_something(one: str, two: str) -> None:
    assert "".join(p.text for p in changes(one, two)) == one + two


@given(TEXT, TEXT)
def test_both_texts_can_be_read_off(before: str, after: str) -> None:
    pieces = changes(before, after)
    assert "".join(p.text for p in pieces if p.kind != ADDED) == before
    assert "".join(p.text for p in pieces if p.kind != REMOVED) == after


def test_long_texts_are_compared_line_by_line() -> None:
    before = "".join(f"{n}番めの取組を進めます。\n" for n in range(800))
    after = before.replace("400番めの取組を", "400番めの活動を")
    assert [p.text for p in changes(before, after) if p.kind != SAME] == ["取組", "活動"]
    pieces = changes(before, before[::-1])
    assert "".join(p.text for p in pieces if p.kind != ADDED) == before
