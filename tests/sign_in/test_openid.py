"""The city's directory and the national app, against a provider of our own that can lie."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client
from joserfc import jwk, jwt

from kuyakusho.core.accounts.models import (
    Account,
    IdentityLink,
    IdentityProvider,
    Resident,
    SignIn,
    StaffMember,
)
from kuyakusho.core.accounts.oidc import discovery
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .provider import ClientOf, Provider

BEGIN, BACK, PEOPLE = "/nishi/sign-in/with/city/", "/nishi/sign-in/with/city/back/", "/nishi/desk/people/"
REDIRECT = f"http://localhost:8000{BACK}"
KEY = jwk.generate_key("EC", "P-256", {"kid": "ours"})


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    made.clients["kuyakusho"] = ClientOf([REDIRECT], "private_key_jwt", public_key=KEY)
    yield made
    made.stop()


@pytest.fixture
def city(ward: Ward, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> IdentityProvider:
    """The city's directory for staff."""
    monkeypatch.setenv("CITY_KEY", json.dumps(KEY.as_dict(private=True)))
    return IdentityProvider.objects.create(
        key="city",
        kind="oidc",
        audience="staff",
        name="市の認証",
        issuer=provider.issuer,
        client_id="kuyakusho",
        client_auth="private_key_jwt",
        secret_variable="CITY_KEY",
        scopes="openid email",
    )


@pytest.fixture
def clerk(ward: Ward, city: IdentityProvider, provider: Provider) -> StaffMember:
    """A clerk whom the directory knows by address."""
    member = making.a_member(ward, "administrator", account=making.an_account(password=None))
    provider.person = {"sub": "c-17", "email": member.account.email, "email_verified": True}
    return member


def go(browser: Client, begin: str = BEGIN) -> str:
    """To the directory and back: the path, with the query, that the browser is sent to."""
    away = browser.get(begin)
    assert away.status_code == 302, away.content.decode()
    answer = httpx.get(away["Location"], follow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def come_in(browser: Client, begin: str = BEGIN) -> Any:
    return browser.get(go(browser, begin))


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and SignIn.objects.count() == 0


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


# ---- lies of the directory, or of somebody in between ------------------------------------------------------


def unsigned(claims: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def signed_by_a_stranger(claims: dict[str, Any]) -> str:
    stranger = jwk.generate_key("RSA", 2048, {"kid": "first"})
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, stranger, algorithms=["RS256"])


def signed_by_an_unknown_key(claims: dict[str, Any]) -> str:
    stranger = jwk.generate_key("RSA", 2048, {"kid": "second"})
    return jwt.encode({"alg": "RS256", "kid": "second"}, claims, stranger, algorithms=["RS256"])


def signed_with_the_client_id(claims: dict[str, Any]) -> str:
    shared = jwk.import_key("kuyakusho-kuyakusho-kuyakusho-kuyakusho", "oct")
    return jwt.encode({"alg": "HS256", "kid": "first"}, claims, shared, algorithms=["HS256"])


@pytest.mark.parametrize(
    "signer",
    [unsigned, signed_by_a_stranger, signed_by_an_unknown_key, signed_with_the_client_id, lambda claims: "rubbish"],
)  # fmt: skip
def test_signatures_that_do_not_count(
    client: Client, clerk: StaffMember, provider: Provider, signer: Callable[[dict[str, Any]], str]
) -> None:
    provider.signer = signer
    assert refused(come_in(client))


def test_a_token_signed_with_the_public_key_as_secret_is_refused(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    import hashlib
    import hmac

    def confused(claims: dict[str, Any]) -> str:
        head, body, _ = unsigned(claims).split(".")
        head = (
            base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "first"}).encode())
            .rstrip(b"=")
            .decode()
        )
        secret = provider.key.as_pem(private=False)
        mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    provider.signer = confused
    assert refused(come_in(client))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aud", "another-client"),
        ("aud", ["another-client"]),
        ("aud", ["kuyakusho", "another-client"]),  # several audiences without azp
        ("aud", None),
        ("azp", "another-client"),
        ("iss", "http://localhost:1/"),
        ("iss", None),
        ("nonce", "another"),
        ("nonce", ""),
        ("nonce", None),
        ("exp", lambda: time.time() - 3600),
        ("exp", None),
        ("exp", "9999999999"),
        ("iat", lambda: time.time() + 3600),
        ("iat", lambda: time.time() - 86400),
        ("nbf", lambda: time.time() + 3600),
        ("sub", ""),
        ("sub", None),
        ("sub", "x" * 256),
        ("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
    ],
)
def test_claims_that_do_not_fit(
    client: Client, clerk: StaffMember, provider: Provider, name: str, value: Any
) -> None:
    def twist(claims: dict[str, Any]) -> None:
        claims[name] = value() if callable(value) else value
        if value is None:
            del claims[name]

    provider.twist = twist
    assert refused(come_in(client))


def test_a_new_key_of_the_directory_is_fetched(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    come_in(client)
    provider.key = jwk.generate_key("RSA", 2048, {"kid": "next"})
    for address, (_at, keys) in discovery._keys.items():  # half a minute goes by
        discovery._keys[address] = (time.monotonic() - discovery.REFRESH_SECONDS - 1, keys)
    other = Client()
    come_in(other)
    assert other.get(PEOPLE).status_code == 200


def test_an_answer_of_another_issuer_is_refused(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    path = go(client)
    assert refused(client.get(path.replace("iss=http", "iss=https")))


def test_an_answer_without_the_issuer_that_was_promised_is_refused(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    path = go(client)
    assert refused(client.get(path.split("&iss=")[0]))


def test_a_discovery_document_of_another_issuer_is_not_used(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    provider.issuer_in_discovery = "https://evil.example"
    assert client.get(BEGIN).status_code == 403


def test_a_directory_that_is_down_is_said_to_be(client: Client, ward: Ward, city: IdentityProvider) -> None:
    IdentityProvider.objects.update(issuer="http://localhost:1")
    answer = client.get(BEGIN)
    assert answer.status_code == 403
    assert "つながりません" in answer.content.decode()


@pytest.mark.parametrize(
    "issuer", ["http://directory.example.jp", "file:///etc/passwd", "http://169.254.169.254"]
)
def test_a_directory_without_https_is_not_asked(client: Client, city: IdentityProvider, issuer: str) -> None:
    IdentityProvider.objects.update(issuer=issuer)
    assert client.get(BEGIN).status_code == 403


# ---- states, codes and redirects ---------------------------------------------------------------------------


def test_a_wrong_state_is_refused(client: Client, clerk: StaffMember) -> None:
    path = go(client)
    state = parse_qs(urlsplit(path).query)["state"][0]
    assert refused(client.get(path.replace(state, state[:-1] + ("A" if state[-1] != "A" else "B"))))
    assert refused(client.get(path)), "the question is gone after the first answer"


def test_an_answer_without_a_state_is_refused(client: Client, clerk: StaffMember) -> None:
    code = parse_qs(urlsplit(go(client)).query)["code"][0]
    assert refused(client.get(f"{BACK}?code={code}"))


def test_an_answer_to_nobodys_question_is_refused(client: Client, clerk: StaffMember) -> None:
    path = go(client)
    assert refused(Client().get(path)), "somebody else's browser (login CSRF)"


def test_a_code_is_used_once(client: Client, clerk: StaffMember, provider: Provider) -> None:
    path = go(client)
    assert client.get(path).status_code == 302
    assert client.get(path).status_code == 403
    code = parse_qs(urlsplit(path).query)["code"][0]
    other = Client()
    fresh = parse_qs(urlsplit(go(other)).query)
    replay = f"{BACK}?code={code}&state={fresh['state'][0]}&iss={provider.issuer}"
    answer = other.get(replay)
    assert answer.status_code == 403
    assert "外部の認証を確かめられませんでした" in answer.content.decode()
    assert "invalid_grant: code" in provider.refused


def test_a_stolen_code_is_worthless_without_the_verifier(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    stolen = parse_qs(urlsplit(go(client)).query)["code"][0]
    thief = Client()
    own = parse_qs(urlsplit(go(thief)).query)
    injected = f"{BACK}?code={stolen}&state={own['state'][0]}&iss={provider.issuer}"
    assert refused(thief.get(injected))
    assert "invalid_grant: code_verifier" in provider.refused


def test_the_provider_refuses_a_request_without_pkce(provider: Provider, city: IdentityProvider) -> None:
    query = {
        "client_id": "kuyakusho",
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid",
        "state": "x",
    }
    assert "error=invalid_request" in provider.authorize(query)
    assert "error=invalid_request" in provider.authorize(
        {**query, "code_challenge": "y" * 43, "code_challenge_method": "plain"}
    )


def test_a_foreign_redirect_is_refused_by_the_provider_and_never_asked_for(
    client: Client, clerk: StaffMember, provider: Provider
) -> None:
    away = client.get(
        f"{BEGIN}?redirect_uri=https://evil.example/&next=https://evil.example/", HTTP_HOST="localhost"
    )
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert asked["redirect_uri"] == [REDIRECT]
    answer = httpx.get(away["Location"].replace("localhost%3A8000", "evil.example"), follow_redirects=False)
    assert answer.status_code == 400
    good = httpx.get(away["Location"], follow_redirects=False).headers["Location"]
    landed = client.get(urlsplit(good).path + "?" + urlsplit(good).query)
    assert "evil.example" not in landed["Location"]


def test_directories_are_not_mixed_up(
    client: Client, clerk: StaffMember, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer to a question for one directory does not count at the address of another."""
    IdentityProvider.objects.create(
        key="other", kind="oidc", audience="staff", name="x", issuer=provider.issuer, client_id="kuyakusho",
        secret_variable="CITY_KEY",
    )  # fmt: skip
    path = go(client)
    assert refused(client.get(path.replace("/with/city/", "/with/other/")))


def test_an_answer_after_ten_minutes_is_refused(client: Client, clerk: StaffMember) -> None:
    path = go(client)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert refused(client.get(path))


def test_a_refusal_of_the_directory_is_told_kindly(client: Client, clerk: StaffMember) -> None:
    state = parse_qs(urlsplit(go(client)).query)["state"][0]
    answer = client.get(f"{BACK}?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "外部の認証を確かめられませんでした" in answer.content.decode()


def test_reasons_are_for_the_log_only(client: Client, clerk: StaffMember, provider: Provider) -> None:
    provider.twist = lambda claims: claims.update(aud="another-client")
    assert "aud" not in come_in(client).content.decode().split("<main")[1].split("</main")[0]


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
