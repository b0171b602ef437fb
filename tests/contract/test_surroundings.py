"""What every address of the API has around it: methods, validators, other sites, limits."""

from __future__ import annotations

import pytest
from django.test import Client

from kuyakusho.core.calendar import clock
from kuyakusho.core.http import api as surroundings
from kuyakusho.core.keys.access import REFUSED_LIMIT
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators
from kuyakusho.engines.indicators.models import Indicator

from .data import ACTOR, figure

pytestmark = pytest.mark.django_db
WARD = "/api/v1/yokohama-nishi"
PUBLIC = [
    "/api/v1/openapi.json",
    "/api/v1/wards",
    WARD,
    f"{WARD}/indicators",
    f"{WARD}/indicators/screening",
    f"{WARD}/indicators/screening?at=2023-06-01T00:00:00Z",
    f"{WARD}/policy",
    f"{WARD}/policy/editions",
    f"{WARD}/search?q=見守り",
    f"{WARD}/search?q=" + "見守り" * 30,
]


@pytest.mark.parametrize("address", PUBLIC)
def test_head_is_get_without_the_bytes(api_key: str, client: Client, address: str) -> None:
    got, head = client.get(address), client.head(address)
    assert (got.status_code, head.status_code) == (200, 200)
    assert head.content == b""
    names = ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Access-Control-Allow-Origin")
    assert [head.get(name) for name in names] == [got.get(name) for name in names]
    assert int(got["Content-Length"]) == len(got.content)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_the_asker_has_is_not_sent_again(api_key: str, client: Client, address: str) -> None:
    got = client.get(address)
    again = client.get(address, headers={"If-None-Match": got["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", got["ETag"])
    assert again["Access-Control-Allow-Origin"] == "*"
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert "public" in got["Cache-Control"]


def test_a_change_changes_the_etag_at_once(api_key: str, client: Client) -> None:
    address = f"{WARD}/indicators/screening"
    before = client.get(address)
    indicators.type_in(Indicator.objects.get(key="screening"), figure("63"), actor=ACTOR)
    after = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.json()["latest"]["value"] == "63"
    other = client.get("/api/v1/osaka-nishi/indicators")
    assert other.json() == []


def test_parameters_that_nobody_reads_make_no_new_answer(api_key: str, client: Client) -> None:
    plain = client.get(f"{WARD}/indicators")
    assert client.get(f"{WARD}/indicators?x=1&y=2").content == plain.content
    assert client.get(f"{WARD}/indicators?x=1")["ETag"] == plain["ETag"]


@pytest.mark.parametrize("address", PUBLIC)
def test_other_sites_may_read_public_data(api_key: str, client: Client, address: str) -> None:
    got = client.get(address, headers={"Origin": "https://example.com"})
    assert got["Access-Control-Allow-Origin"] == "*"
    assert got["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in got
    assert "Vary" not in got, "one answer for everybody"
    asked = client.options(address, headers={"Access-Control-Request-Method": "GET"})
    assert (asked.status_code, asked["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD"


def test_no_other_site_may_write_with_a_key(api_key: str, client: Client) -> None:
    address = f"{WARD}/indicators/screening/observations"
    asked = client.options(address, headers={"Access-Control-Request-Method": "POST"})
    assert asked["Allow"] == "OPTIONS, POST"
    sent = client.post(address, headers={"Authorization": f"Bearer {api_key}"})
    assert not any(
        name.startswith("Access-Control") for response in (asked, sent) for name in response.headers
    )


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("POST", f"{WARD}/indicators", "GET, HEAD, OPTIONS"),
        ("DELETE", WARD, "GET, HEAD, OPTIONS"),
        ("PUT", "/api/v1/openapi.json", "GET, HEAD, OPTIONS"),
        ("GET", f"{WARD}/indicators/screening/observations", "OPTIONS, POST"),
        ("HEAD", f"{WARD}/indicators/screening/observations", "OPTIONS, POST"),
    ],
)
def test_a_wrong_method_is_told_which_are_right(
    api_key: str, client: Client, method: str, address: str, allowed: str
) -> None:
    answer = client.generic(method, address)
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert answer["Content-Type"] == "application/problem+json"
    if method != "HEAD":
        assert answer.json()["type"] == "urn:kuyakusho:error:method_not_allowed"


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/x/y/z", "/api/v1/wards/", "/api/v2/wards", "/api/"])
def test_an_unknown_address_is_a_problem_like_any_other(db: None, client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404
    for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE"):
        assert client.generic(method, address).status_code == 404, method


def test_a_training_copy_has_no_public_data(both_wards: list[Ward], client: Client) -> None:
    Ward.objects.create(slug="practice", official_code="1", name="西区", training_of=both_wards[0])
    assert client.get("/api/v1/practice").status_code == 404
    assert client.get("/api/v1/practice/indicators").status_code == 404


def test_one_source_may_ask_so_often_and_no_more(
    api_key: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "SOURCE_LIMIT", "5/minute")
    answers = [
        client.get("/api/v1/wards" if n % 2 else "/api/v1/x", REMOTE_ADDR="192.0.2.7") for n in range(7)
    ]
    assert [a.status_code for a in answers] == [404, 200, 404, 200, 404, 429, 429]
    refused = answers[-1]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused.json()["retry_after_seconds"] == int(refused["Retry-After"])
    assert refused["Access-Control-Allow-Origin"] == "*", "a page of another site reads why"
    assert "no-store" in refused["Cache-Control"]
    assert client.get("/api/v1/wards", REMOTE_ADDR="192.0.2.8").status_code == 200
    assert client.get("/healthz", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_somebody_who_guesses_keys_is_stopped_and_a_good_key_from_there_still_works(
    api_key: str, client: Client
) -> None:
    address = f"{WARD}/indicators/screening/observations"
    tries = int(REFUSED_LIMIT.partition("/")[0])
    wrong = {"Authorization": "Bearer kuyakusho_22222222_" + "2" * 32}
    answers = [client.post(address, headers=wrong).status_code for _ in range(tries + 1)]
    assert answers == [401] * tries + [429]
    good = {"Authorization": f"Bearer {api_key}"}
    assert client.post(address, "{}", content_type="application/json", headers=good).status_code == 422


def test_what_is_kept_ends_with_the_day(api_key: str, client: Client) -> None:
    got = client.get(f"{WARD}/indicators")
    seconds = int(got["Cache-Control"].partition("max-age=")[2].partition(",")[0])
    now = clock.now().astimezone(clock.JAPAN)
    assert seconds <= min(30, 24 * 3600 - now.hour * 3600 - now.minute * 60 - now.second + 1)
