"""The city's directory and the national app: who comes in, and as whom."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc import jwk

from kuyakusho.core.accounts.models import (
    Account,
    IdentityLink,
    IdentityProvider,
    Resident,
    SignIn,
    StaffMember,
)
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock

from .openid import BEGIN, PEOPLE, REDIRECT, come_in, refused
from .provider import ClientOf, Provider


def test_the_directory_opens_the_desk(client: Client, clerk: StaffMember, provider: Provider) -> None:
    wanted = client.get(PEOPLE)["Location"]
    assert "市の認証でサインイン" in client.get(wanted).content.decode()
    answer = come_in(client, f"{BEGIN}?next={PEOPLE}")
    assert answer["Location"] == PEOPLE
    assert client.get(PEOPLE).status_code == 200
    assert SignIn.objects.get().method == "directory"
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    assert asked["redirect_uri"] == REDIRECT


def test_the_second_time_the_subject_counts_and_not_the_address(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    come_in(client)
    provider.person = {"sub": "c-17", "email": "renamed@ward.example.jp", "email_verified": True}
    other = Client()
    assert come_in(other).status_code == 302
    assert other.get(PEOPLE).status_code == 200
    assert IdentityLink.objects.count() == 1


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "c-99", "email": "nobody@ward.example.jp", "email_verified": True},
        {"sub": "c-99", "email_verified": True},
        {"sub": "c-99", "email": "CLERK", "email_verified": False},
        {"sub": "c-99", "email": "CLERK"},
        {"sub": "c-99", "email": "CLERK", "email_verified": "true"},
    ],
)
def test_nobody_is_made_or_linked_without_a_verified_address(
    client: Client, clerk: StaffMember, provider: Provider, person: dict[str, Any]
) -> None:
    accounts = Account.objects.count()
    email = person.get("email", "").replace("CLERK", clerk.account.email)
    provider.person = {**person, **({"email": email} if email else {})}
    assert refused(come_in(client))
    assert (Account.objects.count(), IdentityLink.objects.count()) == (accounts, 0)


def test_a_directory_that_owns_the_addresses_needs_no_claim(
    client: Client, clerk: StaffMember, city: IdentityProvider, provider: Provider
) -> None:
    IdentityProvider.objects.update(trusts_email=True, claims={"email": "mail"})
    provider.person = {"sub": "c-17", "mail": clerk.account.email.upper()}
    come_in(client)
    assert client.get(PEOPLE).status_code == 200


def test_claims_that_are_only_at_userinfo(client: Client, clerk: StaffMember, provider: Provider) -> None:
    IdentityProvider.objects.update(claims={"email": "mail"}, trusts_email=True)
    provider.person = {"sub": "c-17"}
    provider.userinfo = {"sub": "c-17", "mail": clerk.account.email}
    come_in(client)
    assert client.get(PEOPLE).status_code == 200


def test_userinfo_of_somebody_else_is_refused(client: Client, clerk: StaffMember, provider: Provider) -> None:
    IdentityProvider.objects.update(claims={"email": "mail"}, trusts_email=True)
    provider.person = {"sub": "c-17"}
    provider.userinfo = {"sub": "c-18", "mail": clerk.account.email}
    assert refused(come_in(client))


@pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post"])
def test_clients_with_a_secret(
    client: Client, clerk: StaffMember, provider: Provider, auth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY_KEY", "s3cret/with:signs%")
    provider.clients["kuyakusho"] = ClientOf([REDIRECT], auth, secret="s3cret/with:signs%")
    IdentityProvider.objects.update(client_auth=auth)
    come_in(client)
    assert client.get(PEOPLE).status_code == 200


@pytest.mark.parametrize("kind", ["RSA", "P-384", "Ed25519"])
def test_private_keys_of_every_kind_as_pem(
    client: Client, clerk: StaffMember, provider: Provider, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {
        "RSA": lambda: jwk.generate_key("RSA", 2048),
        "P-384": lambda: jwk.generate_key("EC", "P-384"),
        "Ed25519": lambda: jwk.generate_key("OKP", "Ed25519"),
    }[kind]()
    monkeypatch.setenv("CITY_KEY", made.as_pem(private=True).decode().replace("\n", "\\n"))
    public = jwk.import_key({**made.as_dict(private=False), "kid": made.thumbprint()})
    provider.clients["kuyakusho"] = ClientOf([REDIRECT], "private_key_jwt", public_key=public)
    come_in(client)
    assert client.get(PEOPLE).status_code == 200, provider.refused


def test_without_its_secret_the_office_refuses_and_says_so_in_the_log(
    client: Client, clerk: StaffMember, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("CITY_KEY")
    assert refused(come_in(client))
    assert any("environment variable" in getattr(r, "reason", "") for r in caplog.records)


def test_a_directory_of_another_ward_does_not_exist(client: Client, clerk: StaffMember) -> None:
    IdentityProvider.objects.update(ward=making.a_ward("higashi"))
    assert client.get(BEGIN).status_code == 404


def test_a_directory_that_is_switched_off_does_not_exist(client: Client, clerk: StaffMember) -> None:
    IdentityProvider.objects.update(enabled=False)
    assert client.get(BEGIN).status_code == 404


# ---- proving again, leaving --------------------------------------------------------------------------------


def test_signing_out_leads_through_the_directory(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    come_in(client)
    answer = client.post("/nishi/sign-out/")
    assert answer["Location"] == "/nishi/sign-out/done/"
    page = client.get(answer["Location"])
    address = urlsplit(page["Refresh"].removeprefix("0; url="))
    query = parse_qs(address.query)
    assert f"http://{address.netloc}" == provider.issuer
    assert query["post_logout_redirect_uri"] == ["http://localhost:8000/nishi/sign-out/done/"]
    assert query["id_token_hint"][0].count(".") == 2
    assert "Refresh" not in client.get(answer["Location"]).headers, "once"


def test_the_directory_proves_again_only_if_it_asked_again(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    come_in(client)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        prove = client.get("/nishi/desk/people/invite/")["Location"]
        assert prove.startswith("/nishi/sign-in/again/")
    provider.twist = lambda claims: claims.update(auth_time=int(time.time()) - 5000)
    assert come_in(client, f"{BEGIN}?again=1").status_code == 403
    provider.twist = None
    assert come_in(client, f"{BEGIN}?again=1&next=/nishi/desk/people/invite/").status_code == 302
    assert provider.asked[-1]["prompt"] == "login"
    assert provider.asked[-1]["max_age"] == "0"


# ---- residents ---------------------------------------------------------------------------------------------


@pytest.fixture
def app(city: IdentityProvider, provider: Provider) -> IdentityProvider:
    """The national app: code, PKCE, private_key_jwt, and nothing asked but who it is."""
    IdentityProvider.objects.update(audience="resident", name="デジタル認証アプリ", scopes="openid")
    provider.person = {"sub": "r-1", "name": "西　花子", "email": "hana@example.jp", "email_verified": True}
    city.refresh_from_db()
    return city


def test_a_resident_comes_in_by_the_app_and_nothing_is_kept_but_the_link(
    client: Client, app: IdentityProvider
) -> None:
    assert "デジタル認証アプリでサインイン" in client.get("/nishi/sign-in/").content.decode()
    assert come_in(client)["Location"] == "/nishi/me/"
    resident = Resident.objects.get()
    assert (resident.account.email, resident.account.name) == (None, "")
    assert client.get("/nishi/me/").status_code == 200
    other = Client()
    come_in(other)
    assert Resident.objects.count() == 1


def test_the_app_never_opens_the_account_of_an_address(client: Client, app: IdentityProvider) -> None:
    theirs = making.a_resident(making.a_ward(), "hana@example.jp")
    come_in(client)
    assert Resident.objects.exclude(pk=theirs.pk).count() == 1


def test_a_resident_joins_the_app_to_their_account(client: Client, app: IdentityProvider) -> None:
    client.post("/nishi/sign-in/", {"email": "hana@example.jp"})
    client.post("/nishi/sign-in/code/", {"code": making.code_in(making.messages_to("hana@example.jp")[0])})
    assert come_in(client, f"{BEGIN}?join=1")["Location"] == "/nishi/me/"
    other = Client()
    come_in(other)
    assert Resident.objects.get().account.email == "hana@example.jp"
    assert other.get("/nishi/me/").status_code == 200


def test_an_app_that_opens_another_account_is_not_joined(client: Client, app: IdentityProvider) -> None:
    come_in(Client())
    client.post("/nishi/sign-in/", {"email": "hana@example.jp"})
    client.post("/nishi/sign-in/code/", {"code": making.code_in(making.messages_to("hana@example.jp")[0])})
    assert come_in(client, f"{BEGIN}?join=1").status_code == 409


def test_a_residents_directory_opens_no_desk(
    client: Client, clerk: StaffMember, app: IdentityProvider, provider: Provider
) -> None:
    provider.person = {"sub": "c-17", "email": clerk.account.email, "email_verified": True}
    come_in(client)
    assert client.get(PEOPLE).status_code == 302
