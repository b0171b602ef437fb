"""Documents of our own, in the shapes that other wards bring."""

from __future__ import annotations

import pytest

from .samples import DOCUMENTS, codes, count, imported, imported_text, titles


def budgets(node):
    return [(b.fiscal_year.western, b.kind, b.yen) for b in node.budgets]


def by_key(policy):
    return {node.code_key: node for node in policy.walk() if node.code_key}


class TestOsakaForms:
    def test_form_1(self):
        policy = imported("forms-1.txt")
        assert policy.profile == "osaka-forms"
        assert (policy.title, policy.ward, policy.stage) == ("平成30年度みずべ区運営方針", "みずべ区", "中間")
        assert policy.fiscal_year.western == 2018
        assert [count(policy, k) for k in ("goal", "mission", "stance", "issue", "strategy", "action")] == [
            1,
            1,
            1,
            2,
            3,
            4,
        ]
        assert codes(policy, "action") == ["1-1-1", "1-1-2", "1-2-1", "2-1-1"]
        nodes = by_key(policy)
        assert nodes["1-1-1"].title == "避難計画づくりの教室"
        assert budgets(nodes["1-1-1"]) == [(2018, "estimate", 263_000)]
        assert nodes["1-1"].children == [nodes["1-1-1"], nodes["1-1-2"]]
        assert titles(policy, "statement") == ["「市政改革プラン2.0」に基づく取組等"]
        assert [child.kind for child in policy.of_kind("statement")[0].children] == ["item", "item"]

    def test_form_2(self):
        policy = imported("forms-2.txt")
        assert policy.fiscal_year.to_json() == {
            "label": "令和元年度",
            "era": "令和",
            "era_year": 1,
            "western": 2019,
        }
        (issue,) = policy.nodes
        assert (issue.kind, issue.code, issue.title) == ("issue", "１", "水害に強いまちづくり")
        assert [f.key for f in issue.facets] == ["vision", "present", "causes", "problem"]
        assert codes(policy, "strategy") == ["１－１", "１－２"]
        first, second = policy.of_kind("strategy")
        indicator = first.children[0]
        assert (indicator.kind, indicator.target.value, indicator.target.unit) == ("indicator", 50.0, "%")
        assert second.children[0].target.to_json() == {
            "value": 80.0,
            "unit": "棟",
            "comparison": "以上",
            "period": "",
        }
        grades = {(e.label, e.grade, e.meaning) for e in first.evaluations if e.grade}
        assert grades == {("アウトカムの達成状況", "B", "順調でない"), ("戦略の進捗状況", "a", "順調")}
        assert policy.stage == "自己評価"  # the column is filled in

    def test_form_3(self):
        policy = imported("forms-3.txt")
        assert policy.fiscal_year.western == 2019  # 平成31年度
        nodes = by_key(policy)
        action = nodes["1-1-1"]
        assert action.owner == "防災係"
        assert budgets(action) == [
            (2017, "settlement", 5_033_000),
            (2018, "budget", 6_320_000),
            (2019, "budget", 6_108_000),
        ]
        assert budgets(nodes["1-1-2"]) == [(2018, "budget", 1_200_000), (2019, "budget", 1_526_000)]
        assert [child.kind for child in action.children] == ["budget"] * 3 + ["item"] * 2 + ["indicator"]
        phases = [(e.phase, e.grade, e.meaning) for e in action.evaluations if e.grade]
        assert phases == [
            ("midyear", "①(i)", "目標達成、取組は予定どおり実施"),
            ("self_evaluation", "①(i)", "目標達成、取組は予定どおり実施"),
        ]
        assert {f.key for f in action.facets} == {"plan", "withdrawal", "record"}

    def test_the_forms_of_one_ward_in_one_file(self):
        """Headings of form 2 and form 3 are the same headings: each node is there once."""
        text = (DOCUMENTS / "forms-2.txt").read_text("utf-8") + (DOCUMENTS / "forms-3.txt").read_text("utf-8")
        policy = imported_text(text)
        assert [count(policy, k) for k in ("issue", "strategy", "action")] == [1, 2, 3]
        assert "printed-twice" in {repair.code for repair in policy.repairs}


class TestOsakaSinglePage:
    def test_indicators_grades_and_three_years_of_money(self):
        policy = imported("outcomes.html")
        assert policy.profile == "osaka-outcomes"
        assert (policy.city, policy.ward, policy.stage) == ("あさひが丘市", "はま区", "自己評価")
        kinds = ("goal", "mission", "stance", "issue", "strategy", "indicator", "budget", "statement")
        assert [count(policy, k) for k in kinds] == [1, 1, 1, 2, 2, 3, 6, 2]
        first, second = policy.of_kind("issue")
        assert first.sdgs == [11, 13]
        assert budgets(first) == [
            (2021, "settlement", 69_000_000),
            (2022, "budget", 53_000_000),
            (2023, "budget", 54_000_000),
        ]
        assert [b.yen for b in second.budgets] == [123_000_000, 72_000_000, 15_260_000]
        stock, watch = (child for child in first.children if child.kind == "indicator")
        assert watch.target.to_json() == {
            "value": 1200.0,
            "unit": "人",
            "comparison": "以上",
            "period": "R3~R5",
        }
        assert [(e.grade, e.meaning) for e in stock.evaluations] == [("A", "達成"), (None, None)]
        assert [e.grade for e in watch.evaluations] == ["B", None]
        assert first.facets[0].key == "problem"
        assert (
            "【防災の取組】" in "".join(first.facets[0].text.split()) or "防災の取組" in first.facets[0].text
        )

    def test_what_is_no_text_of_the_page_is_left_out(self):
        policy = imported("outcomes.html")
        everything = str(policy.to_json())
        assert "取組9-9" not in everything
        assert "トップ" not in everything

    def test_a_draft(self):
        policy = imported("draft.txt")
        assert (policy.stage, policy.stage_key, policy.ward) == ("素案", "draft", "ひだまり区")
        assert [policy.of_kind(k)[0].text for k in ("goal", "mission", "stance")] == [
            "だれもが声をかけ合うまち",
            "声をかけ合う場をつくる。",
            "つながり、備え、学びを三本の柱とする。",
        ]
        assert titles(policy, "issue") == ["つながりのあるまち", "備えのあるまち"]
        assert [n.target.period for n in policy.of_kind("indicator")] == ["令和8年度末", ""]
        assert [len(n.children) for n in policy.of_kind("strategy")] == [2, 1]


class TestOsakaActions:
    def test_full_width_codes_and_missing_spaces(self):
        policy = imported("actions.txt")
        assert policy.stage == "案"
        assert [count(policy, k) for k in ("pillar", "issue", "measure", "action", "item")] == [2, 2, 3, 4, 5]
        nodes = by_key(policy)
        assert nodes["1-1-1-ア"].code == "１－（１）－①－ア"
        assert nodes["1-1-1"].title == "地域の備えの後押し"
        wrapped = nodes["1-1-1-ア"].children[1]
        assert wrapped.text == "訓練の手引きを作り、町会に配る。"
        assert [note.label for note in wrapped.notes] == ["（注）"]
        assert [passage.text for passage in wrapped.attached] == ["訓練の様子"]
        assert [part.text for part in nodes["1-1-1-イ"].children[0].parts] == ["携帯トイレ", "乳児用の水"]
        assert "【学習支援員（3名）：区の予算】" in nodes["2-1-1-ア"].children[0].text


class TestLeaflets:
    def test_letters_for_roman_numerals(self):
        policy = imported("leaflet-tuv.txt")
        assert policy.style == "yokohama"
        (goal,) = policy.of_kind("goal")
        assert (goal.code, goal.title) == ("Ⅰ", "みんなで育てる 緑と笑顔のまち こもれび")
        assert next(node.group for node in policy.of_kind("organisation")).startswith(
            "V 目標達成に向けた組織運営"
        )
        romans = [r for r in policy.repairs if r.code == "roman-numeral"]
        assert [(r.evidence["printed"], r.evidence["read"]) for r in romans] == [
            ("T", "Ⅰ"),
            ("U", "Ⅱ"),
            ("V", "Ⅲ"),
        ]
        assert [len(p.children) for p in policy.of_kind("pillar")] == [2, 3, 2]
        assert codes(policy, "measure") == ["(1)", "(2)", "(1)", "(2)", "(3)", "(1)", "(2)"]
        assert [n.code_key for n in policy.of_kind("measure")][:3] == ["1-1", "1-2", "2-1"]
        assert [count(policy, k) for k in ("statement", "organisation", "section")] == [2, 2, 5]
        assert {n.title: n.text[:2] for n in policy.of_kind("section")}["税務課"] == "公平"

    def test_a_torn_leaflet_of_another_ward(self):
        policy = imported("leaflet-torn.txt")
        assert titles(policy, "pillar") == [
            "災害に強く安全なまち",
            "健やかに育ち暮らせるまち",
            "にぎわいと魅力のあるまち",
        ]
        assert [sum(c.kind == "measure" for c in p.children) for p in policy.of_kind("pillar")] == [2, 3, 2]
        assert titles(policy, "organisation") == ["正確で親切な窓口", "学び合う職場"]
        assert titles(policy, "statement") == ["脱炭素の取組の推進"]
        assert policy.of_kind("statement")[0].text.startswith("家庭の省エネ")
        (goal,) = policy.of_kind("goal")
        assert goal.title == "声をかけ合う みなと坂区へ"
        assert goal.text.startswith("「声をかけ合えば")
        begins = {n.title: n.text[:3] for n in policy.of_kind("section")}
        assert begins == {
            "みなと坂土木事務所": "道路や",
            "税務課": "公正な",
            "福祉保健課": "健診や",
            "総務課": "選挙や",
            "戸籍課": "転入の",
            "みなと坂保育園": "園児の",
        }

    def test_a_torn_leaflet_with_a_pillar_lost(self):
        text = (
            (DOCUMENTS / "leaflet-torn.txt").read_text("utf-8").replace("２ 健やかに育ち暮らせるまち\n", "")
        )
        policy = imported_text(text)
        assert titles(policy, "pillar") == ["災害に強く安全なまち", "にぎわいと魅力のあるまち"]
        assert count(policy, "measure") == 7
        assert "list-without-pillar" in {doubt.code for doubt in policy.doubts}
        assert any("2番目" in warning for warning in policy.warnings)

    def test_pillars_without_numbers_on_a_web_page(self):
        policy = imported("pillars.html")
        assert (policy.city, policy.ward) == ("みなみ市", "かざぐるま区")
        assert titles(policy, "pillar") == [
            "暮らしの安全・安心の確保",
            "誰もが健やかに暮らせるまち",
            "魅力と賑わいのあるまち",
        ]
        assert [n.text for n in policy.of_kind("pillar")][2] == "商店街と連携した催しを開きます。"
        assert [c.text for c in policy.of_kind("pillar")[0].children] == ["避難所の運営訓練", "交通安全教室"]
        assert titles(policy, "organisation") == ["信頼される窓口", "学び続ける職員"]

    def test_pillars_listed_first_and_printed_again(self):
        text = """令和7年度 やまて区運営方針
T 基本目標
つながるまち やまて
U 目標達成に向けた施策
・周年の機運を高めます
1 地域のつながりづくり
2 健やかに暮らせるまちづくり
3 にぎわいのあるまちづくり
・横浜市中期計画の推進
V 目標達成に向けた組織運営
1 寄り添う窓口
笑顔でお迎えします。
2 オンラインの手続
手続を増やします。
1 地域のつながりづくり
1 地域活動を支えます
・担い手を育てます。
2 協働を進めます
・話し合いの場を開きます。
2 健やかに暮らせるまちづくり
1 子育てを支えます
・教室を開きます。
3 にぎわいのあるまちづくり
1 商店街を元気にします
・夜市を開きます。
2 花を増やします
・花壇をつくります。
課の方針
総務課：選挙を適正に行います。
戸籍課：証明書を正確に交付します。
税務課：公平な課税を行います。
"""
        policy = imported_text(text)
        assert policy.city == "横浜市"
        assert [len(p.children) for p in policy.of_kind("pillar")] == [2, 1, 2]
        assert titles(policy, "statement") == ["周年の機運を高めます", "横浜市中期計画の推進"]
        assert titles(policy, "organisation") == ["寄り添う窓口", "オンラインの手続"]
        assert {n.title: n.text for n in policy.of_kind("section")}["税務課"] == "公平な課税を行います。"
        collapsed = imported_text(" ".join(text.split()) + " " + "　" * 3)
        assert [len(p.children) for p in collapsed.of_kind("pillar")] == [2, 1, 2]
        assert "line-breaks-lost" in {r.code for r in collapsed.repairs}

    def test_a_table_of_measures_under_each_pillar(self):
        page = """<h1>令和6年度なかよし区運営方針</h1><h2>基本目標</h2><p>みんなのまち</p>
        <h2>目標達成に向けた施策</h2><h3>1 安全なまち</h3><p>守ります。</p><h3>2 元気なまち</h3><p>支えます。</p>
        <h2>主な事業・取組</h2><h3>1 安全なまち</h3>
        <table><tr><th>主な事業・取組</th><th>内容</th></tr><tr><td>防災事業</td><td>訓練をします。</td></tr>
        <tr><td>交通事業</td><td>教室を開きます。</td></tr></table>
        <h3>2 元気なまち</h3><table><tr><th>主な事業・取組</th><th>内容</th></tr><tr><td>商店街事業</td><td>市を開きます。</td></tr></table>"""
        from kuyakusho.domains.policy.reading import parse, read_document

        policy = parse(read_document(page.encode(), "a.html"))
        assert [[c.title for c in p.children] for p in policy.of_kind("pillar")] == [
            ["防災事業", "交通事業"],
            ["商店街事業"],
        ]
        assert policy.of_kind("measure")[0].text == "訓練をします。"


class TestOtherCities:
    def test_chapters_numbers_and_circles(self):
        policy = imported("chapters.txt")
        assert (policy.style, policy.city, policy.ward) == ("generic", "星見市", "ほしのさと区")
        assert titles(policy, "goal") == ["基本理念"] or titles(policy, "goal") == ["区がめざす姿"]
        assert titles(policy, "pillar") == ["安心して暮らす", "楽しく暮らす"]
        assert titles(policy, "measure") == ["災害への備え", "見守り", "星空の催し", "商店のにぎわい"]
        assert count(policy, "item") == 6
        (money,) = policy.of_kind("budget")
        assert money.budgets[0].yen == 15_260_000
        assert money.budgets[0].is_certain is False
        assert "style-unknown" in {d.code for d in policy.doubts}

    def test_named_levels(self):
        policy = imported("measures.txt")
        assert policy.fiscal_year.to_json() == {
            "label": "2025年度",
            "era": "令和",
            "era_year": 7,
            "western": 2025,
        }
        assert [count(policy, k) for k in ("pillar", "measure", "action", "indicator")] == [2, 3, 4, 1]
        nodes = by_key(policy)
        assert nodes["1-1-1"].owner == "地域振興課"
        assert budgets(nodes["1-1-2"]) == [(2025, "budget", 450_000)]
        assert policy.of_kind("indicator")[0].target.to_json()["unit"] == "か所"

    def test_a_list_of_contents_belongs_to_the_headings_it_announces(self):
        policy = imported("contents-list.txt")
        assert (policy.city, policy.ward, policy.stage) == ("川上市", "ほたる区", "案")
        assert titles(policy, "pillar") == ["支え合うまち", "元気なまち"]
        assert titles(policy, "measure") == ["見守り", "居場所", "商店街"]
        assert not [
            doubt for doubt in policy.doubts if doubt.code == "missing-number"
        ]  # 施策3 under the second pillar
        assert [b.yen for n in policy.walk() if n.kind == "action" for b in n.budgets] == [
            4_500_000,
            1_200_000,
        ]
        text = (DOCUMENTS / "contents-list.txt").read_text("utf-8")
        for node in policy.of_kind("pillar"):
            assert "………… " in "".join(text[start:end] for start, end in node.span)

    def test_levels_of_another_city(self):
        policy = imported("focus-measures.txt")
        assert policy.ward == "しらさぎ区"
        assert titles(policy, "pillar") == ["安心・安全で快適なまち", "魅力あるまち", "区役所改革"]
        assert titles(policy, "measure")[:2] == ["災害に強いまちづくり", "犯罪のないまちづくり"]
        assert codes(policy, "action") == ["ア", "イ", "ア", "ア"]
        assert count(policy, "item") == 6
        assert policy.of_kind("goal")[0].text == "「歩いて楽しいまち しらさぎ」"

    def test_marked_headings(self):
        policy = imported("markdown.md")
        assert policy.title == "令和6年度 けやき区運営方針"
        assert titles(policy, "issue") == ["災害に強いまち", "学びのまち"]
        assert [len(s.children) for s in policy.of_kind("strategy")] == [2, 1]

    def test_sections_in_a_table(self):
        policy = imported("sections-table.html")
        assert policy.city == "大川市"
        assert {n.title: n.text for n in policy.of_kind("section")} == {
            "総務課": "選挙を適正に行います。",
            "税務課": "公平に課税します。",
            "戸籍課": "正確に届出を受けます。",
        }
        assert titles(policy, "organisation") == ["接遇の向上", "人材育成"]
        assert [len(p.children) for p in policy.of_kind("pillar")] == [2, 1]

    def test_a_heading_without_any_number(self):
        policy = imported_text(
            "つばき区の方針\n\n備え\n\n・訓練をする。\n・倉庫を見直す。\n\n学び\n\n・教室を開く。\n・本を増やす。\n"
        )
        assert titles(policy, "pillar") == ["備え", "学び"]
        assert count(policy, "item") == 4

    @pytest.mark.parametrize("text", ["", "\n\n", "あ", "令和5年度", "・", "1", "【】", "\u200b"])
    def test_hardly_a_document(self, text):
        policy = imported_text(text)
        assert policy.warnings


class TestCutShort:
    def test_a_missing_head_is_told(self):
        policy = imported_text(
            "取組 2-(1)-② 学びの場\n【2-(1)-②-イ 学習会】\n◆学習会を開く。\n◆学校と話し合い、"
        )
        assert [count(policy, k) for k in ("measure", "action", "item")] == [1, 1, 2]
        told = {doubt.code for doubt in policy.doubts}
        assert {"missing-parent", "missing-number"} <= told
        assert "文書が文の途中で終わっています。" in policy.warnings

    def test_a_missing_middle_is_told(self):
        policy = imported_text(
            "令和5年度 すみれ区運営方針\n経営課題1 備え\n【戦略1-1】 訓練\n【具体的取組1-1-1】 教室\n・開く。\n【具体的取組1-1-3】 船\n・出す。\n"
        )
        assert any("2番目" in warning for warning in policy.warnings)

    def test_headings_out_of_order_go_where_their_codes_say(self):
        policy = imported_text(
            "基本方針 1 備え\n経営課題 1-(1) 家\n取組 1-(1)-① 棚\n【1-(1)-①-ア 固定】\n◆留める。\n"
            "基本方針 2 学び\n経営課題 2-(1) 場\n【1-(1)-①-イ 点検】\n◆見る。\n"
        )
        actions = policy.of_kind("action")
        assert [a.code for a in policy.of_kind("measure")[0].children] == ["1-(1)-①-ア", "1-(1)-①-イ"]
        assert len(actions) == 2
        assert "moved-by-code" in {repair.code for repair in policy.repairs}
