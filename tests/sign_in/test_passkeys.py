"""Passkeys: made, used, and everything about them that must be refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kuyakusho.core.accounts.models import Passkey, SignIn, StaffMember
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .authenticator import PRESENT, Authenticator

PASSKEY, OPTIONS = "/nishi/sign-in/staff/passkey/", "/nishi/sign-in/staff/passkey/options.json"
CREATE, MAKE = "/nishi/security/passkey/options.json", "/nishi/security/passkey/"
SECURITY, PEOPLE = "/nishi/security/", "/nishi/desk/people/"


def enrol(browser: Client, key: Authenticator, **changes: Any) -> Any:
    options = browser.get(CREATE).json()
    return browser.post(MAKE, {"name": "職場のPC", "answer": key.create(options, **changes)})


def sign_in(browser: Client, key: Authenticator, **changes: Any) -> Any:
    options = browser.get(OPTIONS).json()
    return browser.post(PASSKEY, {"answer": key.prove(options, **changes)})


@pytest.fixture
def key(desk: Client) -> Authenticator:
    """The administrator's passkey."""
    made = Authenticator()
    assert enrol(desk, made).status_code in (200, 302)
    return made


def test_a_passkey_alone_opens_the_desk(client: Client, key: Authenticator) -> None:
    assert sign_in(client, key).status_code == 302
    assert client.get(PEOPLE).status_code == 200
    assert SignIn.objects.order_by("-id")[0].method == "passkey"
    assert Passkey.objects.get().used_at is not None


def test_the_question_asks_for_the_person_to_be_verified(client: Client, desk: Client, ward: Ward) -> None:
    asked = desk.get(CREATE).json()["publicKey"]
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["rp"]["id"] == "localhost"
    asked = client.get(OPTIONS).json()["publicKey"]
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")


def test_enrolling_the_first_factor_opens_the_desk_and_shows_recovery_codes(
    client: Client, administrator: StaffMember
) -> None:
    client.post("/nishi/sign-in/staff/", {"email": administrator.account.email, "password": making.PASSWORD})
    answer = enrol(client, Authenticator())
    assert len(answer.context["codes"]) == 10
    assert client.get(PEOPLE).status_code == 200


def test_a_passkey_is_the_second_factor_after_a_password(
    client: Client, administrator: StaffMember, key: Authenticator
) -> None:
    client.post("/nishi/sign-in/staff/", {"email": administrator.account.email, "password": making.PASSWORD})
    options = client.get(OPTIONS).json()
    assert len(options["publicKey"]["allowCredentials"]) == 1
    answer = client.post("/nishi/sign-in/staff/second/", {"answer": key.prove(options)})
    assert answer.status_code == 302
    assert client.get(PEOPLE).status_code == 200


def test_somebody_elses_passkey_is_no_second_factor(client: Client, ward: Ward, key: Authenticator) -> None:
    other = making.a_member(ward)
    making.an_app(other.account)
    client.post("/nishi/sign-in/staff/", {"email": other.account.email, "password": making.PASSWORD})
    options = client.get(OPTIONS).json()
    answer = client.post("/nishi/sign-in/staff/second/", {"answer": key.prove(options)})
    assert answer.status_code == 422
    assert client.get(PEOPLE).status_code == 302


def test_an_answer_is_taken_once(client: Client, key: Authenticator) -> None:
    answer = key.prove(client.get(OPTIONS).json())
    assert client.post(PASSKEY, {"answer": answer}).status_code == 302
    other = Client()
    other.get(OPTIONS)
    assert other.post(PASSKEY, {"answer": answer}).status_code == 422, "another question"
    again = Client()
    question = again.get(OPTIONS).json()
    assert again.post(PASSKEY, {"answer": "{}"}).status_code == 422
    assert again.post(PASSKEY, {"answer": key.prove(question)}).status_code == 422, "the question is gone"


def test_an_answer_after_five_minutes_is_refused(client: Client, key: Authenticator) -> None:
    answer = key.prove(client.get(OPTIONS).json())
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert client.post(PASSKEY, {"answer": answer}).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"origin": "https://localhost:8000"},
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"type": "webauthn.create"},
    ],
)
def test_answers_to_another_page_are_refused(
    client: Client, key: Authenticator, changes: dict[str, str]
) -> None:
    assert sign_in(client, key, **changes).status_code == 422


@pytest.mark.parametrize("change", ["rp", "unverified", "key", "unknown", "handle"])
def test_other_keys_are_refused(client: Client, key: Authenticator, change: str) -> None:
    if change == "rp":
        key.rp_id = "evil.example"
    elif change == "unverified":
        key.flags = PRESENT
    elif change == "key":
        key.key = Authenticator().key
    elif change == "unknown":
        key.credential_id = b"x" * 32
    else:
        key.user_handle = b"somebody-else"
    assert sign_in(client, key).status_code == 422
    assert client.get(PEOPLE).status_code == 302


@pytest.mark.parametrize("answer", ["", "{}", "[]", "nonsense", "null", '{"id": 1}', "x" * 30_000])
def test_rubbish_is_refused(client: Client, key: Authenticator, answer: str) -> None:
    client.get(OPTIONS)
    assert client.post(PASSKEY, {"answer": answer}).status_code == 422


def test_a_copied_key_whose_counter_does_not_grow_is_refused(client: Client, key: Authenticator) -> None:
    key.counter = 5
    assert sign_in(Client(), key).status_code == 302
    key.counter = 6
    assert sign_in(Client(), key).status_code == 302
    key.counter = 6
    assert sign_in(Client(), key).status_code == 422
    key.counter = 0
    assert sign_in(Client(), key).status_code == 422


def test_synced_passkeys_whose_counter_stays_at_zero_work(key: Authenticator) -> None:
    for _ in range(3):
        assert sign_in(Client(), key).status_code == 302


@pytest.mark.parametrize("change", ["origin", "unverified", "twice", "late"])
def test_what_is_not_kept(desk: Client, administrator: StaffMember, change: str) -> None:
    key = Authenticator()
    if change == "origin":
        answer = enrol(desk, key, origin="https://evil.example")
    elif change == "unverified":
        key.flags = PRESENT
        answer = enrol(desk, key)
    elif change == "twice":
        enrol(desk, key)
        answer = enrol(desk, key)
        assert Passkey.objects.count() == 1
        assert answer.status_code == 422
        return
    else:
        options = desk.get(CREATE).json()
        with clock.frozen(clock.now() + timedelta(minutes=6)):
            answer = desk.post(MAKE, {"name": "x", "answer": key.create(options)})
    assert answer.status_code == 422
    assert Passkey.objects.count() == 0


def test_a_passkey_that_was_removed_opens_nothing(client: Client, desk: Client, key: Authenticator) -> None:
    passkey = Passkey.objects.get()
    assert desk.get(f"/nishi/security/remove/{passkey.public_id}/").status_code == 200
    assert desk.post(f"/nishi/security/remove/{passkey.public_id}/").status_code == 302
    assert sign_in(client, key).status_code == 422


def test_somebody_elses_passkey_is_not_mine_to_remove(client: Client, ward: Ward, key: Authenticator) -> None:
    other = making.a_member(ward)
    making.sign_in(client, other, making.an_app(other.account))
    passkey = Passkey.objects.get()
    assert client.post(f"/nishi/security/remove/{passkey.public_id}/").status_code == 404
    assert Passkey.objects.count() == 1


def test_a_passkey_proves_again(desk: Client, key: Authenticator) -> None:
    with clock.frozen(clock.now() + timedelta(minutes=12)):
        assert desk.get(MAKE)["Location"].startswith("/nishi/sign-in/again/")
        options = desk.get("/nishi/sign-in/again/options.json").json()
        answer = desk.post("/nishi/sign-in/again/", {"answer": key.prove(options), "next": MAKE})
        assert answer["Location"] == MAKE
        assert desk.get(MAKE).status_code == 200


def test_a_question_for_signing_in_proves_nothing_else(desk: Client, key: Authenticator) -> None:
    answer = key.prove(desk.get(OPTIONS).json())
    assert desk.post("/nishi/sign-in/again/", {"answer": answer}).status_code == 422


def test_staff_of_another_ward_do_not_come_in(client: Client, key: Authenticator) -> None:
    making.a_ward("higashi")
    options = client.get("/higashi/sign-in/staff/passkey/options.json").json()
    answer = client.post("/higashi/sign-in/staff/passkey/", {"answer": key.prove(options)})
    assert answer.status_code == 422


def test_on_a_counter_pc_a_passkey_changes_the_person(
    desk: Client, ward: Ward, administrator: StaffMember, key: Authenticator
) -> None:
    desk.post("/nishi/security/counter-pc/", {"name": "窓口1"})
    clerk = making.a_member(ward)
    making.sign_in(desk, clerk, making.an_app(clerk.account))
    address = f"/nishi/switch/{administrator.public_id}/"
    options = desk.get(address + "options.json").json()
    assert desk.post(address, {"answer": key.prove(options)}).status_code == 302
    assert SignIn.objects.order_by("-id")[0].method == "counter_passkey"
    assert desk.get(PEOPLE).status_code == 200
