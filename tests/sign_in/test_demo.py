"""Choosing a demo person, where there is a demo, and nowhere else."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from kuyakusho.core.accounts import backends, sessions
from kuyakusho.core.accounts.models import Resident, StaffMember
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.wards.models import Ward

DEMO = "/nishi/demo/"


@pytest.fixture
def invented(ward: Ward) -> StaffMember:
    return making.a_member(
        ward, "administrator", account=making.an_account(password=None, is_demo=True, name="見本　花子")
    )


@pytest.fixture
def invented_resident(ward: Ward) -> Resident:
    return making.a_resident(ward, is_demo=True, name="見本　太郎")


def test_one_chooses_a_member_of_staff(
    client: Client, settings: LazySettings, invented: StaffMember, invented_resident: Resident
) -> None:
    settings.DEMO = True
    page = client.get(DEMO).content.decode()
    assert "見本　花子" in page
    assert "見本　太郎" in page
    answer = client.post(DEMO, {"as": "staff", "person": invented.account.public_id})
    assert answer.status_code == 302
    page = client.get("/nishi/desk/people/")
    assert page.status_code == 200
    assert page.wsgi_request.demo_sign_in is True
    assert client.get("/nishi/me/").status_code == 302


def test_the_list_takes_as_many_queries_for_many_people(
    client: Client, settings: LazySettings, ward: Ward, django_assert_max_num_queries
) -> None:
    settings.DEMO = True
    for number in range(15):
        making.a_member(ward, account=making.an_account(password=None, is_demo=True, name=f"見本{number}"))
    with django_assert_max_num_queries(6):
        assert client.get(DEMO).content.decode().count("k-person__name") == 15


def test_one_chooses_a_resident(client: Client, settings: LazySettings, invented_resident: Resident) -> None:
    settings.DEMO = True
    client.post(DEMO, {"as": "resident", "person": invented_resident.account.public_id})
    assert "見本のサインイン：これは架空の人物です。" in client.get("/nishi/me/").content.decode()
    assert client.get("/nishi/desk/people/").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_demo_the_page_does_not_exist(client: Client, invented: StaffMember, method: str) -> None:
    answer = getattr(client, method)(DEMO, {"as": "staff", "person": invented.account.public_id})
    assert answer.status_code == 404


def test_genuine_people_are_not_for_choosing(client: Client, settings: LazySettings, ward: Ward) -> None:
    settings.DEMO = True
    genuine = making.a_member(ward, "administrator")
    assert genuine.account.name not in client.get(DEMO).content.decode()
    assert client.post(DEMO, {"as": "staff", "person": genuine.account.public_id}).status_code == 404


def test_rubbish_is_for_nobody(client: Client, settings: LazySettings, ward: Ward) -> None:
    settings.DEMO = True
    for person in ("", "\0", "x" * 500):
        assert client.post(DEMO, {"as": "staff", "person": person}).status_code == 404
    for path in ("desk/people/%00/", "switch/%00/", "security/remove/%00/", "sign-in/link/%00/"):
        assert client.get("/nishi/" + path).status_code in (302, 404, 422)


def test_people_of_another_ward_are_not_for_choosing(
    client: Client, settings: LazySettings, invented: StaffMember
) -> None:
    settings.DEMO = True
    making.a_ward("higashi")
    assert (
        client.post("/higashi/demo/", {"as": "staff", "person": invented.account.public_id}).status_code
        == 404
    )


def test_a_demo_session_ends_when_the_demo_ends(
    client: Client, settings: LazySettings, invented: StaffMember
) -> None:
    settings.DEMO = True
    client.post(DEMO, {"as": "staff", "person": invented.account.public_id})
    assert client.get("/nishi/desk/people/").status_code == 200
    settings.DEMO = False
    assert client.get("/nishi/desk/people/").status_code == 302


def test_outside_a_demo_no_way_leads_in(client: Client, rf, invented: StaffMember) -> None:
    invented.account.set_password(making.PASSWORD)
    invented.account.save()
    secret = making.an_app(invented.account)
    assert making.sign_in(client, invented, secret).status_code == 422
    client.force_login(invented.account)
    assert client.get("/nishi/desk/people/").status_code == 302
    with pytest.raises(ValueError, match="may not be signed in"):
        sessions.open_session(
            rf.get("/"), invented.account, audience=backends.STAFF, method="demo", ward=invented.ward
        )
    client.post("/nishi/sign-in/staff/forgotten/", {"email": invented.account.email})
    assert making.messages_to(invented.account.email) == []
