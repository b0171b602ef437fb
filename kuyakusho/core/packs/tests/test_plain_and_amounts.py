"""Two rules that hold in every entry of every pack."""

from __future__ import annotations

import pytest

from kuyakusho.core.packs.amounts import faults_of_amounts
from kuyakusho.core.packs.plain import faults_of_plain_words, hard_words
from kuyakusho.core.packs.positions import Lines


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("学校で 勉強する", []),
        ("災害の とき", ["災害"]),
        ("災害（さいがい）の とき", []),
        ("防災訓練（ぼうさいくんれん）に 来て ください", []),
        ("手続き（てつづき）を する", []),
        ("災害（ひなん くんれん）", ["災害"]),
        ("窓口サービス課（まどぐちさーびすか）", ["窓口"]),
        ("防災（ぼうさい）訓練", ["訓練"]),
        ("（読み）災害", ["災害"]),
        ("𠮷野", ["𠮷野"]),
        ("ひらがなと カタカナ と ABC", []),
        ("", []),
    ],
)
def test_a_word_beyond_n4_needs_its_reading(text: str, hard: list[str]) -> None:
    assert hard_words(text) == hard


def test_plain_words_are_looked_for_deep_inside_an_entry() -> None:
    data = {
        "step": [{"ja": "災害", "easy": "災害"}],
        "title_easy": "避難",
        "title": "避難",
        "inner": {"easy": "津波"},
    }
    found = {(fault.name, fault.line) for fault in faults_of_plain_words(data, "f", "e", ("d",), LINES)}
    assert found == {("easy", 3), ("title_easy", 5), ("easy", 7)}


LINES = Lines({("d", "step", 0, "easy"): 3, ("d", "title_easy"): 5, ("d", "inner", "easy"): 7})


@pytest.mark.parametrize(
    ("amount", "faults"),
    [
        ({"amount_yen": 1, "starts_on": "2022-04-01", "demo": True}, 0),
        ({"amount_yen": 1, "starts_on": "2022-04-01", "rule": "条例"}, 0),
        ({"amount_yen": 1, "demo": True}, 1),
        ({"amount_yen": 1, "starts_on": "2022-04-01"}, 1),
        ({"amount_yen": 1, "starts_on": "2022-04-01", "demo": False}, 1),
        ({"amount_yen": 1}, 2),
        ({"other": 1}, 0),
    ],
)
def test_an_amount_has_a_day_and_a_ground(amount: dict, faults: int) -> None:
    assert len(list(faults_of_amounts(amount, "f", "e", (), Lines()))) == faults
    assert len(list(faults_of_amounts({"budget": [amount]}, "f", "e", (), Lines()))) == faults
    assert len(list(faults_of_amounts({"fee": amount}, "f", "e", (), Lines()))) == faults
