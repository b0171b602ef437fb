"""Correcting the working tree: same corrections as in a review, one planner at a time, always a way back."""

from __future__ import annotations

import pytest

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.errors import Conflict, Missing
from kuyakusho.domains.policy.models import Budget, Join, Node, Plan, SourceDocument
from kuyakusho.domains.policy.queries.outlines import outline_of
from kuyakusho.domains.policy.rules.corrections import Correction
from kuyakusho.domains.policy.services.joins import decide_join, join_by_hand
from kuyakusho.domains.policy.services.trees import correct_tree, undo_tree

from .factories import PLANNER, join, make_initiative, make_node, make_plan, make_ward


@pytest.fixture
def plan(db: None) -> Plan:
    ward = make_ward()
    plan = make_plan(ward, origin="pack")
    pillar = make_node(plan, "柱", kind="pillar", code="1")
    make_node(plan, "甲", pillar, text="甲の本文", owner=ward.sections.get(key="welfare"))
    second = make_node(plan, "乙", pillar, text="乙の本文")
    Budget.objects.create(node=second, fiscal_year=2022, kind="budget", amount_yen=100)
    make_node(plan, "丙", second)
    return plan


def fix(plan: Plan, action: str, named: str, **values: object) -> str:
    plan.refresh_from_db()
    node = plan.nodes.get(title=named)
    return correct_tree(
        plan, Correction(action, node.public_id, values), revision=plan.revision, actor=PLANNER
    )


def titles(plan: Plan) -> list[str]:
    outline = outline_of(plan)
    return ["　" * depth + outline.parts[id].title for id, depth in outline.walk()]


def test_words_are_changed_and_the_revision_grows(plan: Plan) -> None:
    fix(plan, "edit", "甲", title="甲の新題", owner="planning", sdgs=(11,))
    plan.refresh_from_db()
    node = plan.nodes.get(title="甲の新題")
    assert (node.owner.key, node.sdgs, plan.revision) == ("planning", [11], 2)
    line = AuditLine.objects.get(action="policy.tree.changed")
    assert (line.facts["correction"], line.facts["node"]) == ("edit", node.public_id)


def test_from_the_first_correction_on_the_tree_is_no_longer_the_packs(plan: Plan) -> None:
    fix(plan, "edit", "甲", title="甲の新題")
    plan.refresh_from_db()
    assert plan.origin == "hand"


def test_a_correction_that_changes_nothing_leaves_no_trace(plan: Plan) -> None:
    fix(plan, "edit", "甲", title="甲")
    plan.refresh_from_db()
    assert plan.revision == 1
    assert not AuditLine.objects.exists()


@pytest.mark.parametrize(
    ("action", "title", "values", "expected"),
    [
        ("up", "乙", {}, ["柱", "　乙", "　　丙", "　甲"]),
        ("down", "甲", {}, ["柱", "　乙", "　　丙", "　甲"]),
        ("indent", "乙", {}, ["柱", "　甲", "　　乙", "　　　丙"]),
        ("outdent", "丙", {}, ["柱", "　甲", "　乙", "　丙"]),
        ("merge", "乙", {}, ["柱", "　甲", "　　丙"]),
        ("remove", "乙", {}, ["柱", "　甲", "　丙"]),
        ("insert", "甲", {"kind": "measure", "title": "新"}, ["柱", "　甲", "　新", "　乙", "　　丙"]),
    ],
)
def test_every_correction_is_written_and_taken_back(
    plan: Plan, action: str, title: str, values: dict[str, str], expected: list[str]
) -> None:
    before = outline_of(plan).to_json()
    fix(plan, action, title, **values)
    assert titles(plan) == expected
    plan.refresh_from_db()
    undo_tree(plan, revision=plan.revision, actor=PLANNER)
    assert outline_of(plan).to_json() == before
    plan.refresh_from_db()
    with pytest.raises(Conflict):
        undo_tree(plan, revision=plan.revision, actor=PLANNER)


def test_moving_under_another_part(plan: Plan) -> None:
    fix(plan, "move", "丙", under=plan.nodes.get(title="甲").public_id)
    assert titles(plan) == ["柱", "　甲", "　　丙", "　乙"]


def test_splitting_cuts_the_span_of_the_document(plan: Plan) -> None:
    document = SourceDocument.objects.create(
        ward=plan.ward, filename="a.txt", media_type="text/plain", digest="0" * 64,
        text="・一つめの文。二つめの文。", uploaded_at="2022-04-01T00:00:00Z", uploaded_by="staff:x",
    )  # fmt: skip
    Node.objects.filter(title="甲").update(
        title="一つめの文", text="一つめの文。二つめの文。", spans=[[0, 13]], document=document, kind="item"
    )
    focus = fix(plan, "split", "一つめの文", at=6)
    second = plan.nodes.get(public_id=focus)
    assert (second.text, second.spans, second.document) == ("二つめの文。", [[7, 13]], document)


def test_merging_keeps_amounts_joins_and_the_address(plan: Plan) -> None:
    one, two = make_initiative(plan.ward, "Y1"), make_initiative(plan.ward, "Y2")
    first, second = plan.nodes.get(title="甲"), plan.nodes.get(title="乙")
    join(first, one)
    join(second, one)
    join(second, two)
    fix(plan, "merge", "乙")
    first.refresh_from_db()
    assert first.former_ids == [second.public_id]
    assert first.budgets.get().amount_yen == 100
    assert set(first.joins.values_list("initiative__row", flat=True)) == {"Y1", "Y2"}
    plan.refresh_from_db()
    undo_tree(plan, revision=plan.revision, actor=PLANNER)
    restored = plan.nodes.get(title="乙")
    assert restored.public_id == second.public_id
    assert set(restored.joins.values_list("initiative__row", flat=True)) == {"Y1", "Y2"}
    assert set(first.joins.values_list("initiative__row", flat=True)) == {"Y1"}


def test_undo_restores_what_follows_in_next_years_plan(plan: Plan) -> None:
    later = make_node(make_plan(plan.ward, 2023), "乙", previous=plan.nodes.get(title="乙"))
    fix(plan, "remove", "乙")
    later.refresh_from_db()
    assert later.previous is None
    plan.refresh_from_db()
    undo_tree(plan, revision=plan.revision, actor=PLANNER)
    later.refresh_from_db()
    assert later.previous == plan.nodes.get(title="乙")


def test_the_second_of_two_planners_is_told(plan: Plan) -> None:
    node = plan.nodes.get(title="甲").public_id
    correct_tree(plan, Correction("edit", node, {"title": "一人め"}), revision=1, actor=PLANNER)
    with pytest.raises(Conflict) as caught:
        correct_tree(plan, Correction("edit", node, {"title": "二人め"}), revision=1, actor=PLANNER)
    assert caught.value.code == "policy.tree-changed"
    assert plan.nodes.filter(title="一人め").exists()


def test_a_part_that_is_gone_is_missing(plan: Plan) -> None:
    with pytest.raises(Missing):
        correct_tree(plan, Correction("up", "nothere"), revision=1, actor=PLANNER)


def test_joins_by_hand_are_confirmed_and_rejected_ones_stay_rejected(plan: Plan) -> None:
    make_initiative(plan.ward, "Y1")
    node = plan.nodes.get(title="甲").public_id
    made = join_by_hand(plan, node, "Y1", revision=1, actor=PLANNER)
    assert (made.how, made.state, made.decided_by) == ("hand", "confirmed", "staff:planner")
    decide_join(plan, node, "Y1", state="rejected", revision=2, actor=PLANNER)
    assert Join.objects.get().state == "rejected"
    with pytest.raises(Conflict):
        decide_join(plan, node, "Y1", state="doubtful", revision=3, actor=PLANNER)
    again = join_by_hand(plan, node, "Y1", revision=3, actor=PLANNER)
    assert again.state == "confirmed"
    assert set(AuditLine.objects.values_list("action", flat=True)) == {
        "policy.join.confirmed",
        "policy.join.rejected",
    }


def test_an_initiative_of_another_ward_can_not_be_joined(plan: Plan) -> None:
    make_initiative(make_ward("other"), "X1")
    with pytest.raises(Missing):
        join_by_hand(plan, plan.nodes.get(title="甲").public_id, "X1", revision=1, actor=PLANNER)


def test_cost_does_not_grow_with_the_tree(plan: Plan, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    Node.objects.bulk_create(
        Node(plan=plan, kind="measure", title=f"項目{n}", order=n + 10) for n in range(500)
    )
    with django_assert_max_num_queries(26):
        fix(plan, "edit", "甲", title="甲の新題")
