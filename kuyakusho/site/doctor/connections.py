"""What the office reaches for: mail, Redis, the virus scanner, and itself from outside."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.mail import get_connection

from . import Check, Finding

WAIT_SECONDS = 8
CERTIFICATE_DAYS = 21


def mail() -> Iterator[Finding]:
    kind = settings.EMAIL_BACKEND.split(".")[-2]
    if kind == "smtp":
        connection = get_connection(timeout=WAIT_SECONDS)
        try:
            connection.open()
            connection.close()
        except OSError as error:
            yield Finding("bad", "e-mail", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} can't be used: {error}",
                          "check EMAIL_URL, the firewall, and the password")  # fmt: skip
        else:
            yield Finding("good", "e-mail", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} takes us in")
    elif kind != "locmem":
        yield Finding(
            "warn", "e-mail", f"nothing is sent: messages go to {kind}", "set EMAIL_URL to a mail server"
        )
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if sender.endswith((".example.jp", "@example.jp", ".example", "@example.com")):
        yield Finding("warn", "e-mail", f"messages come from {sender}, which is nobody's", "set EMAIL_FROM")


def redis() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield Finding("good", "redis", "not used: right for one host")
        return
    from redis import Redis, RedisError

    try:
        client = Redis.from_url(settings.REDIS_URL, socket_timeout=WAIT_SECONDS)
        with client:
            client.ping()
            seconds, _microseconds = client.time()  # type: ignore[misc]
    except RedisError as error:
        yield Finding(
            "bad", "redis", f"it does not answer: {error}", "check REDIS_URL, or leave it out on one host"
        )
        return
    drift = abs(datetime.now(UTC).timestamp() - seconds)
    if drift > 3:
        yield Finding(
            "bad",
            "clock",
            f"the clock of Redis is {drift:.0f} seconds away from ours",
            "run a time service on both",
        )
    else:
        yield Finding("good", "redis", "answers")


def virus_scanner() -> Iterator[Finding]:
    from kuyakusho.core.files import scanning

    if not settings.VIRUS_SCANNER:
        yield Finding(
            "warn", "virus scanner", "uploads are kept unscanned", "run clamd and set KUYAKUSHO_VIRUS_SCANNER"
        )
        return
    try:
        scanning.ping(settings.VIRUS_SCANNER)
    except OSError as error:
        yield Finding(
            "bad", "virus scanner", f"it does not answer, so uploads are refused: {error}", "start clamd"
        )
    else:
        yield Finding("good", "virus scanner", "answers")


def public_address() -> Iterator[Finding]:
    """The address that residents type: its certificate, and that this office answers there."""
    address = settings.PUBLIC_ADDRESS
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        yield from _certificate(host, parts.port or 443)
    if host not in settings.ALLOWED_HOSTS and f".{host.partition('.')[2]}" not in settings.ALLOWED_HOSTS:
        yield Finding(
            "bad",
            "address",
            f"{host} is not among KUYAKUSHO_HOSTS: every request would be refused",
            f"add {host}",
        )
    try:
        answer = httpx.get(f"{address}/healthz", timeout=WAIT_SECONDS, follow_redirects=True)
    except httpx.HTTPError as error:
        yield Finding("warn", "address", f"{address} does not answer from here: {type(error).__name__}",
                      "start `kuyakusho serve` and the proxy; from inside some networks the outside can't be seen")  # fmt: skip
        return
    if answer.status_code == 200 and answer.text == "ok\n":
        yield Finding("good", "address", f"{address} answers")
    else:
        yield Finding("bad", "address", f"{address}/healthz answers {answer.status_code}, and not as the office does",
                      "check the proxy: see docs/operate/nginx.conf and Caddyfile")  # fmt: skip


def _certificate(host: str, port: int) -> Iterator[Finding]:
    try:
        with (
            socket.create_connection((host, port), WAIT_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            certificate = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            "bad", "certificate", f"browsers will not trust {host}: {error.verify_message}", "renew it"
        )
        return
    except OSError as error:
        yield Finding(
            "warn",
            "certificate",
            f"{host}:{port} can't be reached from here: {error}",
            "look at it from outside",
        )
        return
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - datetime.now(UTC)).days
    if days < CERTIFICATE_DAYS:
        yield Finding("warn", "certificate", f"it ends in {days} days", "see why it is not renewed by itself")
    else:
        yield Finding("good", "certificate", f"valid for {days} days")


def front() -> Iterator[Finding]:
    if (
        settings.ENVIRONMENT.mode == "production"
        and not settings.FRONT_SECRET
        and not settings.TRUSTED_PROXIES
    ):
        yield Finding(
            "warn", "front", "KUYAKUSHO_TRUSTED_PROXIES is not set: behind a proxy all visitors look like one, so that "
            "limits hit everybody and pages think that there is no https",
            "name the proxy's addresses; `kuyakusho serve` without a proxy needs nothing",
        )  # fmt: skip


CHECKS: tuple[Check, ...] = (mail, redis, virus_scanner, public_address, front)
