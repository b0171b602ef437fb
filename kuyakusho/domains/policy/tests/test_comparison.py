"""What changed between two publications."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.comparison import Comparison, compare, found_again
from kuyakusho.domains.policy.rules.longest import longest_rising


def node(
    id: str, title: str, parent: str | None = None, kind: str = "measure", **more: Any
) -> dict[str, Any]:
    return {"id": id, "title": title, "parent": parent, "kind": kind, "text": "", "code": "", **more}


def content(*nodes: dict[str, Any], ward: str = "minato", **initiatives: dict[str, Any]) -> dict[str, Any]:
    blank = {"title": "", "summary": "", "owner": "a", "capabilities": [], "sdgs": [], "is_confidential": False,
             "last_year": None, "budgets": [], "indicators": [], "evaluations": []}  # fmt: skip
    return {
        "ward": {"slug": ward},
        "nodes": list(nodes),
        "initiatives": {row: {**blank, **values} for row, values in initiatives.items()},
    }


def kinds(compared: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    return [(change.node["id"], change.kinds) for change in compared.changes]


BASE = content(
    node("p1", "つながりを広げる", kind="pillar", code="1"),
    node("m1", "町会に入る人を増やす", "p1", text="案内を手渡す。"),
    node("m2", "集合住宅での仲間づくり", "p1", text="管理組合に出向く。"),
    node("p2", "災害に備える", kind="pillar", code="2"),
    node("m3", "夜の避難訓練", "p2", text="川沿いの地域で訓練をする。"),
)


def test_nothing_changed() -> None:
    compared = compare(BASE, BASE)
    assert compared.changed == []
    assert compared.counts == {"same": 5}


def test_new_words_under_the_same_id_are_a_rename_shown_word_by_word() -> None:
    after = content(*({**n, "title": "防災に備える"} if n["id"] == "p2" else n for n in BASE["nodes"]))
    [change] = compare(BASE, after).changed
    assert change.kinds == ("renamed",)
    [line] = change.title
    assert [part for part in line.parts if part[0] != "same"] == [("removed", "災害"), ("added", "防災")]


def test_next_years_nodes_are_found_by_the_one_they_follow() -> None:
    after = content(node("n9", "まったく新しい言い方", None, previous="m3"))
    assert found_again(BASE, after) == {"n9": "m3"}
    assert found_again(after, BASE) == {"m3": "n9"}


def test_a_node_that_went_into_another_is_found_there() -> None:
    after = content(node("x", "別の言い方", None, former_ids=["m1"]))
    assert found_again(BASE, after) == {"x": "m1"}


def test_renames_are_found_by_likeness_when_ids_differ() -> None:
    after = content(
        node("a", "つながりの輪を広げる", kind="pillar"),
        node("b", "集合住宅での仲間をつくる", "a", text="管理組合に出向く。"),
    )
    compared = compare(BASE, after)
    assert kinds(compared)[:2] == [("a", ("renamed", "recoded")), ("m1", ("removed",))]
    assert ("b", ("renamed",)) in kinds(compared)


def test_the_same_initiative_tells_even_when_no_word_stayed() -> None:
    before = content(node("a", "旧い文", initiatives=["Y1"]), Y1={})
    after = content(node("b", "全然違う内容の説明", initiatives=["Y1"]), Y1={})
    assert found_again(before, after) == {"b": "a"}


def test_equal_words_that_stand_twice_are_paired_in_order() -> None:
    before = content(node("a", "周知する"), node("b", "周知する"))
    after = content(node("x", "周知する"), node("y", "周知する"), node("z", "周知する"))
    assert found_again(before, after) == {"x": "a", "y": "b"}


def test_a_node_under_another_parent_moved() -> None:
    after = content(*({**n, "parent": "p2"} if n["id"] == "m2" else n for n in BASE["nodes"]))
    assert [change.node["id"] for change in compare(BASE, after).changed if "moved" in change.kinds] == ["m2"]


def test_the_fewest_moves_explain_a_new_order() -> None:
    nodes = [node(str(n), f"項目の{n}番") for n in range(6)]
    after = content(nodes[5], *nodes[:5])
    assert kinds(compare(content(*nodes), after))[0] == ("5", ("moved",))
    assert compare(content(*nodes), after).counts == {"moved": 1, "same": 5}


def test_a_new_heading_in_place_of_an_old_one_does_not_move_what_hangs_under_it() -> None:
    after = content(
        node("q", "防犯の輪", kind="pillar"),
        *({**n, "parent": "q"} for n in BASE["nodes"] if n["id"] == "m3"),
    )
    assert ("m3", ()) in kinds(compare(BASE, after))


def test_what_is_gone_stands_where_it_stood() -> None:
    after = content(*(n for n in BASE["nodes"] if n["id"] != "m2"))
    assert [id for id, _ in kinds(compare(BASE, after))] == ["p1", "m1", "m2", "p2", "m3"]


def test_owner_initiatives_and_amounts_are_told_apart() -> None:
    amount = {"fiscal_year": 2022, "kind": "budget", "amount_yen": 5}
    after = content(
        *({**n, "owner": "tax", "initiatives": ["Y1"], "budgets": [amount]} if n["id"] == "m1" else n
          for n in BASE["nodes"]), Y1={},
    )  # fmt: skip
    [change] = compare(BASE, after).changed
    assert change.kinds == ("reowned", "reassigned", "recosted")


def test_initiatives_say_what_differs() -> None:
    before = content(Y1={"title": "見守り"}, Y2={}, Y3={})
    after = content(Y1={"title": "見守りの輪", "owner": "b"}, Y3={}, Y4={})
    assert [(c.row, c.names) for c in compare(before, after).initiatives] == [
        ("Y1", ("title", "owner")),
        ("Y4", ("added",)),
        ("Y2", ("removed",)),
    ]


def test_two_wards_are_compared_by_rare_words_and_like_levels() -> None:
    other = content(
        node("a", "川沿いの避難訓練を夜に行います", kind="action", text="地域とともに訓練をします。"),
        node("b", "商店街の催し", kind="measure"),
        ward="other",
    )
    mine = content(
        node("m3", "夜の避難訓練", kind="action", text="川沿いの地域で訓練をする。"),
        node("m4", "保育の相談", kind="measure"),
    )
    assert found_again(other, mine) == {"m3": "a"}


@given(st.lists(st.integers(0, 30), unique=True))
def test_what_stays_is_in_order_and_as_much_as_can_be(numbers: list[int]) -> None:
    stays = longest_rising(numbers)
    values = [numbers[at] for at in stays]
    assert values == sorted(values)
    # Patience: the length is that of the shortest split into falling sequences.
    piles: list[int] = []
    for number in numbers:
        for at, top in enumerate(piles):
            if top >= number:
                piles[at] = number
                break
        else:
            piles.append(number)
    assert len(stays) == len(piles)


@given(st.permutations(["p1", "m1", "m2", "p2", "m3"]), st.integers(0, 5))
def test_every_node_of_both_sides_is_told_once(order: list[str], keep: int) -> None:
    by_id = {n["id"]: {**n, "parent": None} for n in BASE["nodes"]}
    after = content(*(by_id[id] for id in order[:keep]))
    compared = compare(BASE, after)
    assert sorted(c.before["id"] for c in compared.changes if c.before) == sorted(by_id)
    assert [c.after["id"] for c in compared.changes if c.after] == order[:keep]
