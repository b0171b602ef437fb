"""A killed worker's messages are taken over; a stopped one finishes; a mail server sees each message once, or knows it."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from .conftest import Maker
from .house import Office, acknowledged

pytestmark = pytest.mark.slow
MESSAGES = 40
THREADS = 3


class MailServer:
    """A small SMTP server that takes its time over each message and remembers their Message-IDs."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.taken = seconds, Counter[str]()
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as talk:

            def say(line: str) -> None:
                talk.write(line.encode() + b"\r\n")
                talk.flush()

            try:
                say("220 test")
                while words := talk.readline().decode().strip().upper():
                    if words.startswith("DATA"):
                        say("354 go on")
                        lines = []
                        while (line := talk.readline()) != b".\r\n":
                            if not line:
                                return
                            lines.append(line.decode())
                        time.sleep(self.seconds)
                        (key,) = [
                            line.split("<")[1].split("@")[0]
                            for line in lines
                            if line.startswith("Message-ID")
                        ]
                        with self.lock:
                            self.taken[key] += 1
                        say("250 taken")
                    elif words.startswith("QUIT"):
                        say("221 bye")
                        return
                    else:
                        say("250 ok")
            except OSError:
                return

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer(seconds=0.15)
    yield server
    server.close()


def wait_for(server: MailServer, count: int) -> None:
    until = time.monotonic() + 60
    while server.taken.total() < count:
        assert time.monotonic() < until, f"only {server.taken.total()} of {count} came"
        time.sleep(0.01)


def busy_office(make_office: Maker, server: MailServer) -> Office:
    office = make_office(EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
    writer = office.start("writer.py", "w", str(MESSAGES))
    assert len(list(acknowledged(writer, MESSAGES))) == MESSAGES
    writer.wait()
    return office


def test_a_killed_workers_messages_are_taken_over(make_office: Maker, mail_server: MailServer) -> None:
    office = busy_office(make_office, mail_server)
    words = ("worker", "--lease", "2", "--threads", str(THREADS))
    for count in (8, 20):
        worker = office.start(*words)
        wait_for(mail_server, count)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    last = office.start(*words)
    until = time.monotonic() + 60
    while office.states() != {"done": MESSAGES}:
        assert time.monotonic() < until, office.states()
        time.sleep(0.1)
    last.send_signal(signal.SIGTERM)
    assert last.wait(timeout=40) == 0
    assert len(mail_server.taken) == MESSAGES, "every message arrived"
    again = mail_server.taken.total() - MESSAGES
    assert again <= 2 * THREADS, (
        "only what was on its way when the worker was killed comes again, under the same id"
    )


def test_a_stopped_worker_finishes_what_it_began_and_nothing_comes_twice(
    make_office: Maker, mail_server: MailServer
) -> None:
    office = busy_office(make_office, mail_server)
    for count in (5, 20):
        worker = office.start("worker", "--threads", str(THREADS))
        wait_for(mail_server, count)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0
    office.run("worker", "--once")
    assert set(mail_server.taken.values()) == {1}
    assert len(mail_server.taken) == MESSAGES


def test_two_workers_share_and_a_poke_wakes_them_at_once(make_office: Maker, mail_server: MailServer) -> None:
    mail_server.seconds = 0
    office = make_office(EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}")
    workers = [office.start("worker") for _ in range(2)]
    for worker in workers:
        assert worker.stdout is not None
        assert "jobs by the clock" in worker.stdout.readline()
    writer = office.start("writer.py", "w", str(MESSAGES))
    assert len(list(acknowledged(writer, MESSAGES))) == MESSAGES
    committed = time.monotonic()
    wait_for(mail_server, MESSAGES)
    assert time.monotonic() - committed < 20
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0
    assert set(mail_server.taken.values()) == {1}
    assert office.states() == {"done": MESSAGES}
    office.run("worker", "--once")
    assert "0 not sealed" in office.run("audit", "verify", "durable"), "two sealers at once, one chain"
