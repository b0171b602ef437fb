"""`kuyakusho serve`: three processes that start, live and stop as one."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from house import HERE, ROOT, Table, Wire, eventually, free_port, stop


class Office:
    """A running `serve` in a folder of its own."""

    def __init__(
        self, var: Path, command: list[str], stdin: int = subprocess.DEVNULL, **environ: str
    ) -> None:
        self.var = var
        self.log = var / "serve.log"
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("KUYAKUSHO", "DATABASE", "DJANGO"))
        }
        self.environ = {
            **clean,
            "KUYAKUSHO_VAR": str(var),
            "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}",
            **environ,
        }
        self.port = free_port()
        self.began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [part.replace("PORT", str(self.port)) for part in command],
                env=self.environ,
                stdin=stdin,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text()

    def opened(self) -> float:
        """Waits until it says that it is open; seconds since its start."""
        eventually(lambda: "Kuyakusho is open at" in self.said(), 20)
        return time.monotonic() - self.began

    def get(self, path: str) -> tuple[int, bytes]:
        with Wire(self.port) as wire:
            wire.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            reply = wire.reply()
            return reply.status, reply.body

    def everybody(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """The direct child whose command holds the word."""
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if word in " ".join(child.cmdline()):
                    return child
        raise AssertionError(f"no {word} under {self.process.pid}")

    def close(self) -> None:
        everybody = []
        with contextlib.suppress(psutil.Error):
            everybody = self.everybody()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for process in everybody:
            with contextlib.suppress(psutil.Error):
                process.kill()


SMALL = [sys.executable, str(HERE / "small_serve.py"), "PORT"]


@pytest.fixture
def office():
    """Starts offices; nothing of them is left afterwards."""
    offices = []
    with tempfile.TemporaryDirectory(prefix="ks-", ignore_cleanup_errors=True) as place:

        def start(
            command=SMALL, folder: str = "var", stdin: int = subprocess.DEVNULL, **environ: str
        ) -> Office:
            var = Path(place) / folder
            var.mkdir(exist_ok=True)
            offices.append(Office(var, command, stdin, **environ))
            return offices[-1]

        yield start
        for one in offices:
            one.close()


def gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_opens_answers_and_stops_clean(office):
    one = office()
    one.opened()
    assert one.get("/hello?n=1") == (200, b"hello 1")
    with Wire(one.port, host="localhost") as wire:
        assert wire.get("/hello?n=2").body == b"hello 2"
    everybody = one.everybody()
    assert len(everybody) >= 3
    assert stop(one.process) == 0
    assert gone(everybody)
    assert "Stopped." in one.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_under_way_is_answered_at_a_stop(office, number):
    one = office()
    one.opened()
    with Wire(one.port) as wire:
        wire.send(b"GET /slow?seconds=1.5 HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.3)
        one.process.send_signal(number)
        assert wire.reply().status == 200
    assert one.process.wait(10) == 0


def test_a_second_signal_stops_at_once(office):
    one = office()
    one.opened()
    everybody = one.everybody()
    with Wire(one.port) as wire:
        wire.send(b"GET /slow?seconds=20 HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.3)
        one.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        one.process.send_signal(signal.SIGINT)
        assert one.process.wait(5) == 130
    eventually(lambda: gone(everybody))


def test_sigkill_of_the_parent_leaves_no_orphan(office):
    one = office()
    one.opened()
    everybody = one.everybody()
    assert len(everybody) >= 3
    one.process.kill()
    one.process.wait()
    eventually(lambda: gone(everybody), 15)


def test_sigkill_of_the_parent_and_of_granian_leaves_no_orphan(office):
    one = office()
    one.opened()
    everybody = one.everybody()
    os.kill(one.child("granian").pid, signal.SIGKILL)
    one.process.kill()
    one.process.wait()
    eventually(lambda: gone(everybody), 15)


@pytest.mark.parametrize("word", ["kuyakusho.live", "granian"])
def test_a_child_that_dies_is_started_again(office, word):
    one = office()
    one.opened()
    for _ in range(2):
        before = one.child(word).pid
        os.kill(before, signal.SIGKILL)
        eventually(lambda before=before: one.child(word).pid != before)
        eventually(lambda: one.get("/hello?n=3") == (200, b"hello 3"))
    assert "ended (by SIGKILL); starting it again" in one.said()
    assert stop(one.process) == 0


def test_a_page_process_that_dies_is_replaced(office):
    """Not Granian's main process but its worker; with two workers the other one serves on."""
    for number in ("1", "2"):
        one = office([*SMALL, number], folder=f"var{number}")
        one.opened()
        workers = psutil.Process(one.child("granian").pid).children()
        workers[0].kill()
        eventually(lambda one=one: one.get("/hello?n=4") == (200, b"hello 4"))
        before = {process.pid for process in workers}
        eventually(lambda one=one, before=before: {p.pid for p in one.everybody()} - before)
        time.sleep(1)  # Granian, asked to stop in the instant of a replacement, takes its whole ten seconds
        assert stop(one.process, seconds=25) == 0


def test_reload_replaces_the_pages_and_refuses_nobody(office):
    one = office()
    one.opened()
    before = one.get("/slow?seconds=0")[1]
    one.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 15
    while one.get("/slow?seconds=0") == (200, before):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for _ in range(100):
        assert one.get("/slow?seconds=0.01")[0] == 200


def test_closing_the_terminal_stops_it(office):
    master, terminal = os.openpty()
    one = office(stdin=terminal)
    one.opened()
    everybody = one.everybody()
    one.process.send_signal(signal.SIGHUP)
    assert one.process.wait(10) == 0
    assert gone(everybody)
    os.close(master)
    os.close(terminal)


def test_two_on_one_folder_say_so(office):
    one = office()
    one.opened()
    two = office()
    assert two.process.wait(10) == 1
    assert f"(process {one.process.pid}, http://localhost:{one.port})" in two.said()
    assert "KUYAKUSHO_VAR" in two.said()
    assert one.get("/hello?n=5")[0] == 200


def test_a_port_in_use_says_so(office):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        one = office([*SMALL[:2], str(port)])
        assert one.process.wait(10) == 1
    said = one.said()
    assert f"Port {port} on localhost is in use by another program." in said
    assert "kuyakusho serve --port" in said
    assert "Traceback" not in said


def test_pages_that_never_start_end_it_all(office):
    one = office(SMALL_PAGES_BROKEN="yes")
    assert one.process.wait(30) == 1
    assert "Kuyakusho does not start" in one.said()
    assert "The pages do not start: mend what they say above" in one.said()


def test_a_front_door_that_cannot_read_its_settings_ends_it_all(office):
    one = office(KUYAKUSHO_TRUSTED_PROXIES="everybody")
    assert one.process.wait(15) == 1
    assert "KUYAKUSHO_TRUSTED_PROXIES holds 'everybody'" in one.said()


def test_the_inner_port_refuses_who_comes_directly_and_snapshots_flow(office):
    one = office()
    table = Table(one.var / "kuyakusho.sqlite3")
    one.opened()
    table.put("/api/v1/ward/home", "[1]")
    eventually(lambda: one.get("/api/v1/ward/home") == (200, b"[1]"), 2)
    table.close()
    ports = {c.laddr.port for p in one.everybody() for c in p.net_connections("tcp") if c.status == "LISTEN"}
    assert len(ports) == 2  # the front door's and one on loopback
    addresses = {
        c.laddr.ip for p in one.everybody() for c in p.net_connections("tcp") if c.status == "LISTEN"
    }
    assert addresses <= {"127.0.0.1", "::1"}


REAL = [sys.executable, "-c", "from kuyakusho.site.cli import main; main()", "serve", "--port", "PORT"]


@pytest.fixture(scope="module")
def migrated():
    """A database as `kuyakusho prepare` leaves it, without any ward."""
    with tempfile.TemporaryDirectory(prefix="km-") as place:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("KUYAKUSHO", "DATABASE", "DJANGO"))
        }
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "-v", "0"],
            env={**clean, "KUYAKUSHO_VAR": place},
            check=True,
            cwd=ROOT,
        )
        yield Path(place) / "kuyakusho.sqlite3"


def test_the_real_office_opens_answers_and_stops(office, migrated):
    one = office([sys.executable, "-c", "pass"])  # only to make the folder
    one.process.wait()
    with sqlite3.connect(migrated) as source, sqlite3.connect(one.var / "kuyakusho.sqlite3") as copy:
        source.backup(copy)
    source.close()
    copy.close()
    real = office(REAL)
    assert real.opened() < 15  # five on a machine of its own: the benchmark `start` measures it
    assert real.get("/healthz")[0] == 200
    everybody = real.everybody()
    inner = next(
        c.laddr.port
        for p in everybody
        for c in p.net_connections("tcp")
        if c.status == "LISTEN" and c.laddr.port != real.port
    )
    with Wire(inner) as wire:
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.reply().status == 403  # the pages answer through the front door only
    # A snapshot written by the office's own service, in another process, is answered and streamed.
    with Wire(real.port) as stream:
        write(real, b"[1]")
        eventually(lambda: real.get("/api/v1/ward/test") == (200, b"[1]"), 2)
        stream.send(b"GET /api/v1/ward/test/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stream.until(b"data: [1]\n\n")
        write(real, b"[2]")
        stream.until(b"data: [2]\n\n")
    assert stop(real.process, seconds=25) == 0
    assert gone(everybody)


def write(real: Office, body: bytes) -> None:
    """A snapshot by the service, as a page would write it."""
    script = (
        "from kuyakusho.site.cli import setup; setup()\n"
        "from kuyakusho.core.snapshots import services\n"
        f"services.put('/api/v1/ward/test', {body!r})\n"
    )
    subprocess.run([sys.executable, "-c", script], env=real.environ, check=True)


def test_the_real_office_leaves_no_orphan(office, migrated):
    one = office([sys.executable, "-c", "pass"])
    one.process.wait()
    with sqlite3.connect(migrated) as source, sqlite3.connect(one.var / "kuyakusho.sqlite3") as copy:
        source.backup(copy)
    source.close()
    copy.close()
    real = office(REAL)
    real.opened()
    eventually(lambda: real.child("main() worker"))
    time.sleep(1)
    everybody = real.everybody()
    real.process.kill()
    real.process.wait()
    eventually(lambda: gone(everybody), 15)
