"""Which texts speak of the same thing in other words."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from kuyakusho.domains.policy.rules.matching import pairs_by_rare_words

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


def places(left: list[str], right: list[str], least: float = 0.08) -> list[tuple[int, int]]:
    return [(p.left, p.right) for p in pairs_by_rare_words(left, right, least=least)]


def test_the_same_texts_in_another_order() -> None:
    assert places(SUBJECTS, SUBJECTS[::-1]) == [(n, len(SUBJECTS) - 1 - n) for n in range(len(SUBJECTS))]


def test_rare_words_decide_common_ones_do_not() -> None:
    official = [f"区は地域の皆さまと連携して{subject}に関する取組を進めます。" for subject in SUBJECTS]
    ours = [f"{subject}を、区が地域とともに進める。" for subject in SUBJECTS]
    assert places(ours, official) == [(n, n) for n in range(len(SUBJECTS))]


def test_what_is_not_like_anything_stays_alone() -> None:
    assert places(["まったく別の話題"], ["防災訓練"]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SUBJECTS), max_size=8), st.lists(st.sampled_from(SUBJECTS), max_size=8))
def test_each_text_at_most_once(left: list[str], right: list[str]) -> None:
    found = places(left, right)
    assert len({left for left, _ in found}) == len(found) == len({right for _, right in found})


def test_the_cost_grows_with_the_number_of_texts() -> None:
    texts = [f"第{n}地区の{SUBJECTS[n % 8]}を{n * 7919 % 10007}回おこなう" for n in range(4000)]
    began = time.perf_counter()
    found = pairs_by_rare_words(texts, texts, least=0.5)
    assert time.perf_counter() - began < 20
    assert sum(1 for p in found if p.left == p.right) > 3600
