"""Which of a document's text is owned, attached, or neither."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.rules.spans import coverage, cut, gaps, united

SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda s: (min(s), max(s))), max_size=8
)


def test_touching_ranges_become_one() -> None:
    assert united([(5, 9), (0, 5)], [(20, 30)]) == ((0, 9), (20, 30))


@given(SPANS)
def test_united_ranges_hold_the_same_positions_once_and_in_order(spans: list[tuple[int, int]]) -> None:
    found = united(spans)
    assert {i for s, e in found for i in range(s, e)} == {i for s, e in spans for i in range(s, e)}
    assert all(a[1] < b[0] for a, b in pairwise(found))


def test_white_space_counts_for_nothing() -> None:
    assert coverage("あ い\nう　え", [(0, 3)], []).share == 0.5


def test_attached_is_not_covered_and_nothing_counts_twice() -> None:
    found = coverage("あいうえお", [(0, 2), (1, 3)], [(2, 4)])
    assert (found.total, found.owned, found.attached, found.missing) == (5, 3, 1, 1)


def test_never_a_hundred_per_cent_while_something_is_missing() -> None:
    source = "あ" * 100_000
    assert coverage(source, [(0, 99_999)], []).percent == "99.9"
    assert coverage(source, [(0, 100_000)], []).percent == "100.0"


def test_an_empty_document_is_covered() -> None:
    assert coverage(" \n", [], []).share == 1.0


def test_gaps_are_what_nobody_holds() -> None:
    assert gaps("あいう  えお", [(0, 2), (4, 6)]) == ((2, 4), (6, 7))


def test_cut_counts_visible_characters_from_the_end() -> None:
    source = "・一二三\n 四五六"
    assert cut(((0, 9),), source, "四 五六") == (((0, 6),), ((6, 9),))


def test_cut_over_several_ranges() -> None:
    assert cut(((0, 3), (10, 13)), "あいう_______えおか", "うえおか") == (((0, 2),), ((2, 3), (10, 13)))


def test_cut_leaves_all_with_the_first_when_the_words_were_rewritten() -> None:
    assert cut(((0, 3),), "あいう", "ながいながい新しい文") == (((0, 3),), ())


@given(SPANS, st.text("あい \n", max_size=41), st.text("あい", max_size=20))
def test_cut_divides_without_loss(spans: list[tuple[int, int]], source: str, tail: str) -> None:
    whole = united(spans)
    first, second = cut(whole, source, tail)
    assert united(first, second) == whole or not whole
