"""The API keeps its word: the description in the repository is true, and no input makes it fall over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kuyakusho.core.http import limits
from kuyakusho.site.api import described
from kuyakusho.site.wsgi import application

from .data import NAMES

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


def described_with(names: dict[str, str]) -> dict[str, Any]:
    """The description, with the names of `names` as the only ones that a parameter of that name may have."""
    description = json.loads(json.dumps(described()))
    for operations in description["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in names:
                    parameter["schema"] = {"type": "string", "enum": [names[parameter["name"]]]}
    return description


# Which values count as acceptable differs: JSON Schema calls 5.0 an integer, strict typing does not; and that a
# period ends after it begins, or an indicator is not counted by a service, no schema can say.
LEFT_OUT = [positive_data_acceptance]
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

schema = schemathesis.openapi.from_dict(described_with({}))
schema.app = application


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("both_wards")
@schema.parametrize()
@EXAMPLES
def test_no_input_makes_the_api_fall_over(case: schemathesis.Case) -> None:
    limits.forget()
    case.call_and_validate(excluded_checks=LEFT_OUT)


what_is_there = schemathesis.openapi.from_dict(described_with(NAMES))
what_is_there.app = application


@pytest.mark.django_db(transaction=True)
@what_is_there.parametrize()
@EXAMPLES
def test_no_input_makes_what_is_there_fall_over(case: schemathesis.Case, api_key: str) -> None:
    """The same in a ward that has something of everything, by a system with a key."""
    limits.forget()
    case.call_and_validate(headers={"Authorization": f"Bearer {api_key}"}, excluded_checks=LEFT_OUT)
