"""The packs find each of their initiatives in the published document, without a doubt and each in its own place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kuyakusho.core.packs import services
from kuyakusho.domains.policy import reading
from kuyakusho.domains.policy.rules import imported
from kuyakusho.domains.policy.rules.joining import Seeker, alone, propose

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT.parent / "shared" / "source"
DOCUMENTS = {"yokohama-nishi": "yokohama-nishi-fy2022.txt", "osaka-nishi": "osaka-nishi-fy2023.txt"}


@pytest.mark.parametrize("ward", DOCUMENTS)
def test_every_initiative_is_found_in_the_published_document(ward: str) -> None:
    path = SOURCES / DOCUMENTS[ward]
    if not path.exists():  # the documents lie beside the checkout where the project is built
        assert os.environ.get("CI") != "true"
        return
    source = reading.read_document(path.read_bytes(), path.name)
    numbers = iter(range(10_000))
    outline = imported.outline_of(
        reading.parse(source).to_json(), new_id=lambda: f"n{next(numbers)}", document="d"
    )
    initiatives = [
        entry.value for entry in services.read(ROOT / "packs" / ward)[0]["policy"].plans[0].initiatives
    ]
    seekers = [
        Seeker(one.row, one.title, [find.model_dump(exclude_defaults=True) for find in one.find])
        for one in initiatives
    ]
    joins = propose(outline, seekers)
    assert {join.row: (join.state, join.why) for join in joins if join.state != "certain"} == {}
    assert len(joins) == sum(len(one.find) for one in initiatives)
    left = alone(outline, joins, [one.row for one in initiatives])
    assert left.rows == ()
    assert [outline.parts[node].title for node in left.nodes] == []
