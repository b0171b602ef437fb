"""Errors are kind and say nothing of the inside; only the front is believed; limits, probes, figures, log lines."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.http import require_POST

from kuyakusho.core.audit.tests.making import a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, Refused, TooLarge, TooMany
from kuyakusho.core.http import limits, logs, metrics, probes
from kuyakusho.core.http.limits import by_address, client_address, rate_limited
from kuyakusho.core.outbox.models import Heartbeat

pytestmark = pytest.mark.django_db
SECRET = "taro.yamada@example.jp 090-1234-5678"


def raising(error: Exception) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{client_address(request)} {request.is_secure()} {request.POST.get('a', '')}")


@rate_limited("3/minute")
def limited(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


ERRORS: dict[str, tuple[Exception, int]] = {
    "refused": (Refused("no", "できません。", "課へ"), 403),
    "missing": (Http404(SECRET), 404),
    "conflict": (Conflict("taken", "先に変更されました。"), 409),
    "large": (TooLarge("large", "大きすぎます。"), 413),
    "invalid": (Invalid("bad", "直してください。", fields={"name": "空です。"}), 422),
    "many": (TooMany("many", "多すぎます。", retry_after_seconds=7), 429),
    "broken": (RuntimeError(SECRET), 500),
    "away": (OperationalError(SECRET), 503),
    "malformed": (SuspiciousOperation(SECRET), 400),
}
urlpatterns = [
    *(path(name, raising(error)) for name, (error, _status) in ERRORS.items()),
    path("echo", echo),
    path("limited", limited),
    path("post-only", require_POST(echo)),
    path("metrics", probes.metrics_page),
    path("readyz", probes.readyz),
]
handler400 = "kuyakusho.core.http.views.bad_request"
handler403 = "kuyakusho.core.http.views.forbidden"
handler404 = "kuyakusho.core.http.views.not_found"
handler500 = "kuyakusho.core.http.views.server_error"


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    limits.forget()
    yield
    limits.forget()


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("accept", ["text/html,application/json;q=0.9", "application/json"])
def test_every_error_has_a_page_and_problem_details(client: Client, name: str, accept: str) -> None:
    status = ERRORS[name][1]
    answer = client.get(f"/{name}", headers={"accept": accept})
    text = answer.content.decode()
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Request-ID"]
    for inside in (SECRET, "Traceback", "RuntimeError", "site-packages", __name__):
        assert inside not in text
    if accept == "application/json":
        assert answer["Content-Type"] == "application/problem+json"
        problem = json.loads(text)
        assert problem["status"] == status
        assert problem["type"].startswith("urn:kuyakusho:error:")
        assert answer["X-Request-ID"] in problem["instance"]
    else:
        assert answer["Content-Type"].startswith("text/html")
        assert "<h1" in text


def test_fields_and_waiting_times_are_told(client: Client) -> None:
    assert client.get("/invalid", headers={"accept": "application/json"}).json()["fields"] == {
        "name": "空です。"
    }
    assert client.get("/many")["Retry-After"] == "7"
    assert client.get("/away")["Retry-After"] == "10"


def test_an_error_page_that_is_broken_itself_is_shown_bare(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuyakusho.core.http.problems.render_to_string", raising(RuntimeError(SECRET)))
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "申し訳ありません" in answer.content.decode()
    assert SECRET not in answer.content.decode()


def test_a_method_that_is_not_allowed_has_a_page_and_says_which_are(client: Client) -> None:
    answer = client.get("/post-only")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "<h1" in answer.content.decode()


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_too_large_a_form_is_413(client: Client) -> None:
    assert (
        client.post("/echo", {"a": "x" * 200}, content_type="application/x-www-form-urlencoded").status_code
        == 413
    )


def test_an_unknown_host_is_refused(client: Client) -> None:
    answer = client.get("/echo", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for address in ("/echo", "/broken", "/nowhere"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


# ---- whose word counts ------------------------------------------------------------------------------------------

FORWARDED = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}


def test_a_stranger_cannot_say_who_they_are(client: Client) -> None:
    assert client.get("/echo", headers=FORWARDED).content == b"127.0.0.1 False "


def test_a_trusted_proxy_can(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    near = {"REMOTE_ADDR": "10.1.2.3"}
    assert client.get("/echo", headers=FORWARDED, **near).content == b"203.0.113.9 True "
    assert client.get("/echo", headers=FORWARDED).content == b"127.0.0.1 False "


def test_of_several_addresses_the_one_nearest_to_the_proxy_counts(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    said = {"x-forwarded-for": "1.1.1.1, 203.0.113.9"}
    assert client.get("/echo", headers=said).content == b"203.0.113.9 False "
    assert client.get("/echo", headers={"x-forwarded-for": "<script>"}).content == b"127.0.0.1 False "


@override_settings(FRONT_SECRET="a-front-secret-of-some-length")
def test_with_a_front_secret_only_the_front_gets_in(client: Client) -> None:
    assert client.get("/echo").status_code == 403
    assert client.get("/echo", headers={"x-kuyakusho-front": "wrong"}).status_code == 403
    right = {"x-kuyakusho-front": "a-front-secret-of-some-length", **FORWARDED}
    assert client.get("/echo", headers=right).content == b"203.0.113.9 True "


# ---- limits -----------------------------------------------------------------------------------------------------


def test_too_often_is_refused_kindly_and_others_are_not_touched(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    answers = [client.get("/limited", headers={"x-forwarded-for": "203.0.113.1"}) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert "少し待って" in answers[-1].content.decode()
    assert client.get("/limited", headers={"x-forwarded-for": "203.0.113.2"}).status_code == 200


def test_a_household_shares_its_ipv6_network() -> None:
    first = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2::1")
    second = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:ffff::9")
    third = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:3::1")
    assert by_address(first) == by_address(second) != by_address(third)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of this test alone, on a unix socket."""
    place = tmp_path / "redis.sock"
    command = [
        "redis-server",
        "--port",
        "0",
        "--unixsocket",
        str(place),
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        until = time.monotonic() + 10
        while not place.exists() and time.monotonic() < until:
            time.sleep(0.02)
        yield f"unix://{place}"
        server.terminate()


def test_limits_are_shared_through_redis_and_survive_its_absence(settings: Any, redis_url: str) -> None:
    scope = "test"
    settings.REDIS_URL = redis_url
    limits.count("2/minute", scope, "a")
    limits.forget()  # another process
    limits.count("2/minute", scope, "a")
    with pytest.raises(TooMany):
        limits.count("2/minute", scope, "a")
    limits.forget()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limits.count("1/minute", scope, "a")
    with pytest.raises(TooMany):
        limits.count("1/minute", scope, "a")


def test_a_limit_that_cannot_be_read_is_found_at_start() -> None:
    with pytest.raises(ValueError, match="parse"):
        rate_limited("often")


# ---- probes and figures -----------------------------------------------------------------------------------------


def test_ready_tells_what_is_vital_from_what_is_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "degraded"
    assert "start `kuyakusho worker`" in body["checks"]["worker"]
    Heartbeat.objects.create(name="w", started_at=clock.now(), at=clock.now())
    assert client.get("/readyz").json()["status"] == "ready"
    monkeypatch.setitem(probes._checks, "database", (raising_check, True))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not_ready")
    assert SECRET not in answer.content.decode()


def raising_check() -> str:
    raise OperationalError(SECRET)


def test_figures_are_for_this_host_or_for_the_token(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.1"}).status_code == 404
    settings.METRICS_TOKEN = "a-long-token-for-the-scraper"
    assert client.get("/metrics").status_code == 404
    right = {"authorization": "Bearer a-long-token-for-the-scraper", "x-forwarded-for": "203.0.113.1"}
    assert client.get("/metrics", headers=right).status_code == 200


def test_figures_count_requests_and_show_what_rooms_registered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/echo")
    monkeypatch.setitem(metrics._gauges, "bad", metrics.Gauge("bad", "x", raising_figure))
    text = client.get("/metrics").content.decode()
    assert 'kuyakusho_requests_total{method="GET",route=' in text
    assert "kuyakusho_request_seconds_bucket" in text
    for name in ("outbox_oldest_seconds", "audit_unsealed", "workers"):
        assert f"\nkuyakusho_{name} " in text
    assert "kuyakusho_bad" not in text


def raising_figure() -> float:
    raise RuntimeError


def test_a_figure_has_one_name() -> None:
    with pytest.raises(ValueError, match="already"):
        metrics.gauge("workers", "", lambda: 0)


# ---- log lines --------------------------------------------------------------------------------------------------


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Formatter("json"))
    loggers = [logging.getLogger(name) for name in ("kuyakusho", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield out
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def test_a_request_is_one_line_that_names_nobody(client: Client, lines: io.StringIO) -> None:
    ward = a_ward("somewhere")
    client.get(f"/{ward.slug}/?q=taro.yamada@example.jp", headers={"x-request-id": "given-by-front-1"})
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines() if '"request"' in text]
    assert line["request_id"] == "given-by-front-1"
    assert (line["method"], line["ward"], line["route"], line["status"]) == ("GET", "somewhere", "home", 200)
    assert "taro" not in lines.getvalue()


def test_a_failure_is_logged_by_place_and_never_by_what_it_said(client: Client, lines: io.StringIO) -> None:
    client.get("/broken")
    text = lines.getvalue()
    assert "RuntimeError" in text
    assert "tests/test_surroundings.py" in text
    assert "taro" not in text
    assert "5678" not in text


def test_only_listed_fields_appear(lines: io.StringIO) -> None:
    logging.getLogger("kuyakusho.test").info("event", extra={"email": "taro@example.jp", "count": 3})
    line = json.loads(lines.getvalue())
    assert line["count"] == 3
    assert "email" not in line


def test_the_console_says_the_same_in_one_line() -> None:
    record = logging.LogRecord(
        "django.request", logging.ERROR, "x", 1, "Gone: %s for %s", ("/token/abc", "a@b.jp"), None
    )
    text = logs.Formatter("console").format(record)
    assert "Gone: …" in text
    assert "abc" not in text
    assert "a@b.jp" not in text
    assert "\n" not in text


def test_an_unusable_request_id_is_replaced(client: Client) -> None:
    given = "bad id with spaces\t"
    assert client.get("/echo", headers={"x-request-id": given})["X-Request-ID"] != given
