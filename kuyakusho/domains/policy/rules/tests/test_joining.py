"""Which node belongs to which initiative, and how sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kuyakusho.domains.policy.rules.joining import Joined, Known, Seeker, alone, handed_over, propose
from kuyakusho.domains.policy.rules.outline import Outline, Part
from kuyakusho.domains.policy.rules.places import Places

ENTRY = {"label": "1)", "text": "広報紙づくりを手伝う", "span": [], "key": ""}


def part(id: str, kind: str, code: str = "", title: str = "", text: str = "", **more: Any) -> Part:
    return Part(id=id, kind=kind, code=code, title=title, text=text, **more)


def osaka() -> Outline:
    return Outline.build(
        [
            (part("p", "pillar", "1", "支え合い"), None),
            (part("a", "action", "1-(1)-①-ア", "町会への支援"), "p"),
            (part("a1", "item", text="町会の役割を広報紙で知らせる。"), "a"),
            (part("a2", "item", text="若い世帯に加入を呼びかける。", details={"parts": [ENTRY]}), "a"),
            (part("b", "action", "1-(1)-①-イ", "防災の備え", attached="訓練の写真"), "p"),
            (part("b1", "item", text="避難所で使う物を備える。"), "b"),
        ]
    )


def yokohama() -> Outline:
    return Outline.build(
        [
            (part("g", "goal", "Ⅰ", "笑顔のまち"), None),
            (part("p1", "pillar", "１", "つながり"), None),
            (part("m1", "measure", "１", "計画を進めます"), "p1"),
            (part("i1", "item", text="発表会を開きます。"), "m1"),
            (part("p2", "pillar", "２", "健やか"), None),
            (part("m2", "measure", "１", "子育てを支えます"), "p2"),
            (part("m3", "measure", "２", "高齢者を支えます"), "p2"),
            (part("i3", "item", text="体操の動画を配信します。"), "m3"),
            (part("o1", "organisation", title="親切な窓口"), None),
            (part("o2", "organisation", title="デジタル区役所"), None),
            (part("s1", "section", title="戸籍課", text="来庁者を迎えます。"), None),
        ]
    )


def joined(outline: Outline, find: Mapping[str, Any], **seeker: Any) -> Joined | None:
    found = propose(outline, [Seeker("Y1", "", [find], **seeker)])
    return found[0] if found else None


def shown(join: Joined | None) -> tuple[str, str, str] | None:
    return (join.node, join.how, join.state) if join else None


def test_code_and_bullet_with_the_words_there_is_certain() -> None:
    find = {"code": "1-(1)-①-ア", "bullet": 2, "like": "加入を呼びかける"}
    assert shown(joined(osaka(), find)) == ("a2", "code", "certain")


def test_pillar_measure_and_bullet_go_by_the_printed_numbers_of_each_pillar() -> None:
    assert shown(joined(yokohama(), {"pillar": 2, "measure": 2, "bullet": 1, "like": "体操"})) == (
        "i3", "position", "certain",
    )  # fmt: skip


def test_a_section_by_its_name_and_others_by_kind_and_order() -> None:
    assert shown(joined(yokohama(), {"kind": "section", "section": "戸籍課"})) == ("s1", "section", "certain")
    assert shown(joined(yokohama(), {"kind": "organisation", "order": 2, "like": "デジタル"})) == (
        "o2", "position", "certain",
    )  # fmt: skip
    assert shown(joined(yokohama(), {"kind": "goal"})) == ("g", "position", "certain")


def test_an_entry_of_a_bullet_joins_the_bullet() -> None:
    find = {"code": "1-(1)-①-ア", "bullet": 2, "entry": 1, "like": "広報紙づくり"}
    assert shown(joined(osaka(), find)) == ("a2", "code", "certain")


def test_words_under_a_picture_count_for_the_action() -> None:
    assert shown(joined(osaka(), {"code": "1-(1)-①-イ", "like": "訓練の写真"})) == ("b", "code", "certain")


def test_last_years_place_is_a_doubt_where_there_are_no_words_to_go_by() -> None:
    join = joined(osaka(), {"code": "1-(1)-①-イ", "bullet": 1}, for_this_year=False)
    assert shown(join) == ("b1", "code", "doubtful")


def test_words_that_stand_nowhere_make_the_place_a_doubt() -> None:
    join = joined(osaka(), {"code": "1-(1)-①-ア", "bullet": 1, "like": "宇宙旅行の申し込み"})
    assert shown(join) == ("a1", "code", "doubtful")


def test_a_bullet_that_is_not_there_is_looked_for_among_the_others() -> None:
    find = {"code": "1-(1)-①-ア", "bullet": 9, "like": "若い世帯"}
    assert shown(joined(osaka(), find)) == ("a2", "code", "doubtful")


def test_bullets_that_changed_places_are_found_by_their_words() -> None:
    find = {"code": "1-(1)-①-ア", "bullet": 1, "like": "若い世帯に加入を呼びかける"}
    assert shown(joined(osaka(), find)) == ("a2", "code", "doubtful")


def test_a_place_that_is_not_there_joins_nothing() -> None:
    assert joined(osaka(), {"code": "9-(9)-①-ア"}) is None
    assert joined(yokohama(), {"pillar": 7, "measure": 1}) is None


def test_last_years_words_find_the_node_whatever_its_code_is_now() -> None:
    known = [Known("若い世帯に町会への加入を呼びかける。", "1-(1)-①-ウ")]
    join = propose(osaka(), [Seeker("Y1", "", [{"code": "1-(1)-①-イ"}], False, known)])
    assert [(j.node, j.how, j.state) for j in join] == [("a2", "likeness", "certain")]


def test_somewhat_alike_is_a_doubt_and_unlike_is_nothing() -> None:
    seekers = [
        Seeker("Y1", "", (), False, [Known("区内の避難所で使う物を、女性の声を聞いて備えていく。")]),
        Seeker("Y2", "", (), False, [Known("まったく別の話題です。")]),
    ]
    assert [(j.node, j.row, j.state) for j in propose(osaka(), seekers)] == [("b1", "Y1", "doubtful")]


def test_several_initiatives_of_one_node_stay_together_in_the_next_year() -> None:
    known = [Known("避難所で使う物を備える。")]
    seekers = [Seeker(row, "", (), False, known) for row in ("Y1", "Y2")]
    assert [(j.node, j.row) for j in propose(osaka(), seekers)] == [("b1", "Y1"), ("b1", "Y2")]


def test_our_own_words_are_only_ever_a_doubt() -> None:
    assert [
        (j.node, j.state) for j in propose(osaka(), [Seeker("Y1", "避難所の備え。使う物をそろえる。")])
    ] == [("b1", "doubtful")]


def test_what_a_planner_decided_is_neither_changed_nor_proposed_again() -> None:
    find = {"code": "1-(1)-①-ア", "bullet": 1}
    seekers = [Seeker("Y1", "", [find]), Seeker("Y2", "", [find])]
    decided = [Joined("b1", "Y1", "hand", "confirmed"), Joined("a1", "Y2", "code", "rejected")]
    found = propose(osaka(), seekers, decided)
    assert {(j.node, j.row, j.state) for j in found} == {("b1", "Y1", "confirmed"), ("a1", "Y2", "rejected")}


def test_decisions_about_parts_that_are_gone_fall_away() -> None:
    assert propose(osaka(), [], [Joined("gone", "Y1", "hand", "confirmed")]) == []


def test_what_has_no_partner_is_listed_on_both_sides() -> None:
    lonely = alone(osaka(), [Joined("a1", "Y1", "code", "certain")], ["Y1", "Y2"])
    assert lonely.nodes == ("a2", "b1")
    assert lonely.rows == ("Y2",)


def test_a_join_of_the_action_serves_all_its_bullets_and_a_rejected_one_none() -> None:
    assert alone(osaka(), [Joined("a", "Y1", "code", "certain")], []).nodes == ("b1",)
    assert alone(osaka(), [Joined("a", "Y1", "code", "rejected")], ["Y1"]).rows == ("Y1",)


def test_joins_follow_merged_parts_once_and_end_with_removed_ones() -> None:
    joins = [
        Joined("a1", "Y1", "code", "certain"),
        Joined("a2", "Y1", "code", "certain"),
        Joined("b", "Y2", "code", "certain"),
    ]
    assert [(j.node, j.row) for j in handed_over(joins, {"a2": "a1", "b": None})] == [("a1", "Y1")]


def test_a_path_tells_equal_numbers_in_different_pillars_apart() -> None:
    places = Places(yokohama())
    assert places.path("m1") == "pillar:1/measure:1"
    assert places.path("m2") == "pillar:2/measure:1"
    assert places.path("i1") == ""
