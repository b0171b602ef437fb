"""The API keeps its word: the description in the repository is true, and no input makes it fall over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kuyakusho.site.api import described
from kuyakusho.site.wsgi import application

ROOT = Path(__file__).resolve().parents[2]


def test_the_description_in_the_repository_is_the_api() -> None:
    kept = json.loads((ROOT / "docs/api/openapi.json").read_text("utf-8"))
    assert json.loads(json.dumps(described())) == kept, "run scripts/api and read the difference"


def test_errors_are_problem_details(client: Client, db: None) -> None:
    for address, status in (
        ("/api/v1/nowhere", 404),
        ("/api/v1/nowhere/search", 422),
        ("/api/v1/a/b/c/d", 404),
    ):
        answer = client.get(address)
        assert answer.status_code == status, address
        assert answer["Content-Type"] == "application/problem+json", address
        body = answer.json()
        assert body["status"] == status
        assert body["type"].startswith("urn:kuyakusho:error:")
        assert body["title"]


schema = schemathesis.openapi.from_dict(json.loads(json.dumps(described())))
schema.app = application
# Which values count as acceptable differs: JSON Schema calls 5.0 an integer, strict typing does not.
LEFT_OUT = [positive_data_acceptance]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("both_wards")
@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_input_makes_the_api_fall_over(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=LEFT_OUT)
