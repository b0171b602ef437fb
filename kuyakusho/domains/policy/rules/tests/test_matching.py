"""The best pairs of two lists of texts."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from kuyakusho.domains.policy.rules.matching import pairs

SUBJECTS = [
    "防災訓練",
    "子育て相談",
    "交通安全教室",
    "商店街の振興",
    "花壇の手入れ",
    "健康診断",
    "図書の貸出",
    "窓口の改善",
]


def places(left: list[str], right: list[str], least: float = 0.3) -> list[tuple[int, int]]:
    return [(p.left, p.right) for p in pairs(left, right, least=least)]


def test_the_same_texts_in_another_order() -> None:
    assert places(SUBJECTS, SUBJECTS[::-1]) == [(n, len(SUBJECTS) - 1 - n) for n in range(len(SUBJECTS))]


def test_the_total_is_best_not_the_first_come() -> None:
    # The first would take the second's only partner, if it were served first.
    left = ["防災訓練の実施", "防災訓練の実施を支援"]
    right = ["防災訓練の実施を支援", "防災訓練"]
    assert places(left, right) == [(0, 1), (1, 0)]


def test_what_is_not_like_anything_stays_alone() -> None:
    assert places(["まったく別の話題"], ["防災訓練"]) == []


def test_other_evidence_decides_between_equals() -> None:
    found = pairs(
        ["交通安全教室"],
        ["交通安全教室", "交通安全教室"],
        least=0.3,
        bonus=lambda _l, r: 0.2 if r == 1 else -0.1,
    )
    assert [(p.left, p.right) for p in found] == [(0, 1)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SUBJECTS), max_size=8), st.lists(st.sampled_from(SUBJECTS), max_size=8))
def test_each_text_at_most_once(left: list[str], right: list[str]) -> None:
    found = places(left, right)
    assert len({left for left, _ in found}) == len(found) == len({right for _, right in found})


def test_ten_thousand_texts_take_seconds_not_minutes() -> None:
    texts = [f"第{n}地区の{SUBJECTS[n % 8]}を{n * 7919 % 10007}回おこなう" for n in range(4000)]
    began = time.perf_counter()
    found = pairs(texts, texts, least=0.5)
    assert time.perf_counter() - began < 20
    assert sum(1 for p in found if p.left == p.right) > 3900
