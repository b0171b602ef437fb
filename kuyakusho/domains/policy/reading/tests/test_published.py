"""Ground truth: the two published policies, as text and in every other format made from the text."""

from __future__ import annotations

import re
from functools import cache

import pytest

from kuyakusho.domains.policy.reading import ImportedPolicy, parse, read_document

from .samples import (
    OSAKA,
    YOKOHAMA,
    as_docx,
    as_html,
    as_pdf,
    as_xlsx,
    assert_nothing_invented,
    assert_nothing_lost,
    codes,
    count,
    published,
    titles,
)

FORMATS = {
    "txt": lambda text: text.encode(),
    "cp932.txt": lambda text: text.encode("cp932", errors="replace"),
    "euc.txt": lambda text: text.encode("euc_jis_2004", errors="replace"),
    "utf16.txt": lambda text: text.encode("utf-16"),
    "utf16le.txt": lambda text: text.encode("utf-16-le"),
    "crlf.txt": lambda text: text.replace("\n", "\r\n").encode(),
    "stripped.txt": lambda text: re.sub(r"[ \u3000]+\n", "\n", text).encode(),
    "single-spaced.txt": lambda text: re.sub(r"[ \u3000]*\n[ \u3000]*\n?[ \u3000]*", "\n", text).encode(),
    "html": as_html,
    "cp932.html": lambda text: as_html(text, "cp932"),
    "docx": as_docx,
    "xlsx": as_xlsx,
    "pdf": lambda text: as_pdf(re.sub(r"(\n\s*){4,}", "\n\n\n\n", text)),
    "two-columns.pdf": lambda text: as_pdf(re.sub(r"(\n\s*){4,}", "\n\n\n\n", text), columns=2),
}
#: Made from a text whose order of boxes is lost, the page in two columns cuts paragraphs at random places.
LEAST_COVERAGE = {"two-columns.pdf": 0.92}


@cache
def imported(path, name: str) -> ImportedPolicy:
    source = read_document(FORMATS[name](path.read_text("utf-8")), f"policy.{name}")
    policy = parse(source)
    assert_nothing_lost(policy, source.text)
    assert_nothing_invented(policy, source.text)
    return policy


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", published(OSAKA), ids=["osaka"])
class TestOsaka:
    def test_tree(self, path, name):
        policy = imported(path, name)
        assert [count(policy, kind) for kind in ("pillar", "issue", "measure", "action")] == [3, 4, 11, 28]
        assert {node.kind for node in policy.walk()} == {"pillar", "issue", "measure", "action", "item"}
        assert codes(policy, "issue") == ["1-(1)", "1-(2)", "2-(1)", "3-(1)"]
        assert policy.coverage >= LEAST_COVERAGE.get(name, 0.95)

    def test_codes_are_as_printed_and_the_tree_follows_them(self, path, name):
        policy = imported(path, name)
        for parent in policy.walk():
            for child in parent.children:
                if child.code:
                    assert child.code_key.startswith(f"{parent.code_key}-")
        assert "1-(1)-①-ア" in codes(policy, "action")
        assert "3-(1)-③-ウ" in codes(policy, "action")
        assert [node.code_key for node in policy.of_kind("measure")][-1] == "3-1-3"
        per_measure = [
            sum(child.kind == "action" for child in node.children) for node in policy.of_kind("measure")
        ]
        assert per_measure == [3, 1, 1, 1, 2, 4, 4, 3, 4, 2, 3]

    def test_facts(self, path, name):
        policy = imported(path, name)
        assert policy.ward == "西区"
        assert policy.city is None  # the document names no city
        assert (policy.style, policy.profile) == ("osaka", "osaka-actions")
        assert policy.fiscal_year is not None
        assert policy.fiscal_year.to_json() == {
            "label": "令和5年度",
            "era": "令和",
            "era_year": 5,
            "western": 2023,
        }
        assert policy.stage == "確定"
        assert "運営方針具体的取組内容" in policy.title


@pytest.mark.parametrize("path", published(OSAKA), ids=["osaka"])
class TestOsakaDetails:
    def test_traps(self, path):
        policy = imported(path, "txt")
        by_key = {node.code_key: node for node in policy.walk() if node.code_key}
        assert by_key["3"].title.startswith("区長の権限")  # 「基本方針3」 without a space
        assert by_key["3-1-1"].code == "3-(1)-①"  # 「取組3-(1)-①」 without a space
        social_worker = by_key["2-1-2-ウ"].children[0]
        assert "【SSW（1名）" in social_worker.text  # a remark in brackets is body
        assert [len(by_key[key].children) for key in ("1-1-1-ア", "1-2-1-ア", "2-1-2-イ")] == [2, 7, 5]

    def test_lists_and_notes_are_no_nodes(self, path):
        policy = imported(path, "txt")
        by_key = {node.code_key: node for node in policy.walk() if node.code_key}
        (council,) = by_key["1-1-2-ア"].children
        assert [part.label for part in council.parts] == ["1", "2", "3", "4"]
        assert council.notes[0].label == "(注)"
        (waiting,) = by_key["3-1-2-ア"].children
        assert len(waiting.parts) == 2
        online = by_key["3-1-3-ア"].children[1]
        assert "1) " in online.notes[0].text  # the list under a note belongs to the note
        assert not [node for node in policy.walk() if node.text.startswith(("1)", "（注）", "(注)"))]

    def test_captions_are_attached(self, path):
        policy = imported(path, "txt")
        attached = [passage.text for node in policy.walk() for passage in node.attached]
        for caption in ("24 合同パトロール", "防災出前講座", "鞠公園バラ園コンサート", "いきいき百歳体操"):
            assert caption in attached
        assert sum(len(text) for text in attached) < 300


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", published(YOKOHAMA), ids=["yokohama"])
class TestYokohama:
    def test_tree(self, path, name):
        policy = imported(path, name)
        pillars = policy.of_kind("pillar")
        assert [node.code_key for node in pillars] == ["1", "2", "3", "4"]
        assert [node.title[:4] for node in pillars] == ["地域のつ", "いきいき", "まちの回", "安全・安"]
        assert [sum(child.kind == "measure" for child in node.children) for node in pillars] == [3, 4, 7, 5]
        kinds = ("goal", "organisation", "statement", "section")
        assert [count(policy, kind) for kind in kinds] == [1, 3, 2, 14]
        assert policy.coverage >= LEAST_COVERAGE.get(name, 0.95)

    def test_every_section_has_its_own_text(self, path, name):
        policy = imported(path, name)
        begins = {node.title: node.text[:9] for node in policy.of_kind("section")}
        assert begins["総務課"] == "チーム西区役所を支"
        expected = {
            "税務課": "賦課業務",
            "区会計室": "区民の皆さまの",
            "高齢障害支援課": "高齢者が",
            "こども家庭支援課": "専門職",
            "福祉保健課": "第４期",
            "生活衛生課": "食中毒",
            "地域振興課": "ICT",
            "区政推進課": "西区の情報",
            "戸籍課": "来庁者",
            "保険年金課": "わかりやすい",
            "生活支援課": "生活に困って",
            "西土木事務所": "道路・下水道",
            "南浅間保育園": "子どもの人権",
        }
        for section, beginning in expected.items():
            assert begins[section].startswith(beginning), section
        assert len(set(begins.values())) == 14


@pytest.mark.parametrize("path", published(YOKOHAMA), ids=["yokohama"])
class TestYokohamaDetails:
    def test_facts(self, path):
        policy = imported(path, "txt")
        assert policy.title == "令和４年度 西区運営方針"
        assert (policy.style, policy.ward, policy.city, policy.stage) == ("yokohama", "西区", None, "確定")
        assert policy.fiscal_year is not None
        assert policy.fiscal_year.western == 2022

    def test_goal_statements_and_organisation(self, path):
        policy = imported(path, "txt")
        (goal,) = policy.of_kind("goal")
        assert goal.title.startswith("つながりを大切に")
        assert goal.title.endswith("西区へ")
        assert goal.text.count("\n") == 2  # three paragraphs
        assert goal.text.endswith("進めていきます。")
        assert goal.label == "基本目標"
        first, second = policy.of_kind("statement")
        assert "ワクチン" in first.text
        assert "恩恵" in second.text
        assert [title[:4] for title in titles(policy, "organisation")] == ["お客様の", "デジタル", "『チ―ム"]
        assert all(node.text.endswith("。") for node in policy.of_kind("organisation"))

    def test_wrapped_titles_are_whole(self, path):
        policy = imported(path, "txt")
        keys = {node.code_key: node for node in policy.walk() if node.code_key}
        assert keys["1-1"].title.endswith("取り組みます")
        assert keys["1-3"].title.endswith("支援を行います")
        assert [len(keys[key].children) for key in ("1-1", "2-3", "3-1", "4-1")] == [3, 3, 1, 2]

    def test_captions_are_no_nodes(self, path):
        policy = imported(path, "txt")
        attached = [passage.text for node in policy.walk() for passage in node.attached]
        for caption in ("プレパパママクラスの様子", "SDGs パネル展の開催", "スタンプラリー・食べ歩き冊子"):
            assert caption in attached

    def test_repairs_are_reported(self, path):
        policy = imported(path, "txt")
        told = {repair.code for repair in policy.repairs}
        assert told >= {
            "zones-out-of-order",
            "list-out-of-order",
            "measures-to-pillar",
            "section-after-text",
            "section-far",
            "organisation-by-words",
            "statement-text",
        }
        far = [repair for repair in policy.repairs if repair.code == "section-far"]
        assert len(far) == 1
        assert "総務課" in far[0].sentence
