"""The administrators' pages, as a browser without JavaScript sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from kuyakusho.core.accounts.tests.making import a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.http import limits
from kuyakusho.core.keys import queries
from kuyakusho.core.keys.models import ApiKey
from kuyakusho.core.wards import directory

from .making import a_key, administrator

pytestmark = pytest.mark.django_db
FILLED = {
    "name": "健診システム",
    "scopes": ["indicators:write"],
    "expires_on": "2027-03-31",
    "idempotency_key": "1",
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    limits.forget()
    directory.forget()
    with clock.frozen(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)):
        yield


def test_a_key_is_made_and_shown_once() -> None:
    ward, client = a_ward(), administrator()
    form = client.get("/nishi/desk/keys/new/").content.decode()
    assert 'value="2027-11-22"' in form
    assert "指標の値を送る" in form
    answer = client.post("/nishi/desk/keys/new/", FILLED)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    [text] = set(re.findall(r"kuyakusho_[a-z2-9]{8}_[a-z2-9]{32}", answer.content.decode()))
    key = queries.recognised(text, ward.slug)
    assert key is not None
    assert key.created_by.startswith("staff:")
    page = client.get("/nishi/desk/keys/").content.decode()
    assert key.prefix in page
    assert text not in page
    assert "令和9年3月31日" in page

    again = client.post("/nishi/desk/keys/new/", FILLED)
    assert again.status_code == 422
    assert "もうAPIキーを作りました" in again.content.decode()
    assert ApiKey.objects.count() == 1


def test_mistakes_stand_beside_their_fields() -> None:
    client = administrator()
    answer = client.post("/nishi/desk/keys/new/", {"name": "", "expires_on": "2026-11-21"})
    assert answer.status_code == 422
    answer = client.post("/nishi/desk/keys/new/", {**FILLED, "expires_on": "令和8年11月21日"})
    assert answer.status_code == 422
    assert "今日から2年以内" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_after_a_question() -> None:
    ward, client = a_ward(), administrator()
    key, text = a_key(ward)
    address = f"/nishi/desk/keys/{key.public_id}/revoke/"
    asked = client.get(address).content.decode()
    assert key.prefix in asked
    assert queries.recognised(text, ward.slug) == key
    answer = client.post(address, follow=True)
    assert "止めました" in answer.content.decode()
    assert queries.recognised(text, ward.slug) is None
    assert "もう止まっています" in client.post(address, follow=True).content.decode()


def test_an_empty_list_shows_the_way_on_and_a_training_ward_says_what_it_is() -> None:
    assert "使えるAPIキーはありません" in administrator().get("/nishi/desk/keys/").content.decode()
    practice = a_ward("practice", training_of=a_ward())
    assert "どこにもつながりません" in administrator(practice).get("/practice/desk/keys/").content.decode()


@pytest.mark.parametrize("role", ["clerk", "chief", "planner", "auditor"])
def test_for_everybody_else_there_are_no_keys(role: str) -> None:
    key, _ = a_key(a_ward())
    client = administrator(None, role)
    for address in ("", "new/", f"{key.public_id}/revoke/"):
        assert client.get(f"/nishi/desk/keys/{address}").status_code == 404
        assert Client().get(f"/nishi/desk/keys/{address}").status_code == 302
    assert client.post(f"/nishi/desk/keys/{key.public_id}/revoke/").status_code == 404


def test_the_keys_of_another_ward_are_not_there() -> None:
    key, _ = a_key(a_ward("another"))
    client = administrator(a_ward())
    assert key.prefix not in client.get("/nishi/desk/keys/").content.decode()
    assert client.post(f"/nishi/desk/keys/{key.public_id}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_a_ward_does_not_make_keys_without_end() -> None:
    client = administrator()
    for number in range(30):
        client.post("/nishi/desk/keys/new/", {**FILLED, "idempotency_key": str(number)})
    assert client.post("/nishi/desk/keys/new/", {**FILLED, "idempotency_key": "31"}).status_code == 429
