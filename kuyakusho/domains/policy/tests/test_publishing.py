"""Publication: frozen, numbered, hashed; forward through the stages; one at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import Budget, Evaluation, Initiative, Node, Plan
from kuyakusho.domains.policy.queries.content import content_of, number
from kuyakusho.domains.policy.rules.canonical import digest
from kuyakusho.domains.policy.rules.corrections import Correction
from kuyakusho.domains.policy.services.measures import attach
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.domains.policy.services.trees import correct_tree
from kuyakusho.engines.indicators import public as indicators

from .factories import PLANNER, join, make_initiative, make_node, make_plan, make_ward


@pytest.fixture
def plan(db: None) -> Plan:
    ward = make_ward()
    plan = make_plan(ward)
    pillar = make_node(plan, "柱", kind="pillar", code="1")
    node = make_node(plan, "見守り", pillar, owner=ward.sections.get(key="welfare"))
    initiative = make_initiative(ward, "Y1", owner="welfare")
    Budget.objects.create(initiative=initiative, fiscal_year=2022, kind="budget", amount_yen=5_000)
    join(node, initiative)
    join(pillar, make_initiative(ward, "Y2"), state="doubtful")
    indicators.define(
        ward,
        indicators.Spec(
            "walks", "見守りの回数", "回", "typed", goals={2022: indicators.Goal(Decimal("120.5"))}
        ),
        actor=PLANNER,
    )
    attach(initiative, "walks", weight=Decimal("2.5"), actor=PLANNER)
    plan.refresh_from_db()
    return plan


def test_an_edition_holds_everything_as_it_was(plan: Plan) -> None:
    edition = publish(plan, stage="draft", note="区会議に出した版", actor=PLANNER, revision=plan.revision)
    assert (edition.number, edition.stage, edition.published_by) == (1, "draft", "staff:planner")
    content = edition.content
    assert [n["title"] for n in content["nodes"]] == ["柱", "見守り"]
    assert content["nodes"][1]["initiatives"] == ["Y1"]
    assert content["plan"]["fiscal_year"] == {
        "label": "令和4年度", "era": "令和", "era_year": 4, "western": 2022,
    }  # fmt: skip
    assert content["initiatives"]["Y1"]["budgets"][0]["amount_yen"] == 5000
    assert content["initiatives"]["Y1"]["indicators"] == [{"key": "walks", "weight": "2.5"}]
    assert content["indicators"]["walks"]["targets"]["2022"]["value"] == "120.5"
    assert set(content["sections"]) == {"welfare"}
    assert edition.digest == digest(content)


def test_a_doubtful_join_is_not_published(plan: Plan) -> None:
    content = content_of(plan, "final")
    assert "initiatives" not in content["nodes"][0]
    assert set(content["initiatives"]) == {"Y1"}


def test_only_approved_evaluations_are_published(plan: Plan) -> None:
    initiative = Initiative.objects.get(row="Y1")
    values = {
        "plan": plan, "initiative": initiative, "section": initiative.owner, "grade": "A", "text": "できた",
        "changed_at": clock.now(),
    }  # fmt: skip
    Evaluation.objects.create(phase="midyear", state="submitted", **values)
    assert content_of(plan, "midyear")["initiatives"]["Y1"]["evaluations"] == []
    Evaluation.objects.update(state="approved", approved_at=clock.now())
    [evaluation] = content_of(plan, "midyear")["initiatives"]["Y1"]["evaluations"]
    assert (evaluation["phase"], evaluation["grade"], evaluation["section"]) == ("midyear", "A", "welfare")


def test_what_is_published_never_changes_whatever_becomes_of_the_tree(plan: Plan) -> None:
    edition = publish(plan, stage="final", actor=PLANNER)
    before = dict(edition.content)
    plan.refresh_from_db()
    node = plan.nodes.get(title="見守り")
    correct_tree(
        plan, Correction("edit", node.public_id, {"title": "変えた"}), revision=plan.revision, actor=PLANNER
    )
    correct_tree(plan, Correction("remove", node.public_id), revision=plan.revision + 1, actor=PLANNER)
    edition.refresh_from_db()
    assert edition.content == before
    assert edition.digest == digest(edition.content)
    plan.refresh_from_db()
    assert plan.revision > edition.plan_revision


def test_the_same_content_gives_the_same_digest_whenever_it_is_asked(plan: Plan) -> None:
    with clock.frozen(datetime(2022, 5, 1, tzinfo=UTC)):
        one = digest(content_of(plan, "final"))
    with clock.frozen(datetime(2022, 5, 2, tzinfo=UTC)):
        assert digest(content_of(plan, "final")) == one


def test_publishing_again_without_a_change_is_a_conflict(plan: Plan) -> None:
    publish(plan, stage="final", actor=PLANNER)
    with pytest.raises(Conflict) as caught:
        publish(plan, stage="final", actor=PLANNER)
    assert caught.value.code == "policy.nothing-new"
    assert publish(plan, stage="midyear", actor=PLANNER).number == 2


def test_stages_never_go_back(plan: Plan) -> None:
    publish(plan, stage="midyear", actor=PLANNER)
    with pytest.raises(Conflict) as caught:
        publish(plan, stage="final", actor=PLANNER)
    assert caught.value.code == "policy.stage-back"


def test_a_tree_that_changed_since_it_was_seen_is_not_published(plan: Plan) -> None:
    seen = plan.revision
    node = plan.nodes.get(title="見守り")
    correct_tree(plan, Correction("edit", node.public_id, {"title": "変えた"}), revision=seen, actor=PLANNER)
    with pytest.raises(Conflict) as caught:
        publish(plan, stage="final", actor=PLANNER, revision=seen)
    assert caught.value.code == "policy.tree-changed"
    assert not plan.editions.exists()


def test_an_empty_plan_and_an_unknown_stage_are_refused(plan: Plan) -> None:
    with pytest.raises(Invalid):
        publish(make_plan(plan.ward, 2023), stage="final", actor=PLANNER)
    with pytest.raises(Invalid):
        publish(plan, stage="rumour", actor=PLANNER)


def test_publication_touches_the_ward_and_leaves_an_audit_line(plan: Plan) -> None:
    before = Ward.objects.get(pk=plan.ward_id).revision
    edition = publish(plan, stage="final", actor=PLANNER)
    assert Ward.objects.get(pk=plan.ward_id).revision > before
    line = AuditLine.objects.get(action="policy.edition.published")
    assert line.target == f"policy.edition:{edition.public_id}"
    assert line.facts["digest"] == edition.digest


def test_attaching_an_indicator_makes_an_unpublished_change(plan: Plan) -> None:
    edition = publish(plan, stage="final", actor=Actor.system("pack"))
    indicators.define(plan.ward, indicators.Spec("talks", "集まり", "回", "typed"), actor=PLANNER)
    attach(Initiative.objects.get(row="Y1"), "talks", actor=PLANNER)
    plan.refresh_from_db()
    assert plan.revision > edition.plan_revision


@pytest.mark.parametrize(
    ("value", "text"),
    [("97.5000", "97.5"), ("100.0000", "100"), ("0.0000", "0"), ("-3.2500", "-3.25"), ("1E+3", "1000")],
)
def test_numbers_are_written_without_needless_zeros(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


def test_the_number_of_statements_does_not_grow_with_the_tree(plan: Plan, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    assert plan.ward.slug
    with CaptureQueriesContext(connection) as small:
        content_of(plan, "final")
    Node.objects.bulk_create(
        Node(plan=plan, kind="measure", title=f"項目{n}", order=n + 10) for n in range(500)
    )
    with django_assert_num_queries(len(small)):
        assert len(content_of(plan, "final")["nodes"]) == 502
