"""Several planners at the same moment: one wins, the others are told, nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from kuyakusho.core.errors import KuyakushoError
from kuyakusho.domains.policy.models import Edition, ImportReview, Initiative, Plan
from kuyakusho.domains.policy.queries.outlines import outline_of
from kuyakusho.domains.policy.rules.corrections import Correction
from kuyakusho.domains.policy.services.initiatives import NewInitiative, begin, split
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.domains.policy.services.reviews import Upload, correct_review, open_review
from kuyakusho.domains.policy.services.saving import save_review
from kuyakusho.domains.policy.services.trees import correct_tree
from kuyakusho.domains.policy.services.years import prepare_year

from .documents import OSAKA
from .factories import PLANNER, make_initiative, make_node, make_plan, make_ward

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 4


def race(deed: Callable[[int], Any]) -> tuple[list[Any], list[KuyakushoError]]:
    """Runs the deed in several threads at once; what came back, and what was refused."""
    gate = threading.Barrier(RACERS)
    done: list[Any] = []
    refused: list[KuyakushoError] = []
    other: list[BaseException] = []

    def run(number: int) -> None:
        try:
            gate.wait()
            done.append(deed(number))
        except KuyakushoError as error:
            refused.append(error)
        except BaseException as error:
            other.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other == []
    return done, refused


@pytest.fixture
def plan() -> Plan:
    plan = make_plan(make_ward())
    make_node(plan, "柱", kind="pillar")
    make_node(plan, "取組")
    return plan


def test_one_correction_of_a_revision_wins(plan: Plan) -> None:
    node = plan.nodes.get(title="取組").public_id
    done, refused = race(
        lambda n: correct_tree(
            plan, Correction("edit", node, {"title": f"直し{n}"}), revision=1, actor=PLANNER
        )
    )
    assert len(done) == 1
    assert {error.code for error in refused} == {"policy.tree-changed"}
    plan.refresh_from_db()
    assert plan.revision == 2
    outline_of(plan).check()


def test_one_correction_of_a_review_wins() -> None:
    review = open_review(make_ward(), Upload("方針.txt", OSAKA.encode()), actor=PLANNER)
    part = review.tree["nodes"][3]["id"]
    done, refused = race(
        lambda n: correct_review(
            review, Correction("edit", part, {"title": f"直し{n}"}), version=1, actor=PLANNER
        )
    )
    assert len(done) == 1
    assert {error.code for error in refused} == {"policy.review-changed"}


def test_a_review_is_saved_once() -> None:
    review = open_review(make_ward(), Upload("方針.txt", OSAKA.encode()), actor=PLANNER)
    done, refused = race(lambda _n: save_review(review, version=1, plan_revision=0, actor=PLANNER))
    assert len(done) == 1
    assert {error.code for error in refused} <= {"policy.review-closed", "policy.review-changed"}
    plan = Plan.objects.get()
    assert plan.nodes.count() == len(review.tree["nodes"])


def test_two_imports_of_one_plan_do_not_mix() -> None:
    ward = make_ward()
    reviews = [open_review(ward, Upload("方針.txt", OSAKA.encode()), actor=PLANNER) for _n in range(RACERS)]
    done, refused = race(lambda n: save_review(reviews[n], version=1, plan_revision=0, actor=PLANNER))
    assert len(done) >= 1
    assert {error.code for error in refused} <= {"policy.tree-changed"}
    plan = Plan.objects.get()
    assert plan.nodes.count() == len(reviews[0].tree["nodes"])
    outline_of(plan).check()
    assert ImportReview.objects.filter(state="saved").count() == len(done)


def test_the_same_publication_at_once_is_one_edition(plan: Plan) -> None:
    done, refused = race(lambda _n: publish(plan, stage="final", actor=PLANNER))
    assert len(done) == 1
    assert {error.code for error in refused} == {"policy.nothing-new"}


def test_numbers_of_editions_are_unique_and_without_gaps(plan: Plan) -> None:
    stages = ("draft", "proposal", "final", "midyear")
    done, refused = race(lambda n: publish(plan, stage=stages[n], actor=PLANNER))
    assert sorted(Edition.objects.values_list("number", flat=True)) == list(range(1, len(done) + 1))
    assert {error.code for error in refused} <= {"policy.stage-back"}


def test_a_row_is_given_once() -> None:
    ward = make_ward()
    done, refused = race(
        lambda _n: begin(
            ward, NewInitiative("Y1", "題", "planning"), plan_key="policy", year=2023, actor=PLANNER
        )
    )
    assert len(done) == 1
    assert {error.code for error in refused} == {"policy.row-taken"}


def test_an_initiative_is_split_once() -> None:
    one = make_initiative(make_ward(), "Y1")

    def deed(number: int) -> None:
        news = [NewInitiative(f"Y1.{number}{part}", "題", "planning") for part in "ab"]
        split(one, news, year=2023, actor=PLANNER)

    done, refused = race(deed)
    assert len(done) == 1
    assert {error.code for error in refused} == {"policy.initiative-ended"}
    assert Initiative.objects.count() == 3


def test_a_year_is_prepared_once(plan: Plan) -> None:
    done, refused = race(lambda _n: prepare_year(plan.ward, 2023, actor=PLANNER))
    assert refused == []
    assert sum(len(prepared.plans) for prepared in done) == 1
    assert Plan.objects.filter(fiscal_year=2023).count() == 1
