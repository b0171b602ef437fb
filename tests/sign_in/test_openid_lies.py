"""What a directory, or somebody in between, may say that must not be believed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client
from joserfc import jwk, jwt

from kuyakusho.core.accounts.models import (
    IdentityProvider,
    StaffMember,
)
from kuyakusho.core.accounts.oidc import discovery
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .openid import BACK, BEGIN, PEOPLE, REDIRECT, come_in, go, refused
from .provider import Provider


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
