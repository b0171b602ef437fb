"""Corrections keep the tree whole, lose no word, and can be taken back."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuyakusho.core.errors import Invalid, KuyakushoError, Missing, Refused
from kuyakusho.domains.policy.rules import editing
from kuyakusho.domains.policy.rules.outline import Amount, BrokenTree, Outline, Part, Patch, difference


def outline_of(*rows: tuple[str, str | None]) -> Outline:
    return Outline.build(
        [(Part(id=i, kind="action", title=f"見出し{i}", text=f"本文{i}。二文め{i}。"), p) for i, p in rows]
    )


SMALL = (("a", None), ("b", "a"), ("c", "a"), ("d", "c"), ("e", None))


def ids(outline: Outline) -> list[str]:
    return [i for i, _ in outline.walk()]


def words(outline: Outline) -> Counter[str]:
    counted: Counter[str] = Counter()
    for part in outline.parts.values():
        counted.update(c for c in part.wording + part.attached if not c.isspace())
    return counted


def test_walk_is_reading_order_with_depths() -> None:
    assert list(outline_of(*SMALL).walk()) == [("a", 0), ("b", 1), ("c", 1), ("d", 2), ("e", 0)]


def test_circle_is_no_tree() -> None:
    with pytest.raises(BrokenTree, match="circle"):
        outline_of(("a", "b"), ("b", "a"))


def test_unknown_parent_is_no_tree() -> None:
    with pytest.raises(BrokenTree, match="not there"):
        outline_of(("a", "z"))


def test_part_twice_is_no_tree() -> None:
    with pytest.raises(BrokenTree, match="twice"):
        outline_of(("a", None), ("a", None))


def test_unknown_kind_is_no_tree() -> None:
    with pytest.raises(BrokenTree, match="kind"):
        Outline.build([(Part(id="a", kind="chapter"), None)])


def test_edit_changes_only_the_words() -> None:
    before = outline_of(*SMALL)
    after = editing.edit(before, "b", title="新しい見出し")
    assert after.parts["b"].title == "新しい見出し"
    assert after.parts["c"] is before.parts["c"]


def test_the_title_of_a_bullet_follows_its_text_unless_it_has_one_of_its_own() -> None:
    outline = Outline.build(
        [(Part(id="a", kind="item", title="訓練を行う", text="訓練を行う。毎年。"), None)]
    )
    followed = editing.edit(outline, "a", title="訓練を行う", text="避難訓練を行う。毎年。")
    assert followed.parts["a"].title == "避難訓練を行う"
    own = editing.edit(outline, "a", title="訓練", text="訓練を行う。毎年。")
    assert editing.edit(own, "a", text="別の文。").parts["a"].title == "訓練"


def test_edit_refuses_an_empty_part() -> None:
    with pytest.raises(Invalid) as caught:
        editing.edit(outline_of(*SMALL), "b", title=" ", text="")
    assert "title" in caught.value.fields


def test_a_part_that_is_gone_is_missing() -> None:
    with pytest.raises(Missing):
        editing.edit(outline_of(*SMALL), "z", title="x")


def test_reclassify_refuses_unknown_kinds() -> None:
    with pytest.raises(Invalid):
        editing.reclassify(outline_of(*SMALL), "b", kind="chapter", code="")


def test_raise_and_lower_swap_with_the_neighbour_and_stop_at_the_ends() -> None:
    outline = outline_of(*SMALL)
    assert ids(editing.raise_(outline, "c")) == ["a", "c", "d", "b", "e"]
    assert ids(editing.lower(outline, "b")) == ["a", "c", "d", "b", "e"]
    with pytest.raises(Refused):
        editing.raise_(outline, "b")
    with pytest.raises(Refused):
        editing.lower(outline, "c")


def test_indent_goes_under_the_sibling_above_and_outdent_beside_the_parent() -> None:
    outline = outline_of(*SMALL)
    assert editing.indent(outline, "c").parents["c"] == "b"
    assert ids(editing.outdent(outline, "d")) == ["a", "b", "c", "d", "e"]
    assert editing.outdent(outline, "d").parents["d"] == "a"


def test_nothing_hangs_under_itself() -> None:
    with pytest.raises(Refused):
        editing.hang(outline_of(*SMALL), "a", under="d")


def test_too_deep_is_refused() -> None:
    rows = [("0", None), *((str(n), str(n - 1)) for n in range(1, 12)), ("x", None)]
    with pytest.raises(Refused):
        editing.hang(outline_of(*rows), "x", under="11")


def test_split_cuts_words_and_spans_at_the_same_place() -> None:
    source = "・はじめの文。\n・つぎの\n 文。"
    part = Part(
        id="a", kind="item", title="はじめの文", text="はじめの文。つぎの文。", spans=((0, len(source)),)
    )
    outline = Outline.build([(part, None)])
    [(at, _)] = editing.split_points(part)
    after = editing.split(outline, "a", at=at, new_id="n", source=source)
    assert ids(after) == ["a", "n"]
    assert (after.parts["n"].title, after.parts["n"].text) == ("つぎの文", "つぎの文。")
    assert [source[s:e] for s, e in after.parts["n"].spans] == ["つぎの\n 文。"]
    assert after.parts["a"].spans[0][1] == after.parts["n"].spans[0][0]


def test_split_of_a_titled_part_gives_the_rest_a_title() -> None:
    part = Part(id="a", kind="action", title="題", text="一行め\n次の題\n次の本文")
    after = editing.split(Outline.build([(part, None)]), "a", at=len("題\n一行め\n"), new_id="n", source="")
    assert (after.parts["a"].title, after.parts["a"].text) == ("題", "一行め")
    assert (after.parts["n"].title, after.parts["n"].text) == ("次の題", "次の本文")


def test_split_refuses_to_leave_nothing() -> None:
    with pytest.raises(Invalid):
        editing.split(outline_of(*SMALL), "a", at=0, new_id="n", source="")


def test_merge_takes_words_children_and_spans_along() -> None:
    outline = outline_of(*SMALL)
    outline = outline.with_parts(
        Part(id="b", kind="item", text="甲", spans=((0, 5),)),
        Part(id="c", kind="item", text="乙", spans=((5, 9),)),
    )
    after = editing.merge(outline, "c")
    assert after.parts["b"].text == "甲\n乙"
    assert after.parts["b"].spans == ((0, 9),)
    assert after.parents["d"] == "b"
    assert after.parts["b"].former_ids == ("c",)


def test_the_first_child_merges_into_its_parent() -> None:
    assert editing.merges_into(outline_of(*SMALL), "b") == "a"
    with pytest.raises(Refused):
        editing.merge(outline_of(*SMALL), "a")


def test_merge_and_remove_keep_what_the_document_prints_besides() -> None:
    note = {"label": "(注)", "text": "注の文", "span": [[0, 3]], "key": ""}
    outline = Outline.build(
        [
            (Part(id="a", kind="action", title="甲", details={"label": "取組"}), None),
            (Part(id="b", kind="action", title="乙", details={"label": "別", "notes": [note]}), None),
        ]
    )
    assert editing.merge(outline, "b").parts["a"].details == {"label": "取組", "notes": [note]}
    assert editing.remove(outline, "b").parts["a"].attached == "乙\n別\n(注) 注の文"


def test_two_amounts_of_one_year_are_both_kept() -> None:
    outline = Outline.build(
        [
            (Part(id="a", kind="action", title="甲", budgets=(Amount(2022, "budget", 100),)), None),
            (
                Part(
                    id="b",
                    kind="action",
                    title="乙",
                    budgets=(Amount(2022, "budget", 250), Amount(2021, "budget", 7)),
                ),
                None,
            ),
        ]
    )
    host = editing.merge(outline, "b").parts["a"]
    assert {(a.fiscal_year, a.amount_yen) for a in host.budgets} == {(2022, 100), (2021, 7)}
    assert "250円" in host.attached


def test_remove_keeps_the_text_with_the_nearest_part_and_lifts_the_children() -> None:
    before = outline_of(*SMALL)
    after = editing.remove(before, "c")
    assert "見出しc" in after.parts["a"].attached
    assert after.parents["d"] == "a"
    assert ids(after) == ["a", "b", "d", "e"]
    assert words(after) == words(before)
    assert after.parts["a"].former_ids == ("c",)


def test_removed_spans_become_attached() -> None:
    outline = Outline.build(
        [
            (Part(id="a", kind="goal", title="甲"), None),
            (Part(id="b", kind="item", text="乙", spans=((3, 9),)), "a"),
        ]
    )
    assert editing.remove(outline, "b").parts["a"].attached_spans == ((3, 9),)


def test_the_last_part_stays() -> None:
    with pytest.raises(Refused):
        editing.remove(outline_of(("a", None)), "a")


OPERATIONS = ("raise_", "lower", "indent", "outdent", "merge", "remove", "hang", "split", "insert", "edit")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 50), st.integers(0, 50)), max_size=25))
def test_any_corrections_keep_the_tree_whole_lose_no_word_and_can_be_undone(
    steps: list[tuple[str, int, int]],
) -> None:
    outline = outline_of(*SMALL, ("f", "e"), ("g", "f"))
    fresh = 0
    for name, one, two in steps:
        all_ids = ids(outline)
        id, other = all_ids[one % len(all_ids)], all_ids[two % len(all_ids)]
        before = outline
        try:
            match name:
                case "hang":
                    outline = editing.hang(outline, id, under=other)
                case "split":
                    points = editing.split_points(outline.parts[id])
                    if not points:
                        continue
                    fresh += 1
                    outline = editing.split(
                        outline, id, at=points[two % len(points)][0], new_id=f"n{fresh}", source=""
                    )
                case "insert":
                    fresh += 1
                    outline = editing.insert(outline, Part(id=f"n{fresh}", kind="item"), under=id)
                case "edit":
                    part = outline.parts[id]
                    outline = editing.edit(outline, id, title=part.title[::-1])
                case _:
                    outline = getattr(editing, name)(outline, id)
        except KuyakushoError:
            continue
        outline.check()
        assert words(outline) == words(before)
        back = Patch.from_json(json.loads(json.dumps(difference(outline, before).to_json())))
        assert back.apply(outline).to_json() == before.to_json()
        assert back.apply(outline).parents == before.parents
    assert Outline.from_json(json.loads(json.dumps(outline.to_json()))).to_json() == outline.to_json()
