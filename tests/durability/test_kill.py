"""SIGKILL in the middle of writes: nothing that was acknowledged is lost, nothing is half there, the chain holds."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest

from .house import Office, acknowledged

pytestmark = pytest.mark.slow


def test_nothing_acknowledged_is_lost_when_everything_is_killed(
    office: Office, kill_database: Callable[[], None]
) -> None:
    promised: list[str] = []
    for round_number, acknowledgements in enumerate((60, 35)):
        worker = office.start("worker", "--lease", "1")
        writers = [office.start("writer.py", f"w{round_number}{n}") for n in range(2)]
        heard: list[list[str]] = [[] for _ in writers]

        def listen(
            number: int, writers: list = writers, heard: list = heard, count: int = acknowledgements
        ) -> None:
            heard[number].extend(acknowledged(writers[number], count))

        threads = [threading.Thread(target=listen, args=(n,)) for n in range(len(writers))]
        for thread in threads:
            thread.start()
        threads[0].join(timeout=120)
        if "postgres" in office.environment["DATABASE_URL"]:
            kill_database()  # the database first: its clients are in the middle of their writes
        for process in (worker, *writers):
            process.send_signal(signal.SIGKILL)
        for process in (worker, *writers):
            process.wait()
        for thread in threads:
            thread.join()
        for writer, lines in zip(writers, heard, strict=True):
            assert writer.stdout is not None
            lines += [line.strip() for line in writer.stdout if line.endswith("\n")]
            promised += lines
    assert len(promised) > 90

    found = office.ask()
    assert set(promised) <= set(found["districts"])
    assert found["districts"] == found["lines"] == found["messages"], (
        "a record without its line or its message"
    )
    assert found["sound_files"] == found["files"] > 0
    assert found["revision"] == 1 + len(found["districts"])
    verdict = office.run("audit", "verify")
    assert "durable" in verdict

    until = time.monotonic() + 60  # what the killed workers held is due again when their leases end
    while office.states() != {"done": len(found["messages"])}:
        assert time.monotonic() < until, office.states()
        office.run("worker", "--once")
    assert "0 not sealed" in office.run("audit", "verify", "durable")


def test_tampering_after_the_fact_is_found_by_the_command(office: Office) -> None:
    writer = office.start("writer.py", "w", "20")
    assert len(list(acknowledged(writer, 20))) == 20
    writer.wait()
    office.run("worker", "--once")
    assert "durable: 2" in office.run("audit", "verify", "durable")
    office.run("tamperer.py")
    said = office.run("audit", "verify", code=1)
    assert "durable: broken at line 7" in said
    assert "no ward nowhere" in office.run("audit", "verify", "nowhere", code=1)
