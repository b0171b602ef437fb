"""Indicators over HTTP: what is read, what a system with a key may send, what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.calendar import clock
from kuyakusho.core.http import limits
from kuyakusho.core.keys import access as keys_access
from kuyakusho.core.keys import scopes
from kuyakusho.core.keys import services as keys
from kuyakusho.core.keys.models import ApiKey
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators
from kuyakusho.engines.indicators.models import Indicator, Observation

from .data import ACTOR, figure

pytestmark = pytest.mark.django_db
WARD = "/api/v1/yokohama-nishi/indicators"
FIGURE = {
    "period_from": "2023-04-01",
    "period_until": "2024-04-01",
    "value": 64.5,
    "source": "健診システム",
    "source_on": "2024-05-01",
    "base": 200,
}


def send(
    api_key: str, body: Any = None, *, key: str = "screening", text: str | None = None, **headers: str
) -> Any:
    text = api_key if text is None else text
    return Client().post(
        f"{WARD}/{key}/observations",
        json.dumps({**FIGURE, **(body or {})}) if not isinstance(body, str) else body,
        content_type="application/json",
        headers={**({"Authorization": f"Bearer {text}"} if text else {}), **headers},
    )


def test_an_indicator_says_what_it_is_how_it_stands_and_where_its_values_come_from(
    api_key: str, client: Client
) -> None:
    one = client.get(f"{WARD}/screening").json()
    assert (one["key"], one["unit"], one["direction"], one["is_live"]) == ("screening", "%", "up", False)
    assert one["targets"] == [{"fiscal_year": 2022, "value": "60", "low": None, "high": None}]
    [result] = one["results"]
    assert (result["fiscal_year"], result["result"], result["value"]) == (2022, "met", "62.25")
    assert result["progress"] == "100"
    newest, first = one["observations"]
    assert (newest["value"], newest["is_replaced"]) == ("62.25", False)
    assert (first["value"], first["is_replaced"]) == ("41.5", True)
    assert (newest["lineage"]["way"], newest["lineage"]["source"]) == ("typed", "健診の報告")
    text = json.dumps(one, ensure_ascii=False)
    assert "見直し" not in text, "why a figure was corrected is for staff"
    assert "system:test" not in text, "who recorded it is for staff"


def test_what_was_known_at_a_past_moment(api_key: str, client: Client) -> None:
    def asked(at: str) -> dict:
        return client.get(f"{WARD}/screening", {"at": at}).json()

    then = asked("2023-06-01T09:00:00+09:00")
    assert [o["value"] for o in then["observations"]] == ["41.5"]
    assert (then["results"][0]["result"], then["results"][0]["value"]) == ("missed", "41.5")
    before = asked("2023-01-01T00:00:00Z")
    assert before["observations"] == []
    assert before["latest"] is None
    assert before["results"][0]["result"] == "not_measured", "never a zero for nothing"
    assert asked("2999-01-01T00:00:00Z")["latest"]["value"] == "62.25"
    assert asked("2023-06-01T00:00:00-23:59")["at"] == "2023-06-01T23:59:00Z"


@pytest.mark.parametrize(
    "at",
    ["0", "2023-06-01", "2023-06-01T00:00:00", "2023-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "now", ""],
)
def test_a_moment_has_one_spelling(api_key: str, client: Client, at: str) -> None:
    answer = client.get(f"{WARD}/screening", {"at": at})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"at"}


def test_reading_many_indicators_costs_no_more_statements(api_key: str, client: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(WARD)
        return len(caught)

    few = statements()
    ward = Ward.objects.get(slug="yokohama-nishi")
    for number in range(20):
        made, _ = indicators.define(
            ward, indicators.Spec(f"more-{number}", "もっと", "件", "typed"), actor=ACTOR
        )
        indicators.type_in(made, figure("3"), actor=ACTOR)
    assert statements() == few
    assert len(client.get(WARD).json()) == 22


def test_a_figure_is_added_once_however_often_it_is_sent(api_key: str, client: Client) -> None:
    answers = [send(api_key) for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    made = Observation.objects.get(source="健診システム")
    key = ApiKey.objects.get()
    assert (str(made.value), made.base, made.actor) == ("64.5000", 200, f"key:{key.public_id}")
    assert made.lineage == {"way": "api"}
    [line] = AuditLine.objects.filter(action="indicators.observation.entered", actor=made.actor)
    assert (line.facts["way"], line.facts["value"]) == ("api", "64.5000")
    assert key.last_used_on == clock.today()
    assert client.get(f"{WARD}/screening").json()["latest"]["value"] == "64.5"


def test_the_last_word_of_a_source_sent_again_undoes_no_correction(api_key: str) -> None:
    send(api_key)
    assert send(api_key, {"value": 70, "source": "市の統計"}).status_code == 201
    assert send(api_key).status_code == 200, "an old message that comes late"
    assert str(Observation.objects.order_by("recorded_at", "id").last().value) == "70.0000"  # type: ignore[union-attr]
    assert send(api_key, {"value": "64.6"}).status_code == 201, "a correction by the same source"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (7, "7.0000"),
        ("12.3456", "12.3456"),
        (-0.5, "-0.5000"),
        ("99999999999.9999",) * 2,
        ("99999999999999", "99999999999999.0000"),
    ],
)
def test_numbers_come_as_numbers_or_as_text(api_key: str, value: Any, kept: str) -> None:
    assert send(api_key, {"value": value}).status_code == 201
    assert str(Observation.objects.get(source="健診システム").value) == kept


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"value": True}, "value"),
        ({"value": "abc"}, "value"),
        ({"value": "1.23456"}, "value"),
        ({"value": 1e14}, "value"),
        ({"value": "99999999999999.9999"}, "value"),
        ({"value": None}, "value"),
        ({"base": "200"}, "base"),
        ({"base": 0}, "base"),
        ({"base": 2**63}, "base"),
        ({"low": 65}, "low"),
        ({"period_from": "2023-4-1"}, "period_from"),
        ({"period_from": 19000}, "period_from"),
        ({"period_from": "2024-04-01"}, "period_until"),
        ({"period_from": "2999-04-01", "period_until": "2999-05-01"}, "period_from"),
        ({"source": " "}, "source"),
        ({"source": "a\u0000b"}, "source"),
        ({"source": "x" * 201}, "source"),
        ({"source_on": "2999-01-01"}, "source_on"),
        ({"note": "x" * 401}, "note"),
        ({"actor": "staff:1"}, "actor"),
    ],
)
def test_a_body_is_taken_as_it_is_or_not_at_all(api_key: str, body: dict, field: str) -> None:
    answer = send(api_key, body)
    assert answer.status_code == 422
    fields = answer.json()["fields"]
    assert len(fields) == 1
    assert field in next(iter(fields)).split(".")
    assert not Observation.objects.filter(source__contains="健診シ").exists()


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"value": NaN}', '"x"', "\ud800".encode("utf-8", "replace").decode()]
)
def test_what_is_no_figure_at_all(api_key: str, body: str) -> None:
    answer = send(api_key, body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_what_a_service_counts_can_not_be_sent(api_key: str) -> None:
    answer = send(api_key, key="received")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:kuyakusho:error:indicator_is_live"
    assert "自動で数えている" in answer.json()["title"]
    assert not Indicator.objects.get(key="received").observations.exists()


def test_an_indicator_that_is_not_there(api_key: str, client: Client) -> None:
    assert send(api_key, key="nothing").status_code == 404
    assert client.get(f"{WARD}/nothing").status_code == 404


# Keys


def every_wrong_key(api_key: str) -> dict[str, str]:
    """Why a key may not work → what is sent."""
    ward, other = Ward.objects.get(slug="yokohama-nishi"), Ward.objects.get(slug="osaka-nishi")

    def made(ward: Ward, days: int = 1) -> tuple[ApiKey, str]:
        return keys.issue(
            ward, name="x", allowed=["indicators:write"], actor=ACTOR,
            expires_on=clock.today() + timedelta(days=days),
        )  # fmt: skip

    revoked, revoked_text = made(ward)
    keys.revoke(revoked, actor=ACTOR)
    expired, expired_text = made(ward)
    ApiKey.objects.filter(pk=expired.pk).update(expires_on=clock.today() - timedelta(days=1))
    good = api_key
    return {
        "missing": "",
        "not a key": "Bearer secret",
        "another scheme": f"Basic {good}",
        "no scheme": good,
        "cut short": f"Bearer {good[:-1]}",
        "a wrong secret": f"Bearer {good[:-1]}{'3' if good[-1] == '2' else '2'}",
        "an unknown prefix": f"Bearer {good[:10]}22222222{good[18:]}",
        "revoked": f"Bearer {revoked_text}",
        "expired": f"Bearer {expired_text}",
        "of another ward": f"Bearer {made(other)[1]}",
        "not ASCII": "Bearer 鍵".encode().decode("latin-1"),
    }


def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(api_key: str) -> None:
    answers = {}
    for why, header in every_wrong_key(api_key).items():
        limits.forget()
        for body in ({}, "{", {"value": "x"}):
            answer = send(api_key, body, text="", **({"Authorization": header} if header else {}))
            problem = {name: value for name, value in answer.json().items() if name != "instance"}
            headers = {n: v for n, v in answer.headers.items() if n not in ("X-Request-ID", "Expires")}
            answers[why, str(body)] = (answer.status_code, problem, headers)
    assert len({json.dumps(answer, sort_keys=True) for answer in answers.values()}) == 1, answers
    status, problem, headers = answers["missing", "{}"]
    assert status == 401
    assert problem["type"] == "urn:kuyakusho:error:key_not_recognised"
    assert headers["WWW-Authenticate"] == 'Bearer realm="kuyakusho"'
    assert "no-store" in headers["Cache-Control"]
    assert not Observation.objects.filter(source="健診システム").exists()


def test_a_key_opens_what_its_scopes_say(api_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scopes._scopes, "doors:open", "開ける")
    _, text = keys.issue(
        Ward.objects.get(slug="yokohama-nishi"), name="x", allowed=["doors:open"],
        expires_on=clock.today(), actor=ACTOR,
    )  # fmt: skip
    answer = send(api_key, text=text)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:kuyakusho:error:key_out_of_scope"
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_one_key_may_be_used_so_often(api_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_access, "USED_LIMIT", "3/minute")
    assert [send(api_key).status_code for _ in range(5)] == [201, 200, 200, 429, 429]


def test_a_key_in_the_address_or_a_cookie_is_no_key(api_key: str, client: Client) -> None:
    client.cookies["Authorization"] = f"Bearer {api_key}"
    address = f"{WARD}/screening/observations?key={api_key}&access_token={api_key}"
    assert client.post(address, FIGURE, content_type="application/json").status_code == 401


# Idempotency-Key


def test_the_same_idempotency_key_gets_the_same_answer(api_key: str) -> None:
    first = send(api_key, **{"Idempotency-Key": "run-1"})
    send(api_key, {"value": 70})  # meanwhile somebody corrects it
    again = send(api_key, **{"Idempotency-Key": "run-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Observation.objects.filter(source="健診システム").count() == 2
    assert send(api_key, {"value": 64.5}, **{"Idempotency-Key": "run-2"}).status_code == 201


def test_an_idempotency_key_belongs_to_one_content_and_one_address(api_key: str) -> None:
    send(api_key, **{"Idempotency-Key": "run-1"})
    refused = send(api_key, {"value": 65}, **{"Idempotency-Key": "run-1"})
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:kuyakusho:error:idempotency_key_reused"
    indicators.define(
        Ward.objects.get(slug="yokohama-nishi"),
        indicators.Spec("walks", "見守り", "回", "typed"),
        actor=ACTOR,
    )
    assert send(api_key, key="walks", **{"Idempotency-Key": "run-1"}).status_code == 422


def test_a_refused_request_uses_no_idempotency_key_up(api_key: str) -> None:
    assert send(api_key, {"source_on": "2999-01-01"}, **{"Idempotency-Key": "run-1"}).status_code == 422
    assert send(api_key, **{"Idempotency-Key": "run-1"}).status_code == 201


@pytest.mark.parametrize("name", ["", "x" * 201, "with space"])
def test_an_idempotency_key_has_a_form(api_key: str, name: str) -> None:
    assert send(api_key, **{"Idempotency-Key": name}).status_code == 422
