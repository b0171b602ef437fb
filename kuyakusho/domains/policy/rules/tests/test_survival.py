"""Which node of a plan a node of the document is."""

from __future__ import annotations

from kuyakusho.domains.policy.rules.outline import Outline, Part
from kuyakusho.domains.policy.rules.survival import Survival, survivors


def tree(*rows: tuple[str, str, str, str, str | None]) -> Outline:
    return Outline.build([(Part(id=i, kind=k, code=c, title=t), p) for i, k, c, t, p in rows])


def kept(old: Outline, new: Outline, by_place: bool = False, **rows: dict[str, list[str]]) -> Survival:
    return survivors(
        old, new, old_rows=rows.get("old_rows", {}), new_rows=rows.get("new_rows", {}), by_place=by_place
    )


PACK = tree(
    ("o1", "pillar", "1", "人をつなぐ", None),
    ("o2", "measure", "1", "地区とともに", "o1"),
    ("o3", "item", "", "計画を動かす", "o2"),
    ("o4", "item", "", "発表の場", "o2"),
    ("o5", "pillar", "2", "元気に暮らす", None),
    ("o6", "measure", "1", "子育て", "o5"),
)
DOCUMENT = tree(
    ("n1", "pillar", "１", "地域のつながり", None),
    ("n2", "measure", "１", "第四期計画の推進", "n1"),
    ("n3", "item", "", "関係機関とともに推進します", "n2"),
    ("n5", "pillar", "２", "健やかなまち", None),
    ("n6", "measure", "１", "切れ目のない支援", "n5"),
)


def test_the_documents_headings_take_the_place_of_ours_by_their_printed_numbers() -> None:
    found = kept(PACK, DOCUMENT, by_place=True)
    assert found.kept == {"n1": "o1", "n2": "o2", "n5": "o5", "n6": "o6"}


def test_between_two_years_documents_a_number_alone_is_no_identity() -> None:
    assert kept(PACK, DOCUMENT).kept == {}


def test_the_initiative_behind_tells_and_others_on_the_same_node_are_absorbed() -> None:
    found = kept(PACK, DOCUMENT, old_rows={"o3": ["Y1"], "o4": ["Y2"]}, new_rows={"n3": ["Y1", "Y2"]})
    assert found.kept == {"n3": "o3"}
    assert found.absorbed == {"o4": "n3"}


def test_the_same_words_stay_the_same_node_wherever_they_moved() -> None:
    new = tree(("n1", "pillar", "9", "子育て支援の柱", None), ("n2", "item", "", "発表の場", "n1"))
    assert kept(PACK, new).kept == {"n2": "o4"}


def test_a_title_that_changed_a_little_stays_the_node_with_its_new_code() -> None:
    old = tree(
        ("a", "measure", "1-①", "安全で快適な居住環境づくり", None),
        ("b", "measure", "1-②", "災害に強いまちづくり", None),
    )
    new = tree(
        ("x", "measure", "1-①", "災害に強いまちをつくる", None),
        ("y", "measure", "1-②", "安全で快適な住環境づくり", None),
    )
    assert kept(old, new).kept == {"x": "b", "y": "a"}


def test_another_kind_is_another_node() -> None:
    old = tree(("a", "measure", "", "災害に強いまちづくり", None))
    new = tree(("x", "pillar", "", "災害に強いまちづくり！", None))
    assert kept(old, new).kept == {}


def test_equal_words_that_stand_twice_are_not_guessed() -> None:
    old = tree(("a", "item", "", "周知する", None), ("b", "item", "", "周知する", None))
    new = tree(("x", "item", "", "周知する", None))
    assert set(kept(old, new).kept.values()) <= {"a"}
