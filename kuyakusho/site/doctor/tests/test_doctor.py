"""The doctor finds what is wrong, says how to mend it, and never faints."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from kuyakusho.core.audit import guard
from kuyakusho.core.audit.services import record
from kuyakusho.core.audit.tests.making import TESTER, a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.outbox.models import Entry, Heartbeat
from kuyakusho.site import doctor
from kuyakusho.site.commands.doctor import command
from kuyakusho.site.doctor import Finding, connections, data, machine, work
from kuyakusho.site.environment import Environment, faults, is_weak

ROOT = Path(__file__).resolve().parents[4]
STRONG = "".join(chr(33 + (n * 37) % 90) for n in range(60))
GOOD: dict[str, Any] = {
    "KUYAKUSHO_MODE": "production",
    "SECRET_KEY": STRONG,
    "KUYAKUSHO_HOSTS": "nishi.example.jp",
    "KUYAKUSHO_PUBLIC_ADDRESS": "https://nishi.example.jp",
    "EMAIL_URL": "smtp+tls://u:p@mail.example.jp",
}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Environment.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)


def levels(check: doctor.Check) -> set[str]:
    return {finding.level for finding in check()}


def said(check: doctor.Check) -> str:
    return " ".join(f"{finding.what} {finding.mend}" for finding in check())


# ---- the start --------------------------------------------------------------------------------------------------


def test_a_good_production_set_up_starts() -> None:
    assert faults(Environment(**GOOD)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY is weak"),
        ({"OLD_SECRET_KEYS": f"{STRONG},short"}, "OLD_SECRET_KEYS holds a weak key"),
        ({"DEBUG": True}, "DEBUG is on"),
        ({"KUYAKUSHO_DEMO_SIGN_IN": True}, "KUYAKUSHO_DEMO_SIGN_IN is on"),
        ({"KUYAKUSHO_HOSTS": ""}, "KUYAKUSHO_HOSTS is not set"),
        ({"KUYAKUSHO_HOSTS": "*"}, "holds '*'"),
        ({"KUYAKUSHO_PUBLIC_ADDRESS": "http://nishi.example.jp"}, "https://"),
        ({"EMAIL_URL": ""}, "EMAIL_URL is not set"),
        ({"EMAIL_URL": "mail.example.jp"}, "EMAIL_URL must begin with"),
        ({"KUYAKUSHO_FRONT_SECRET": "abc"}, "KUYAKUSHO_FRONT_SECRET is weak"),
        ({"KUYAKUSHO_METRICS_TOKEN": "a" * 40}, "KUYAKUSHO_METRICS_TOKEN is weak"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with"),
        ({"REDIS_URL": "localhost"}, "REDIS_URL must begin with"),
        ({"KUYAKUSHO_VIRUS_SCANNER": "/run/clamd"}, "KUYAKUSHO_VIRUS_SCANNER must be"),
    ],
)
def test_production_refuses_to_start_and_says_what_to_set(change: dict, words: str) -> None:
    found = faults(Environment(**{**GOOD, **change}))
    assert len(found) == 1
    assert words in found[0]


def test_a_laptop_needs_nothing() -> None:
    assert faults(Environment()) == []
    assert Environment().demo
    assert not Environment(**{"KUYAKUSHO_MODE": "test"}).demo


def test_the_published_demo_secret_is_weak() -> None:
    from kuyakusho.site.environment import DEMO_SECRET

    assert is_weak(DEMO_SECRET)
    assert not is_weak(STRONG)


# ---- names ------------------------------------------------------------------------------------------------------


def test_every_variable_that_is_read_anywhere_is_known_and_documented() -> None:
    read = set()
    for path in (ROOT / "kuyakusho").rglob("*.py"):
        if "tests" not in path.parts:
            read |= set(re.findall(r"[\"']((?:KUYAKUSHO)_[A-Z_]+)[\"']", path.read_text("utf-8")))
    assert read - machine.known_names() - {"KUYAKUSHO_TEST_VAR"} == set()
    documented = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/operate/settings.md").read_text("utf-8"), re.M)
    )
    assert (
        machine.known_names() - documented - {"KUYAKUSHO_SUPERVISOR", "KUYAKUSHO_LIVE_DESCRIPTORS"} == set()
    )


def test_a_misspelt_variable_is_found() -> None:
    (finding,) = machine.names_of_variables({"KUYAKUSHO_HOTS": "x", "KUYAKUSHO_HOSTS": "y", "HOME": "/"})
    assert "KUYAKUSHO_HOTS" in finding.what
    assert finding.mend == "did you mean KUYAKUSHO_HOSTS?"


# ---- checks -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_check_runs_and_says_how_to_mend(tmp_path: Path, settings: Any) -> None:
    settings.PUBLIC_ADDRESS = "http://localhost:9"
    findings = list(doctor.examine())
    assert {f.name for f in findings} >= {
        "database",
        "migrations",
        "disk",
        "backup",
        "worker",
        "e-mail",
        "time zone",
    }
    for finding in findings:
        assert "can't be checked" not in finding.what, finding
        assert finding.level == "good" or finding.mend, finding


def test_a_check_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Finding]:
        raise RuntimeError("on purpose")
        yield

    for module in (machine, data, connections, work):
        monkeypatch.setattr(module, "CHECKS", ())
    monkeypatch.setattr(machine, "CHECKS", (broken,))
    (finding,) = doctor.examine()
    assert (finding.level, finding.name) == ("bad", "broken")
    assert "on purpose" in finding.what


@pytest.mark.django_db
def test_the_worker_and_its_queue() -> None:
    assert levels(work.worker) == {"bad"}
    Heartbeat.objects.create(name="w", started_at=clock.now(), at=clock.now())
    assert levels(work.worker) == {"good"}
    assert levels(work.outbox) == {"good"}
    old = clock.now() - timedelta(hours=1)
    values = {"kind": "message", "lane": "0:message", "name": "email", "created_at": old, "next_at": old}
    Entry.objects.create(**values)
    Entry.objects.create(**values, state="given_up", done_at=clock.now(), fault="TimeoutError: x")
    assert levels(work.outbox) == {"bad", "warn"}
    assert "TimeoutError" in said(work.outbox)


@pytest.mark.django_db
def test_the_audit_chain() -> None:
    assert levels(data.audit_chain) == {"good"}
    with clock.frozen(clock.now() - timedelta(hours=1)):
        record(ward=a_ward(), actor=TESTER, action="a.b", target="c")
    assert "sealer" in said(data.audit_chain)
    guard.remove(connection)
    assert "kuyakusho audit guard" in said(data.audit_chain)
    guard.install(connection)


@pytest.mark.django_db
def test_backups(tmp_path: Path, settings: Any) -> None:
    settings.BACKUPS = tmp_path
    assert "there is none" in said(data.backups)
    made = tmp_path / "kuyakusho-20260401-030000.tar.gz"
    made.touch(mode=0o600)
    assert levels(data.backups) == {"good"}
    made.chmod(0o644)
    assert "others can read" in said(data.backups)
    made.chmod(0o600)
    os.utime(made, (0, time.time() - 3 * 24 * 3600))
    assert "3.0 days old" in said(data.backups)


def test_folders(tmp_path: Path, settings: Any) -> None:
    settings.VAR = settings.BACKUPS = tmp_path
    settings.MEDIA_ROOT = tmp_path / "static" / "files"
    settings.STATIC_ROOT = tmp_path / "static"
    assert "which anybody can fetch" in said(machine.folders)


def test_mail_that_cannot_be_sent(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    assert "bad" in levels(connections.mail)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert "nothing is sent" in said(connections.mail)


def test_a_redis_or_a_scanner_that_is_away(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.VIRUS_SCANNER = "unix:///nowhere"
    assert levels(connections.redis) == {"bad"}
    assert levels(connections.virus_scanner) == {"bad"}


@pytest.mark.django_db
def test_the_command_ends_with_one_when_something_is_bad(settings: Any) -> None:
    settings.PUBLIC_ADDRESS = "http://localhost:9"
    ended = CliRunner().invoke(command, ["--json"])
    assert ended.exit_code == 1
    assert {"level", "name", "what", "mend"} == set(json.loads(ended.output)[0])
    assert "to mend" in CliRunner().invoke(command).output


def test_the_command_names_settings_that_keep_the_office_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KUYAKUSHO_MODE", "production")
    ended = CliRunner().invoke(command)
    assert ended.exit_code == 1
    assert "SECRET_KEY is not set" in ended.output
    monkeypatch.setenv("KUYAKUSHO_MODE", "banana")
    assert "KUYAKUSHO_MODE" in CliRunner().invoke(command).output
