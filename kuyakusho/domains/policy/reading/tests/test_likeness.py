"""The same thing under another name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.reading.likeness import (
    Entry,
    Target,
    compare,
    join,
    match,
    similarity,
    text_similarity,
)
from kuyakusho.domains.policy.reading.synthetic import document

from .samples import imported, imported_text


class TestSimilarity:
    @pytest.mark.parametrize(
        ("a", "b"),
        [
            ("防災訓練の実施", "防災訓練を行う"),
            ("子育て環境の充実", "子育て環境"),
            ("地域に根ざした活動の支援", "地域に根差した活動の支援"),
            ("地域防災力の向上", "地域の防災力の向上と備え"),
            ("商店街の応援", "商店街を応援します"),
        ],
    )
    def test_the_same_thing(self, a, b):
        assert similarity(a, b) >= 0.6

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            ("災害に強いまちづくり", "安全で快適な居住環境づくり"),
            ("交通安全運動の推進", "健康づくりの推進"),
            ("窓口の改善", "子育ての支援"),
        ],
    )
    def test_another_thing(self, a, b):
        assert similarity(a, b) < 0.45

    def test_width_codes_and_punctuation_do_not_matter(self):
        assert similarity("取組1-(1)-① ＩＣＴの活用", "ICTの活用") == 1.0
        assert similarity("", "あ") == 0.0

    @given(
        st.text(alphabet="防災訓練子育て支援のをア1", max_size=12),
        st.text(alphabet="防災訓練子育て支援のをア1", max_size=12),
    )
    def test_bounds_and_symmetry(self, a, b):
        assert 0.0 <= similarity(a, b) <= 1.0
        assert abs(similarity(a, b) - similarity(b, a)) < 0.25
        assert text_similarity(a, b) == text_similarity(b, a)


class TestMatch:
    def test_the_best_pairs_of_all_not_one_by_one(self):
        left = [Entry("a", "防災訓練の充実"), Entry("b", "防災訓練と備蓄の充実")]
        right = [Entry("x", "防災訓練と備蓄の充実"), Entry("y", "防災訓練")]
        assert {(m.left, m.right) for m in match(left, right)} == {("a", "y"), ("b", "x")}

    def test_doubt_when_two_are_nearly_as_good(self):
        left = [Entry("a", "子育て教室の開催")]
        right = [Entry("x", "子育て教室の開設"), Entry("y", "子育て教室の開講")]
        (pair,) = match(left, right)
        assert pair.is_doubtful
        assert pair.runner_up in ("x", "y")

    def test_groups_are_kept_apart_and_the_unlike_stay_alone(self):
        left = [Entry("a", "窓口の改善", group="section"), Entry("b", "花壇づくり")]
        right = [Entry("x", "窓口の改善", group="measure"), Entry("y", "特殊詐欺の防止")]
        assert match(left, right) == []

    def test_cost_is_linear_enough_for_thousands(self):
        kanji = [chr(0x4E00 + 7 * i) for i in range(400)]
        titles = [
            "".join(kanji[(i * 31 + k * 97 + i * k * 13) % 400] for k in range(6)) + "事業"
            for i in range(3000)
        ]
        left = [Entry(i, title) for i, title in enumerate(titles)]
        right = [Entry(i, title.replace("事業", "の取組")) for i, title in enumerate(titles)]
        start = time.process_time()
        pairs = match(left, right)
        assert time.process_time() - start < 30
        assert sum(pair.left == pair.right for pair in pairs) > 2900


class TestJoin:
    def test_by_code_position_section_kind_and_likeness(self):
        leaflet = imported("leaflet-tuv.txt")
        result = join(
            leaflet.nodes,
            [
                Target("fraud", pillar=1, measure=2, bullet=1, like="特殊詐欺"),
                Target("desk", section="戸籍課"),
                Target("health", section="福祉保健"),
                Target("work", kind="organisation", order=2, like="職場づくり"),
                Target("rally", title="商店街をめぐるスタンプラリー"),
                Target("nowhere", pillar=3, measure=9, bullet=1),
            ],
        )
        found = {j.key: j for j in result.joins}
        assert found["fraud"].how == "position"
        assert not found["fraud"].is_doubtful
        assert leaflet.nodes[found["desk"].place.path[0]].title == "戸籍課"
        assert (found["health"].how, found["health"].is_doubtful) == ("section", True)
        assert leaflet.nodes[found["work"].place.path[0]].title == "職員が力を発揮できる職場づくり"
        assert found["rally"].how == "likeness"
        assert result.lonely_targets == ["nowhere"]
        lonely = {place.path for place in result.lonely_places}
        assert found["fraud"].place.path not in lonely
        # Two statements, an organisation goal, three sections, eight bullets.
        assert len(lonely) == 14

    def test_by_code_and_entry_of_a_list(self):
        policy = imported("actions.txt")
        result = join(
            policy.nodes,
            [
                Target("drill", code="1-(1)-①-ア", bullet=1, like="避難所を開く訓練"),
                Target("milk", code="１－（１）－①－イ", bullet=1, entry=2, like="乳児"),
                Target("toilet", code="1-(1)-①-イ", bullet=1, like="携帯トイレ"),
                Target("action", code="2-(1)-①-ア"),
            ],
        )
        assert [(j.key, j.how, j.is_doubtful) for j in result.joins] == [
            ("drill", "code", False),
            ("milk", "code", False),
            ("toilet", "code", False),
            ("action", "code", False),
        ]
        assert [j.place.part for j in result.joins] == [None, 1, 0, None]

    def test_a_code_that_heads_something_else_is_doubtful(self):
        policy = imported("actions.txt")
        (joined,) = join(policy.nodes, [Target("x", code="1-(1)-②-ア", bullet=1, like="商店街の夜市")]).joins
        assert joined.is_doubtful
        assert joined.reason

    def test_bullets_that_changed_places_are_found_by_words(self):
        policy = imported("leaflet-tuv.txt")
        (joined,) = join(
            policy.nodes, [Target("x", pillar=2, measure=2, bullet=2, like="認知症の人と家族")]
        ).joins
        assert joined.is_doubtful
        assert joined.place.path[-1] == 0


OLD = """令和5年度 すずらん区運営方針 具体的取組内容
基本方針 1 備えのあるまち
経営課題 1-(1) 地域の備え
取組 1-(1)-① 訓練の充実
【1-(1)-①-ア 避難訓練の実施】
◆学校と避難訓練を行う。
【1-(1)-①-イ 備蓄と家具固定の推進】
◆備蓄倉庫を点検する。
◆家具を留める手伝いをする。
【1-(1)-①-ウ 夜間パトロール】
◆青色の車で回る。
取組 1-(1)-② 見守りの推進
【1-(1)-②-ア 見守り訪問】
◆一人暮らしの高齢者を訪ねる。
"""
NEW = """令和6年度 すずらん区運営方針 具体的取組内容
基本方針 1 備えのあるまち
経営課題 1-(1) 地域の備え
取組 1-(1)-① 訓練の充実
【1-(1)-①-ア 避難訓練の実施】
◆学校と避難訓練を行い、手引きを配る。
【1-(1)-①-イ 備蓄の推進】
◆備蓄倉庫を点検する。
【1-(1)-①-ウ 家具固定の推進】
◆家具を留める手伝いをする。
取組 1-(1)-② 地域での見守りの推進
【1-(1)-②-ア 花壇づくり】
◆公園に花を植える。
【1-(1)-②-イ 見守り訪問】
◆一人暮らしの高齢者を訪ねる。
"""


class TestCompare:
    def changes(self, old, new):
        before, after = imported_text(old), imported_text(new)

        def name(policy, place):
            nodes, node = policy.nodes, None
            for index in place.path:
                node = nodes[index]
                nodes = node.children
            return node.title

        return [
            (c.kind, c.is_moved, tuple(name(before, p) for p in c.old), tuple(name(after, p) for p in c.new))
            for c in compare(before.nodes, after.nodes)
        ]

    def test_a_tree_is_the_same_as_itself(self):
        assert {kind for kind, *_ in self.changes(OLD, OLD)} == {"same"}

    def test_renamed_moved_reworded_added_removed(self):
        changes = self.changes(OLD, NEW)
        assert ("renamed", False, ("見守りの推進",), ("地域での見守りの推進",)) in changes
        assert ("moved", True, ("見守り訪問",), ("見守り訪問",)) in changes
        assert ("added", False, (), ("花壇づくり",)) in changes
        assert ("removed", False, ("夜間パトロール",), ()) in changes
        assert any(kind == "reworded" and "避難訓練を行" in old[0] for kind, _, old, _ in changes if old)

    def test_a_split(self):
        changes = self.changes(OLD, NEW)
        assert any(
            kind == "split"
            and old == ("備蓄と家具固定の推進",)
            and set(new) == {"備蓄の推進", "家具固定の推進"}
            for kind, _, old, new in changes
        )

    def test_a_merge_is_a_split_read_backwards(self):
        changes = self.changes(NEW, OLD)
        assert any(
            kind == "merged"
            and new == ("備蓄と家具固定の推進",)
            and set(old) == {"備蓄の推進", "家具固定の推進"}
            for kind, _, old, new in changes
        )

    def test_every_node_is_in_one_change(self):
        before, after = imported_text(OLD), imported_text(NEW)
        changes = compare(before.nodes, after.nodes)
        olds = [place for change in changes for place in change.old]
        news = [place for change in changes for place in change.new]
        assert len(olds) == len(set(olds)) == len(list(before.walk()))
        assert len(news) == len(set(news)) == len(list(after.walk()))

    def test_a_large_plan_is_compared_in_seconds(self):
        policy = imported_text(document(1500))
        start = time.process_time()
        changes = compare(policy.nodes, policy.nodes)
        assert time.process_time() - start < 30
        assert len(changes) == 1500
