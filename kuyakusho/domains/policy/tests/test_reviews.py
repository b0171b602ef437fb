"""An import from the file to the plan: opened, corrected, joined, saved; ids, addresses and history stay."""

from __future__ import annotations

import pytest

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.errors import Conflict, Invalid, Missing
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import ImportReview, Initiative, Join, Node, Plan, SourceDocument
from kuyakusho.domains.policy.queries.outlines import outline_of as plan_outline
from kuyakusho.domains.policy.rules.corrections import Correction
from kuyakusho.domains.policy.rules.imported import coverage_of
from kuyakusho.domains.policy.services.reviews import (
    Upload,
    abandon_review,
    aim_review,
    correct_review,
    decide_review_join,
    joins_of,
    open_review,
    outline_of,
    propose_again,
    undo_review,
)
from kuyakusho.domains.policy.services.saving import save_review
from kuyakusho.domains.policy.services.trees import correct_tree

from .documents import OSAKA, OSAKA_NEXT
from .factories import PLANNER, join, make_initiative, make_node, make_plan, make_ward

FINDS = {
    "O1": {"code": "1-(1)-①-ア", "bullet": 1, "like": "回覧板"},
    "O2": {"code": "1-(1)-①-ア", "bullet": 2, "like": "案内を手渡し"},
    "O3": {"code": "1-(1)-①-イ", "bullet": 1, "like": "管理組合"},
    "O4": {"code": "1-(2)-①-ア", "bullet": 1, "like": "夜の避難"},
    "O5": {"code": "1-(2)-①-ア", "bullet": 2, "like": "足りない物"},
    "O6": {"code": "2-(1)-①-ア", "bullet": 1, "like": "待ち人数"},
}


@pytest.fixture
def ward(db: None) -> Ward:
    ward = make_ward(style="osaka")
    for order, (row, find) in enumerate(FINDS.items()):
        make_initiative(ward, row, find=[find], find_year=2023, first_year=2023, order=order)
    return ward


def opened(ward: Ward, text: str = OSAKA, **values: object) -> ImportReview:
    return open_review(ward, Upload("方針.txt", text.encode(), **values), actor=PLANNER)


def saved(ward: Ward, text: str = OSAKA) -> Plan:
    review = opened(ward, text)
    plan = Plan.objects.filter(ward=ward, key="policy", fiscal_year=review.fiscal_year).first()
    return save_review(
        review, version=review.version, plan_revision=plan.revision if plan else 0, actor=PLANNER
    )


def by_title(review: ImportReview, beginning: str) -> str:
    [id] = [p.id for p in outline_of(review).parts.values() if p.label.startswith(beginning)]
    return id


def test_a_file_becomes_an_open_review_with_joins_and_nothing_in_the_plan(ward: Ward) -> None:
    review = opened(ward)
    assert (review.fiscal_year, review.state, review.version) == (2023, "open", 1)
    assert {(j.row, j.state, j.how) for j in joins_of(review)} == {(r, "certain", "code") for r in FINDS}
    outline = outline_of(review)
    for part in outline.parts.values():
        assert review.document.text[part.spans[0][0] : part.spans[0][1]].strip()
    assert coverage_of(review.document.text, outline, review.tree["about"]).share > 0.95
    assert not Plan.objects.exists()
    assert AuditLine.objects.get().action == "policy.import.opened"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("方針.exe", b"MZ", "file_kind"),
        ("方針.txt", b"", "file_empty"),
        ("方針.pdf", b"plain text", "file_not_what_it_says"),
    ],
)
def test_what_is_no_document_is_refused_with_advice(ward: Ward, name: str, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        open_review(ward, Upload(name, data), actor=PLANNER)
    assert caught.value.code == code
    assert caught.value.next_step
    assert not SourceDocument.objects.exists()


def test_a_document_without_a_year_asks_for_one(ward: Ward) -> None:
    text = OSAKA.replace("令和5年度", "")
    with pytest.raises(Invalid) as caught:
        opened(ward, text)
    assert "fiscal_year" in caught.value.fields
    assert opened(ward, text, fiscal_year=2023).fiscal_year == 2023


def test_a_correction_recomputes_coverage_and_can_be_undone(ward: Ward) -> None:
    review = opened(ward)
    before = review.tree["nodes"]
    correct_review(review, Correction("remove", by_title(review, "回覧板")), version=1, actor=PLANNER)
    review.refresh_from_db()
    covered = coverage_of(review.document.text, outline_of(review), review.tree["about"])
    assert covered.attached > 0
    assert covered.missing == 0
    assert "O1" not in {j.row for j in joins_of(review)}
    undo_review(review, version=2, actor=PLANNER)
    review.refresh_from_db()
    assert review.tree["nodes"] == before
    assert "O1" in {j.row for j in joins_of(review)}
    with pytest.raises(Conflict):
        undo_review(review, version=3, actor=PLANNER)


def test_merged_parts_take_their_initiatives_along(ward: Ward) -> None:
    review = opened(ward)
    host = by_title(review, "回覧板")
    assert (
        correct_review(review, Correction("merge", by_title(review, "引っ越して")), version=1, actor=PLANNER)
        == host
    )
    review.refresh_from_db()
    assert {j.row for j in joins_of(review) if j.node == host} == {"O1", "O2"}


def test_two_planners_can_not_overwrite_each_other(ward: Ward) -> None:
    review = opened(ward)
    part = by_title(review, "回覧板")
    correct_review(review, Correction("edit", part, {"title": "一人め"}), version=1, actor=PLANNER)
    with pytest.raises(Conflict) as caught:
        correct_review(review, Correction("edit", part, {"title": "二人め"}), version=1, actor=PLANNER)
    assert caught.value.code == "policy.review-changed"
    assert caught.value.next_step


def test_joins_are_decided_by_the_planner_and_kept_when_proposed_again(ward: Ward) -> None:
    review = opened(ward)
    first, second = by_title(review, "回覧板"), by_title(review, "引っ越して")
    decide_review_join(review, first, "O1", state="rejected", version=1, actor=PLANNER)
    decide_review_join(review, second, "O1", state="confirmed", version=2, actor=PLANNER)
    propose_again(review, version=3, actor=PLANNER)
    review.refresh_from_db()
    assert {(j.node, j.state) for j in joins_of(review) if j.row == "O1"} == {
        (first, "rejected"),
        (second, "confirmed"),
    }
    undo_review(review, version=4, actor=PLANNER)


def test_only_initiatives_of_the_same_plan_and_ward_can_be_joined(ward: Ward) -> None:
    review = opened(ward)
    make_initiative(make_ward("other"), "X1")
    make_initiative(ward, "AP1", plan_key="area-plan")
    for row in ("X1", "AP1", "nothing"):
        with pytest.raises(Missing):
            decide_review_join(
                review, by_title(review, "回覧板"), row, state="confirmed", version=1, actor=PLANNER
            )


def test_saving_makes_the_working_tree(ward: Ward) -> None:
    plan = saved(ward)
    assert (plan.origin, plan.title, plan.style) == (
        "import",
        "令和5年度みなと区運営方針具体的取組内容",
        "osaka",
    )
    assert plan.nodes.filter(kind="action").count() == 4
    node = plan.nodes.get(joins__initiative__row="O6")
    assert node.text.startswith("窓口ごとの待ち人数")
    assert node.document.text[slice(*node.spans[0])].lstrip("-◆ ").startswith("窓口ごとの")
    assert ImportReview.objects.get().state == "saved"
    assert AuditLine.objects.filter(action="policy.import.saved").get().facts["joins"] == 6


def test_a_saved_or_abandoned_review_is_closed(ward: Ward) -> None:
    saved(ward)
    review = ImportReview.objects.get()
    with pytest.raises(Conflict) as caught:
        correct_review(review, Correction("up", "x"), version=review.version, actor=PLANNER)
    assert caught.value.code == "policy.review-closed"
    other = opened(ward)
    abandon_review(other, version=1, actor=PLANNER)
    with pytest.raises(Conflict):
        save_review(other, version=2, plan_revision=2, actor=PLANNER)


def test_the_same_document_again_changes_no_id(ward: Ward) -> None:
    plan = saved(ward)
    before = plan_outline(plan).to_json()
    joined = set(Join.objects.values_list("node__public_id", "initiative__row", "state"))
    plan = saved(ward)
    after = plan_outline(plan).to_json()
    strip = [{k: v for k, v in n.items() if k != "document"} for n in before]
    assert [{k: v for k, v in n.items() if k != "document"} for n in after] == strip
    assert set(Join.objects.values_list("node__public_id", "initiative__row", "state")) == joined


def test_nodes_of_the_packs_tree_live_on_in_the_document(ward: Ward) -> None:
    plan = make_plan(ward, 2023, origin="pack", style="osaka")
    pillar = make_node(plan, "人をつなぐ", kind="pillar", code="1")
    action = make_node(plan, "町会を知ってもらう", pillar, kind="action", code="1-(1)-①-ア")
    one = make_node(plan, "町会の紹介", action, kind="item", text="わたしたちの言葉", title_en="Ours",
                    owner=ward.sections.get(key="welfare"))  # fmt: skip
    join(one, Initiative.objects.get(row="O1"), how="pack")
    saved(ward)
    live = Node.objects.get(public_id=one.public_id)
    assert live.text.startswith("回覧板と広報紙で")
    assert live.owner.key == "welfare"
    assert live.title_en == ""
    assert Node.objects.get(public_id=pillar.public_id).title == "支え合いの輪を広げる"


def test_several_of_our_nodes_that_are_one_of_the_documents_lead_to_it(ward: Ward) -> None:
    plan = make_plan(ward, 2023, origin="pack", style="osaka")
    nodes = [make_node(plan, f"取組{n}", kind="item") for n in (1, 2)]
    same = {**FINDS["O1"]}
    Initiative.objects.filter(row="O2").update(find=[same])
    for node, row in zip(nodes, ("O1", "O2"), strict=True):
        join(node, Initiative.objects.get(row=row), how="pack")
    saved(ward)
    live = Node.objects.get(joins__initiative__row="O2")
    assert {live.public_id, *live.former_ids} >= {node.public_id for node in nodes}


def test_corrections_made_meanwhile_are_not_replaced_unseen(ward: Ward) -> None:
    plan = saved(ward)
    review = opened(ward)
    node = plan.nodes.filter(kind="item").first()
    correct_tree(plan, Correction("edit", node.public_id, {"title": "直した"}), revision=2, actor=PLANNER)
    with pytest.raises(Conflict) as caught:
        save_review(review, version=1, plan_revision=2, actor=PLANNER)
    assert caught.value.code == "policy.tree-changed"
    save_review(review, version=1, plan_revision=3, actor=PLANNER)


def test_a_planners_decision_outlives_a_second_import_of_the_same_year(ward: Ward) -> None:
    plan = saved(ward)
    node = plan.nodes.get(joins__initiative__row="O6")
    node.joins.update(state="rejected", decided_by="staff:planner")
    review = opened(ward)
    assert {(j.state, j.why) for j in joins_of(review) if j.row == "O6"} == {("rejected", "decided-before")}


def test_the_join_survives_next_years_document_though_codes_and_words_change(ward: Ward) -> None:
    saved(ward)
    Initiative.objects.filter(row="O4").update(last_year=2023)
    review = opened(ward, OSAKA_NEXT)
    assert review.fiscal_year == 2024
    found = {j.row: (outline_of(review).parts[j.node].label[:8], j.how, j.state) for j in joins_of(review)}
    assert found["O1"] == ("回覧板と広報紙で", "likeness", "certain")
    assert found["O3"] == ("管理組合の集まり", "likeness", "certain")
    assert "O4" not in found
    plan = save_review(review, version=1, plan_revision=0, actor=PLANNER)
    node = plan.nodes.get(joins__initiative__row="O3")
    assert node.previous.plan.fiscal_year == 2023
    assert node.previous.joins.get().initiative.row == "O3"
    assert node.parent.code == "1-(1)-①-ウ"
    assert Plan.objects.get(fiscal_year=2023).nodes.filter(joins__initiative__row="O5").exists()


def test_the_document_can_be_aimed_at_another_plan_and_year(ward: Ward) -> None:
    review = opened(ward)
    aim_review(
        review, plan_key="area-plan", plan_kind="area-plan", fiscal_year=2024, version=1, actor=PLANNER
    )
    review.refresh_from_db()
    assert joins_of(review) == []
    plan = save_review(review, version=2, plan_revision=0, actor=PLANNER)
    assert (plan.key, plan.kind, plan.fiscal_year) == ("area-plan", "area-plan", 2024)


@pytest.mark.slow
def test_ten_thousand_nodes_are_opened_corrected_and_saved(ward: Ward) -> None:
    lines = ["令和5年度みなと区運営方針具体的取組内容", "", "基本方針 1 大きな方針"]
    for n in range(1, 41):
        lines += [f"経営課題 1-({n}) 課題その{n}", f"取組 1-({n})-① 取組その{n}"]
        for kana in "アイウエオ":
            lines.append(f"【1-({n})-①-{kana} 具体的な取組{n}{kana}】")
            lines += [f"- ◆{n}番めの地域の{kana}の組で、{m}回めの集まりを開く。" for m in range(40)]
    review = opened(ward, "\n".join(lines))
    assert len(outline_of(review).parts) > 8000
    part = review.tree["nodes"][500]["id"]
    correct_review(review, Correction("edit", part, {"title": "直した"}), version=1, actor=PLANNER)
    plan = save_review(review, version=2, plan_revision=0, actor=PLANNER)
    assert plan.nodes.count() > 8000
