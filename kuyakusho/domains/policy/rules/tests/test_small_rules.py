"""Transition tables, the canonical form, succession of sections."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.rules import transitions
from kuyakusho.domains.policy.rules.canonical import canonical, digest
from kuyakusho.domains.policy.rules.succession import Step, heir_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcあい", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_stages_go_forward_or_repeat_never_back() -> None:
    assert transitions.stages_after(None) == list(transitions.STAGES)
    assert transitions.stages_after("final") == ["final", "midyear", "self_evaluation"]
    assert not transitions.stage_may_follow("final", "draft")
    assert not transitions.stage_may_follow(None, "rumour")


def test_a_saved_review_is_closed() -> None:
    assert transitions.review_may("open", "saved")
    assert not transitions.review_may("saved", "open")
    assert not transitions.review_may("abandoned", "saved")


def test_a_rejected_join_may_be_taken_up_again() -> None:
    assert transitions.join_may("rejected", "confirmed")
    assert not transitions.join_may("confirmed", "doubtful")


def test_canonical_form_is_sorted_without_space_in_utf8() -> None:
    assert canonical({"b": 1, "a": ["い", None]}) == '{"a":["い",null],"b":1}'.encode()


def test_known_digest() -> None:
    # sha256 of {"a":1}
    assert digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


@given(st.dictionaries(st.text("abcあい", max_size=3), JSON, max_size=5))
def test_order_of_keys_does_not_matter(content: dict) -> None:
    assert digest(content) == digest(dict(reversed(content.items())))


def test_floats_have_no_canonical_form() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical({"a": [1.5]})


APRIL = date(2023, 4, 1)


def test_a_section_that_still_exists_keeps_its_work() -> None:
    heir = heir_of("tax", on=APRIL, ended={}, steps=[Step("tax", "revenue", APRIL)])
    assert heir.key == "tax"


def test_a_renamed_section_hands_over() -> None:
    assert (
        heir_of("tax", on=APRIL, ended={"tax": APRIL}, steps=[Step("tax", "revenue", APRIL)]).key == "revenue"
    )


def test_merging_sections_have_one_heir() -> None:
    steps = [Step("a", "c", APRIL), Step("b", "c", APRIL)]
    ended = {"a": APRIL, "b": APRIL}
    assert [heir_of(s, on=APRIL, ended=ended, steps=steps).key for s in "ab"] == ["c", "c"]


def test_a_split_asks_the_planner_and_takes_only_a_real_answer() -> None:
    steps = [Step("a", "b", APRIL), Step("a", "c", APRIL)]
    open_question = heir_of("a", on=APRIL, ended={"a": APRIL}, steps=steps)
    assert open_question.is_open
    assert open_question.candidates == ("b", "c")
    assert heir_of("a", on=APRIL, ended={"a": APRIL}, steps=steps, chosen="c").key == "c"
    assert heir_of("a", on=APRIL, ended={"a": APRIL}, steps=steps, chosen="elsewhere").is_open


def test_succession_is_followed_over_years() -> None:
    ended = {"a": date(2022, 4, 1), "b": APRIL}
    steps = [Step("a", "b", date(2022, 4, 1)), Step("b", "c", APRIL)]
    assert heir_of("a", on=APRIL, ended=ended, steps=steps).key == "c"
    assert heir_of("a", on=date(2022, 6, 1), ended=ended, steps=steps).key == "b"


def test_a_section_without_successor_is_an_open_question() -> None:
    assert heir_of("a", on=APRIL, ended={"a": APRIL}, steps=[]).is_open


def test_a_circle_of_successions_ends() -> None:
    steps = [Step("a", "b", APRIL), Step("b", "a", APRIL)]
    assert heir_of("a", on=APRIL, ended={"a": APRIL, "b": APRIL}, steps=steps).is_open
