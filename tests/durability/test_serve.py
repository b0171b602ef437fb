"""The served office as a whole is killed in the middle of requests: what was answered with 201 is there afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from .house import Office

pytestmark = pytest.mark.slow
WRITERS = 3


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def serve(office: Office, port: int) -> subprocess.Popen[str]:
    office.environment["PYTHONUNBUFFERED"] = "1"
    process = office.start("serve", "--host", "127.0.0.1", "--port", str(port), "--threads", "4")
    until = time.monotonic() + 90
    while True:
        assert process.poll() is None, (office.folder / "errors.log").read_text()[-2000:]
        assert time.monotonic() < until, "the office does not answer"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200:
                return process
        except httpx.HTTPError:
            time.sleep(0.2)


def family(number: int) -> list[int]:
    """A process and everything below it."""
    found = [number]
    for member in found:
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def kill_all(process: subprocess.Popen[str]) -> None:
    for member in family(process.pid):
        try:
            os.kill(member, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


class Sender(threading.Thread):
    """Sends figures one after the other and remembers those that were answered with 201."""

    def __init__(self, port: int, key: str, name: str) -> None:
        super().__init__()
        self.address = f"http://127.0.0.1:{port}/api/v1/durable/indicators/visits/observations"
        self.key, self.name_of_source = key, name
        self.acknowledged: list[str] = []
        self.others: list[Any] = []

    def run(self) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {self.key}"}, timeout=30) as client:
            for number in range(100):
                source = f"{self.name_of_source}-{number}"
                body = {
                    "period_from": "2025-04-01", "period_until": "2026-04-01", "value": "5", "base": 10,
                    "source": source, "source_on": "2026-05-01",
                }  # fmt: skip
                try:
                    answer = client.post(self.address, json=body, headers={"Idempotency-Key": source})
                except httpx.HTTPError:
                    return
                if answer.status_code == 201:
                    self.acknowledged.append(source)
                else:
                    self.others.append((answer.status_code, answer.text))
                    return


def test_what_was_answered_is_there_after_everything_was_killed(
    office: Office, kill_database: Callable[[], None]
) -> None:
    keys = json.loads(office.run("keymaker.py", str(2 * WRITERS)).splitlines()[-1])
    port = free_port()
    promised: list[str] = []
    for round_number in range(2):
        serving = serve(office, port)
        senders = [
            Sender(port, key, f"r{round_number}w{number}")
            for number, key in enumerate(keys[round_number * WRITERS : (round_number + 1) * WRITERS])
        ]
        for sender in senders:
            sender.start()
        until = time.monotonic() + 90
        while sum(len(sender.acknowledged) for sender in senders) < 40:
            assert time.monotonic() < until, [sender.others for sender in senders]
            time.sleep(0.005)
        if "postgres" in office.environment["DATABASE_URL"]:
            kill_database()
        kill_all(serving)
        for sender in senders:
            sender.join()
            promised += sender.acknowledged
            assert all(status >= 500 for status, _text in sender.others), sender.others
    assert len(promised) >= 80

    rows = [row[0] for row in office.query("SELECT source FROM indicators_observation")]
    assert set(promised) <= set(rows)
    assert len(rows) == len(set(rows)), "nothing is there twice"
    lines = office.query("SELECT count(*) FROM audit_auditline WHERE actor LIKE 'key:%'")[0][0]
    assert lines == len(rows), "every figure has its audit line and every line its figure"
    assert "durable" in office.run("audit", "verify")
    third = serve(office, port)
    known = httpx.get(f"http://127.0.0.1:{port}/api/v1/durable/indicators/visits", timeout=30)
    assert known.status_code == 200
    third.send_signal(signal.SIGTERM)
    assert third.wait(timeout=60) == 0
