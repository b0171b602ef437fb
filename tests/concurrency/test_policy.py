"""Races around a plan: publication, corrections, imports, evaluations, the new year."""

from __future__ import annotations

from collections import Counter

import pytest

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.evaluation import services as evaluation
from kuyakusho.domains.policy.evaluation.services import Draft
from kuyakusho.domains.policy.evaluation.tests.making import Office
from kuyakusho.domains.policy.models import Edition, Evaluation, ImportReview, Node, Plan
from kuyakusho.domains.policy.services.reviews import Upload, joins_of, open_review
from kuyakusho.domains.policy.tests.documents import OSAKA, OSAKA_NEXT
from kuyakusho.domains.policy.tests.factories import PLANNER, make_initiative, make_node, make_plan, make_ward

from . import deeds
from .racing import Race, Refusal

CHANGED = Refusal("policy.tree-changed", 409, told=True)


def a_plan(ward: Ward | None = None) -> Plan:
    plan = make_plan(ward or make_ward())
    pillar = make_node(plan, "柱", kind="pillar", code="1")
    for number in range(4):
        make_node(plan, f"取組{number}", pillar)
    plan.refresh_from_db()
    return plan


def refusals(answers: list) -> Counter[str]:
    return Counter(one.code for one in answers if isinstance(one, Refusal))


def whole(answers: list) -> list:
    """The answers that are none of a refusal; every refusal must have told the person something."""
    assert all(one.told for one in answers if isinstance(one, Refusal))
    return [one for one in answers if not isinstance(one, Refusal)]


# Publication


def test_the_same_plan_is_published_once(race: Race) -> None:
    plan = a_plan()
    order = {"plan": plan.pk, "stage": "draft", "revision": plan.revision}
    answers = race(deeds.publish, [{**order, "who": str(n)} for n in range(4)])
    assert whole(answers) == [1]
    assert refusals(answers) == {"policy.nothing-new": 3}
    assert Edition.objects.count() == 1
    assert AuditLine.objects.filter(action="policy.edition.published").count() == 1


def test_numbers_of_editions_are_unique_whoever_publishes_what(race: Race) -> None:
    plan = a_plan()
    for turn in range(3):
        node = plan.nodes.get(title__startswith="取組0").public_id
        deeds.correct(plan.pk, node, f"取組0 {turn}", Plan.objects.get(pk=plan.pk).revision, "x")
        race(
            deeds.publish,
            [
                {"plan": plan.pk, "stage": stage, "revision": None, "who": stage}
                for stage in ("draft", "draft", "proposal", "final")
            ],
        )
    editions = list(Edition.objects.order_by("number"))
    assert [e.number for e in editions] == list(range(1, len(editions) + 1))
    stages = [("draft", "proposal", "final").index(e.stage) for e in editions]
    assert stages == sorted(stages), "never back to an earlier stage"
    assert len({e.digest for e in editions}) == len(editions)


def test_two_wards_publish_at_once_and_neither_waits_for_a_refusal(race: Race) -> None:
    plans = [a_plan(), a_plan(make_ward("kita"))]
    answers = race(
        deeds.publish,
        [{"plan": p.pk, "stage": "draft", "revision": p.revision, "who": "a"} for p in plans * 2],
    )
    assert whole(answers) == [1, 1]


def test_what_is_published_is_the_tree_before_or_after_a_correction_and_never_half(race: Race) -> None:
    plan = a_plan()
    node = plan.nodes.get(title="取組0").public_id
    for turn in range(4):
        revision = Plan.objects.get(pk=plan.pk).revision
        race(
            deeds.publish_or_correct,
            [
                {"plan": plan.pk, "node": "", "title": "", "revision": None},
                {"plan": plan.pk, "node": node, "title": f"取組0 {turn}", "revision": revision},
            ],
        )
    seen = [
        next(n["title"] for n in e.content["nodes"] if n["id"] == node)
        for e in Edition.objects.order_by("number")
    ]
    assert seen == sorted(seen)
    for edition in Edition.objects.all():
        assert len(edition.content["nodes"]) == 5


# Corrections


def test_of_those_who_saw_the_same_tree_one_corrects_it(race: Race) -> None:
    plan = a_plan()
    node = plan.nodes.get(title="取組0").public_id
    answers = race(
        deeds.correct,
        [
            {"plan": plan.pk, "node": node, "title": f"案{n}", "revision": plan.revision, "who": str(n)}
            for n in range(6)
        ],
    )
    assert len(whole(answers)) == 1
    assert answers.count(CHANGED) == 5
    winner = next(n for n, one in enumerate(answers) if not isinstance(one, Refusal))
    assert Node.objects.get(public_id=node).title == f"案{winner}"
    assert Plan.objects.get(pk=plan.pk).revision == plan.revision + 1


def test_different_parts_too_are_corrected_one_after_the_other(race: Race) -> None:
    plan = a_plan()
    nodes = list(plan.nodes.filter(title__startswith="取組").values_list("public_id", flat=True))
    late = race(
        deeds.correct_until_done,
        [
            {"plan": plan.pk, "node": nodes[n % 2], "who": who, "times": 4}
            for n, who in enumerate(("a", "b", "c", "d"))
        ],
    )
    assert all(isinstance(one, int) for one in late)
    after = Plan.objects.get(pk=plan.pk)
    assert after.revision == plan.revision + 16
    marks = " ".join(plan.nodes.values_list("title", flat=True)).split()
    assert {f"{who}{turn}" for who in "abcd" for turn in range(4)} <= set(marks), "nobody's words are lost"


def test_one_takes_the_last_correction_back(race: Race) -> None:
    plan = a_plan()
    node = plan.nodes.get(title="取組0").public_id
    deeds.correct(plan.pk, node, "案", plan.revision, "x")
    revision = Plan.objects.get(pk=plan.pk).revision
    answers = race(deeds.undo, [{"plan": plan.pk, "revision": revision, "who": str(n)} for n in range(4)])
    assert answers.count(None) == 1
    assert answers.count(CHANGED) == 3
    assert Node.objects.get(public_id=node).title == "取組0"


# Imports


@pytest.fixture
def ward(transactional_db: None) -> Ward:
    ward = make_ward(style="osaka")
    make_initiative(ward, "O1", find=[{"code": "1-(1)-①-ア", "bullet": 1}], find_year=2023, first_year=2023)
    return ward


def opened(ward: Ward, text: str = OSAKA, year: int | None = None) -> ImportReview:
    return open_review(ward, Upload("方針.txt", text.encode(), fiscal_year=year), actor=PLANNER)


def test_two_planners_save_the_same_review(race: Race, ward: Ward) -> None:
    review = opened(ward)
    order = {"review": review.pk, "version": review.version, "plan_revision": 0}
    answers = race(deeds.save, [{**order, "who": str(n)} for n in range(4)])
    assert len(whole(answers)) == 1
    assert refusals(answers) == {"policy.review-closed": 3}
    assert Plan.objects.count() == 1
    assert AuditLine.objects.filter(action="policy.import.saved").count() == 1
    nodes = Node.objects.values_list("public_id", flat=True)
    assert len(nodes) == len(set(nodes)) == len(review.tree["nodes"])


def test_two_reviews_become_a_plan_that_was_not_there(race: Race, ward: Ward) -> None:
    reviews = [opened(ward), opened(ward, OSAKA_NEXT, 2023)]
    answers = race(
        deeds.save,
        [{"review": r.pk, "version": r.version, "plan_revision": 0, "who": "a"} for r in reviews],
    )
    assert len(whole(answers)) == 1
    assert refusals(answers) == {"policy.tree-changed": 1}, (
        "the second planner is told of the first one's tree"
    )
    winner = reviews[next(n for n, one in enumerate(answers) if not isinstance(one, Refusal))]
    assert Node.objects.count() == len(winner.tree["nodes"])


def test_a_review_is_saved_or_put_aside(race: Race, ward: Ward) -> None:
    for year in (2023, 2024, 2025):
        review = opened(ward, OSAKA, year)
        answers = race(
            deeds.save_or_abandon,
            [{"review": review.pk, "version": review.version, "saving": saving} for saving in (True, False)],
        )
        assert refusals(answers) == {"policy.review-closed": 1}
        review.refresh_from_db()
        assert (review.state == "saved") == Plan.objects.filter(fiscal_year=year).exists()


def test_two_decide_about_one_join(race: Race, ward: Ward) -> None:
    review = opened(ward)
    [join] = joins_of(review)
    answers = race(
        deeds.decide,
        [
            {
                "review": review.pk, "node": join.node, "row": join.row, "state": state,
                "version": review.version, "who": "a",
            }
            for state in ("confirmed", "rejected")
        ],
    )  # fmt: skip
    assert answers.count(None) == 1
    assert refusals(answers) == {"policy.review-changed": 1}
    review.refresh_from_db()
    assert joins_of(review)[0].state == ("confirmed", "rejected")[answers.index(None)]


# Evaluations


@pytest.fixture
def office(transactional_db: None) -> Office:
    return Office()


def submitted(office: Office) -> tuple[str, int]:
    """The initiative's public id, and the version that the chief sees."""
    initiative, clerk = office.initiative(), office.person("clerk")
    grade = office.work(clerk, initiative).form.lists("midyear")[0].of_year(2022)[0].code
    done = evaluation.submit(
        office.work(clerk, initiative), Draft(grade=grade, text="できた"), version=0, actor=clerk.actor
    )
    return initiative.public_id, done.version


def test_an_evaluation_is_approved_once(race: Race, office: Office) -> None:
    initiative, version = submitted(office)
    chiefs = [office.person("chief") for _ in range(4)]
    revision = Ward.objects.get(pk=office.ward.pk).revision
    answers = race(
        deeds.evaluate,
        [
            {
                "ward": office.ward.pk, "account": chief.member.account_id, "initiative": initiative,
                "action": "approve", "version": version,
            }
            for chief in chiefs
        ],
    )  # fmt: skip
    assert whole(answers) == [version + 1]
    assert set(refusals(answers)) <= {"already_approved", "changed_meanwhile"}
    assert AuditLine.objects.filter(action="policy.evaluation.approved").count() == 1
    assert Ward.objects.get(pk=office.ward.pk).revision == revision + 1
    facts = Entry.objects.filter(topic="policy.evaluation.approved")
    assert len(set(facts.values_list("name", flat=True))) == facts.count(), "told once"


def test_an_evaluation_is_approved_or_sent_back(race: Race, office: Office) -> None:
    initiative, version = submitted(office)
    chiefs = [office.person("chief") for _ in range(4)]
    answers = race(
        deeds.evaluate,
        [
            {
                "ward": office.ward.pk, "account": chief.member.account_id, "initiative": initiative,
                "action": action, "version": version,
            }
            for chief, action in zip(chiefs, ("approve", "return") * 2, strict=True)
        ],
    )  # fmt: skip
    assert len(whole(answers)) == 1
    done = Evaluation.objects.get()
    assert done.state == (
        "approved" if isinstance(answers[0], int) or isinstance(answers[2], int) else "returned"
    )
    assert bool(done.approved_by) == (done.state == "approved")


# The new year


def test_a_year_is_prepared_once(race: Race) -> None:
    plan = a_plan()
    answers = race(deeds.prepare, [{"ward": plan.ward_id, "year": 2023, "who": str(n)} for n in range(4)])
    assert sorted(answers) == [0, 0, 0, 1]
    copy = Plan.objects.get(fiscal_year=2023)
    assert copy.nodes.count() == plan.nodes.count()
