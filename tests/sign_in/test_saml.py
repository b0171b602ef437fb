"""The city's SAML directory: signed, for us, fresh, once, and to the browser that asked."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from lxml import etree

from kuyakusho.core.accounts.models import IdentityLink, IdentityProvider, SignIn, StaffMember
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .saml_directory import ISSUER, SIGN_IN, SamlDirectory

BASE = "/nishi/sign-in/with/saml-city/"
PEOPLE = "/nishi/desk/people/"


@pytest.fixture(scope="module")
def directory() -> SamlDirectory:
    return SamlDirectory()


@pytest.fixture
def provider(ward: Ward, directory: SamlDirectory) -> IdentityProvider:
    return IdentityProvider.objects.create(
        key="saml-city",
        kind="saml",
        audience="staff",
        name="市の職員認証",
        issuer=ISSUER,
        trusts_email=True,
        saml_sign_in_address=SIGN_IN,
        saml_certificates=[directory.certificate],
    )


@pytest.fixture
def clerk(ward: Ward, provider: IdentityProvider) -> StaffMember:
    return making.a_member(
        ward, "administrator", account=making.an_account("hana@ward.example.jp", password=None)
    )


def ask(browser: Client, query: str = "") -> dict[str, str]:
    away = browser.get(BASE + query)
    assert away["Location"].startswith(SIGN_IN + "?")
    return SamlDirectory.question(away["Location"])


def post(answer: str) -> Any:
    """What the directory's page does: a POST from another site, without our cookies."""
    return Client(enforce_csrf_checks=True).post(BASE + "acs/", {"SAMLResponse": answer})


def finish(browser: Client, posted: Any) -> Any:
    assert posted.status_code == 303, posted.content.decode()
    return browser.get(posted["Location"])


def test_a_signed_answer_opens_the_desk(client: Client, clerk: StaffMember, directory: SamlDirectory) -> None:
    question = ask(client, f"?next={PEOPLE}")
    assert urlsplit(question["acs"]).path == BASE + "acs/"
    answer = finish(client, post(directory.answer(question, email="Hana@ward.example.jp")))
    assert answer["Location"] == PEOPLE
    assert client.get(PEOPLE).status_code == 200
    assert IdentityLink.objects.get().subject == "s-17"


def test_the_second_time_the_name_id_counts(
    client: Client, clerk: StaffMember, directory: SamlDirectory
) -> None:
    finish(client, post(directory.answer(ask(client), email="hana@ward.example.jp")))
    other = Client()
    finish(other, post(directory.answer(ask(other), email="renamed@ward.example.jp")))
    assert other.get(PEOPLE).status_code == 200


def test_nobody_is_made(client: Client, clerk: StaffMember, directory: SamlDirectory) -> None:
    answer = finish(client, post(directory.answer(ask(client), email="nobody@ward.example.jp")))
    assert answer.status_code == 403
    assert SignIn.objects.count() == 0


def stranger() -> tuple[str, str]:
    other = SamlDirectory()
    return other.key, other.certificate


def swap_subject(assertion: str) -> str:
    assert "s-17" in assertion
    return assertion.replace("s-17", "s-18")


def wrap(assertion: str) -> str:
    """Signature wrapping: the signed assertion hidden beside a forged one that stands first."""
    root = etree.fromstring(assertion)
    forged = etree.fromstring(assertion)
    for signature in forged.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        forged.remove(signature)
    forged.set("ID", "_forged")
    forged.find(".//{*}NameID").text = "s-18"
    return etree.tostring(forged).decode() + etree.tostring(root).decode()


@pytest.mark.parametrize(
    "lie",
    [
        {"sign": False},
        {"sign": stranger},
        {"sha1": True},
        {"after_signing": swap_subject},
        {"after_signing": wrap},
        {"issuer": "https://evil.example/saml"},
        {"audience": "https://evil.example/sp"},
        {"recipient": "https://evil.example/acs"},
        {"destination": "https://evil.example/acs"},
        {"ends": timedelta(minutes=-10), "begins": timedelta(minutes=-20)},
        {"begins": timedelta(minutes=30), "ends": timedelta(minutes=60)},
        {"in_response_to": "_made-up"},
        {"in_response_to": ""},
        {"inner_in_response_to": ""},
        {"inner_in_response_to": "_another"},
        {"status": "Responder"},
        {"subject": ""},
    ],
    ids=lambda lie: "-".join(lie),
)
def test_lies_are_refused(
    client: Client, clerk: StaffMember, directory: SamlDirectory, lie: dict[str, Any]
) -> None:
    given = {name: value() if value is stranger else value for name, value in lie.items()}
    answer = post(directory.answer(ask(client), email="hana@ward.example.jp", **given))
    assert answer.status_code == 403
    assert IdentityLink.objects.count() == 0


def test_the_envelope_names_the_question_too(
    client: Client, clerk: StaffMember, directory: SamlDirectory
) -> None:
    question = ask(client)
    given = {"in_response_to": "", "inner_in_response_to": question["id"]}
    assert post(directory.answer(question, email="hana@ward.example.jp", **given)).status_code == 403


@pytest.mark.parametrize(
    "posted",
    [
        "",
        "rubbish",
        base64.b64encode(b"<a/>").decode(),
        base64.b64encode(b"\x00\xff").decode(),
        base64.b64encode(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>').decode(),
    ],
)
def test_rubbish_is_refused(clerk: StaffMember, posted: str) -> None:
    assert post(posted).status_code == 403


def test_an_answer_is_taken_once(client: Client, clerk: StaffMember, directory: SamlDirectory) -> None:
    answer = directory.answer(ask(client), email="hana@ward.example.jp")
    assert post(answer).status_code == 303
    assert post(answer).status_code == 403


def test_an_answer_counts_in_the_browser_that_asked_only(
    client: Client, clerk: StaffMember, directory: SamlDirectory
) -> None:
    posted = post(directory.answer(ask(client), email="hana@ward.example.jp"))
    assert finish(Client(), posted).status_code == 403
    victim = Client()
    ask(victim)
    assert finish(victim, posted).status_code == 403, "somebody else's answer (login CSRF)"
    assert finish(client, posted).status_code == 302
    assert finish(client, posted).status_code == 403


def test_what_is_carried_on_is_sealed_and_short_lived(
    client: Client, clerk: StaffMember, directory: SamlDirectory
) -> None:
    posted = post(directory.answer(ask(client), email="hana@ward.example.jp"))
    assert "hana" not in posted["Location"]
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        assert client.get(posted["Location"]).status_code == 403
    posted = post(directory.answer(ask(client), email="hana@ward.example.jp"))
    assert client.get(posted["Location"][:-3] + "AAA").status_code == 403


def test_an_old_question_is_not_answered_any_more(
    client: Client, clerk: StaffMember, directory: SamlDirectory
) -> None:
    with clock.frozen(clock.now() - timedelta(minutes=11)):
        question = ask(client)
    assert post(directory.answer(question, email="hana@ward.example.jp")).status_code == 403


def test_the_coming_certificate_is_taken_beside_the_old(
    client: Client, clerk: StaffMember, directory: SamlDirectory
) -> None:
    coming = SamlDirectory()
    IdentityProvider.objects.update(saml_certificates=[directory.certificate, coming.certificate])
    posted = post(coming.answer(ask(client), email="hana@ward.example.jp"))
    assert finish(client, posted).status_code == 302


def test_a_question_for_another_ward_is_not_answered_here(
    client: Client, clerk: StaffMember, directory: SamlDirectory
) -> None:
    making.a_ward("higashi")
    away = client.get("/higashi/sign-in/with/saml-city/")
    question = {
        **SamlDirectory.question(away["Location"]),
        **{k: v for k, v in ask(Client()).items() if k != "id"},
    }
    assert post(directory.answer(question, email="hana@ward.example.jp")).status_code == 403


def test_our_metadata_names_us_and_wants_signed_assertions(
    client: Client, provider: IdentityProvider
) -> None:
    answer = client.get(BASE + "metadata/")
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    document = etree.fromstring(answer.content)
    assert document.get("entityID") == f"http://localhost:8000{BASE}metadata/"
    descriptor = document.find("{*}SPSSODescriptor")
    assert descriptor.get("WantAssertionsSigned") == "true"
    assert (
        descriptor.find("{*}AssertionConsumerService").get("Location") == f"http://localhost:8000{BASE}acs/"
    )
    assert client.get("/nishi/sign-in/with/nothing/metadata/").status_code == 404
