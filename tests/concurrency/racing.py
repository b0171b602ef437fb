"""Several at once, for real: threads of this process, or processes of their own.

    race(deeds.touch, [{"ward": 1}] * 8)

runs the deed with each of the arguments at the same moment and gives back what came of each, in the order of the
arguments: what the deed returned, or the `Refusal` that a service raised. Everything else that a deed raises (a
deadlock, a database that is locked, a broken constraint) fails the test. Nobody waits for ever: after `PATIENCE`
seconds the test fails and says who is still busy.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, connections

from kuyakusho.core.errors import KuyakushoError

PATIENCE = 60.0
ROOT = Path(__file__).resolve().parents[2]
Deed = Callable[..., Any]


@dataclass(frozen=True)
class Refusal:
    """What a service refused: its code and whether it told the person something."""

    code: str
    status: int
    told: bool


Race = Callable[[Deed, Sequence[dict[str, Any]]], list[Any]]


def done(deed: Deed, arguments: dict[str, Any]) -> Any:
    """What the deed returns, or the refusal. Leaves no connection behind, as a request leaves none."""
    try:
        return deed(**arguments)
    except KuyakushoError as refused:
        return Refusal(refused.code, refused.status, bool(str(refused.sentence) and str(refused.next_step)))
    finally:
        connection.close()


def with_threads(deed: Deed, arguments: Sequence[dict[str, Any]]) -> list[Any]:
    """Each in a thread of its own, let go by one gate."""
    return at_once([lambda one=one: deed(**one) for one in arguments])


def at_once(deeds: Sequence[Callable[[], Any]]) -> list[Any]:
    """Different deeds at the same moment."""
    gate = threading.Barrier(len(deeds))
    answers: list[Any] = [None] * len(deeds)
    faults: list[str] = []

    def run(place: int) -> None:
        gate.wait()
        try:
            answers[place] = done(deeds[place], {})
        except BaseException:
            faults.append(traceback.format_exc())

    threads = [threading.Thread(target=run, args=[place], daemon=True) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    until = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    busy = [place for place, thread in enumerate(threads) if thread.is_alive()]
    assert not busy, f"still busy after {PATIENCE:.0f} seconds: {busy}"
    assert not faults, f"{len(faults)} of {len(deeds)} failed, the first with:\n{faults[0]}"
    return answers


class Team:
    """Processes that wait for deeds. Each sets Django up as the product does, on the test's database."""

    def __init__(self, members: int) -> None:
        database = str(connection.settings_dict["NAME"])
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kuyakusho.site.settings_test",
            "DATABASE_URL": f"sqlite:///{database}",
        }
        self.members = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.concurrency.doer"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True, bufsize=1,
            )
            for _ in range(members)
        ]  # fmt: skip
        for member in self.members:
            assert self._answer(member) == {"ready": True}

    def race(self, deed: Deed, arguments: Sequence[dict[str, Any]]) -> list[Any]:
        """One process for each of the arguments; they agree on a moment to begin."""
        assert len(arguments) <= len(self.members)
        connections.close_all()
        at = time.time() + 0.05
        busy = list(zip(self.members, arguments, strict=False))
        for member, one in busy:
            assert member.stdin
            member.stdin.write(json.dumps({"deed": deed.__name__, "arguments": one, "at": at}) + "\n")
        answers = []
        for member, _one in busy:
            answer = self._answer(member)
            assert "fault" not in answer, answer.get("fault")
            answers.append(Refusal(**answer["refusal"]) if "refusal" in answer else answer["answer"])
        return answers

    def close(self) -> None:
        for member in self.members:
            assert member.stdin
            assert member.stdout
            member.stdin.close()
            member.wait(10)
            member.stdout.close()

    @staticmethod
    def _answer(member: subprocess.Popen[str]) -> dict[str, Any]:
        assert member.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(member.stdout, selectors.EVENT_READ)
            assert selector.select(PATIENCE), f"a process is still busy after {PATIENCE:.0f} seconds"
        line = member.stdout.readline()
        assert line, "a process died"
        answer: dict[str, Any] = json.loads(line)
        return answer
