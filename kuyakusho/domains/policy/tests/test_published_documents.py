"""The two documents as they were published: every initiative of the pack finds its place, without a doubt.

They are read where they lie; the product never contains them.
"""

from __future__ import annotations

import os

import pytest

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.packs.services import read as read_pack
from kuyakusho.domains.policy.models import Initiative, Join, Node, Plan
from kuyakusho.domains.policy.packs import applying
from kuyakusho.domains.policy.queries.content import content_of
from kuyakusho.domains.policy.rules.imported import coverage_of
from kuyakusho.domains.policy.rules.joining import alone
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.domains.policy.services.reviews import Upload, joins_of, open_review, outline_of
from kuyakusho.domains.policy.services.saving import save_review

from .factories import PACKS, PLANNER, SOURCES, ward_of_pack

DOCUMENTS = {"yokohama-nishi": "yokohama-nishi-fy2022.txt", "osaka-nishi": "osaka-nishi-fy2023.txt"}
HERE = [slug for slug, name in DOCUMENTS.items() if (SOURCES / name).exists()]


def test_the_documents_are_there_where_everything_is_checked() -> None:
    assert HERE or not os.environ.get("CI")


@pytest.mark.parametrize("slug", HERE)
def test_every_initiative_finds_its_place_and_our_tree_lives_on(db: None, slug: str) -> None:
    ward = ward_of_pack(slug)
    pack, faults = read_pack(PACKS / slug)
    assert faults == []
    applying.apply(ward, pack, Actor.system("pack"))
    plan = Plan.objects.get(ward=ward, key="policy")
    before = {node.pack_key: node.public_id for node in plan.nodes.all()}
    name = DOCUMENTS[slug]
    review = open_review(ward, Upload(name, (SOURCES / name).read_bytes()), actor=PLANNER)
    joins, outline = joins_of(review), outline_of(review)
    rows = list(Initiative.objects.filter(ward=ward, plan_key="policy").values_list("row", flat=True))
    assert {join.state for join in joins} == {"certain"}
    assert alone(outline, joins, rows).rows == ()
    assert alone(outline, joins, rows).nodes == ()
    assert coverage_of(review.document.text, outline, review.tree["about"]).share >= 0.95
    plan = save_review(review, version=1, plan_revision=plan.revision, actor=PLANNER)
    # Every address of our own tree leads somewhere in the official one.
    known = set(plan.nodes.values_list("public_id", flat=True))
    for former in plan.nodes.values_list("former_ids", flat=True):
        known.update(former)
    lost = {key for key, public_id in before.items() if public_id not in known}
    assert lost == set()
    assert set(Join.objects.filter(node__plan=plan).values_list("initiative__row", flat=True)) == set(rows)
    edition = publish(plan, stage="final", actor=PLANNER, revision=plan.revision)
    assert edition.number == 2
    assert content_of(plan, "final")["nodes"] == edition.content["nodes"]
    assert not Node.objects.filter(plan=plan).exclude(document__isnull=False).exists()
