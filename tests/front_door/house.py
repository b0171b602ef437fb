"""Real processes for the tests: Granian with a small application, the front door, and a snapshot table."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATH = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"
SECRET = "a-secret-of-the-tests"


def free_port() -> int:
    """Below the ports that the system gives to clients, so that none of thousands of streams takes it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def eventually(check, seconds=10.0, pause=0.02):
    """The first true thing that `check` returns; an AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    fault = None
    while time.monotonic() < deadline:
        try:
            if found := check():
                return found
        except (OSError, AssertionError) as error:
            fault = error
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {fault}")


def stop(process: subprocess.Popen, number=signal.SIGTERM, seconds=10.0) -> int:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def memory(pid: int) -> int:
    """Resident bytes of a process."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Reply:
    """A response read from a raw connection."""

    def __init__(self, status: int, fields: list[tuple[str, str]], body: bytes, head: bytes) -> None:
        self.status, self.all, self.body, self.head = status, fields, body, head
        self.fields = {name.lower(): value for name, value in fields}


class Wire:
    """A raw connection: sends any bytes, reads responses by their framing."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = 15.0) -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *fault: object) -> None:
        self.socket.close()

    def __del__(self) -> None:
        # A test that fails half-way should show its own fault, not that its sockets are open.
        if hasattr(self, "socket"):
            self.socket.close()

    def send(self, data: bytes) -> Wire:
        self.socket.sendall(data)
        return self

    def get(self, path: str, *lines: str, method: str = "GET", body: bytes = b"") -> Reply:
        head = [f"{method} {path} HTTP/1.1", "Host: ward.example", *lines]
        if body:
            head.append(f"Content-Length: {len(body)}")
        self.send(("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body)
        return self.reply(method)

    def more(self) -> bool:
        data = self.socket.recv(262_144)
        self.buffer += data
        return bool(data)

    def until(self, mark: bytes) -> bytes:
        at = 0
        while (found := self.buffer.find(mark, at)) < 0:
            at = max(0, len(self.buffer) - len(mark))
            if not self.more():
                raise EOFError(f"ended before {mark!r}: {self.buffer[:200]!r}")
        end = found + len(mark)
        taken, self.buffer = self.buffer[:end], self.buffer[end:]
        return taken

    def exactly(self, size: int) -> bytes:
        parts = [self.buffer[:size]]
        self.buffer = self.buffer[size:]
        left = size - len(parts[0])
        while left:
            data = self.socket.recv(min(left, 1_048_576))
            if not data:
                raise EOFError(f"{left} bytes missing")
            parts.append(data)
            left -= len(data)
        return b"".join(parts)

    def reply(self, method: str = "GET", interim: bool = False) -> Reply:
        while True:
            head = self.until(b"\r\n\r\n")
            first, *lines = head[:-4].decode("latin-1").split("\r\n")
            status = int(first.split(" ")[1])
            if status >= 200 or interim:
                break
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        found = {name.lower(): value for name, value in fields}
        if method == "HEAD" or status in (204, 304) or status < 200:
            body = b""
        elif "transfer-encoding" in found:
            body = self._chunks()
        elif "content-length" in found:
            body = self.exactly(int(found["content-length"]))
        else:
            body = self.rest()
        return Reply(status, fields, body, head)

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.until(b"\r\n"), 16):
            parts.append(self.exactly(size))
            assert self.exactly(2) == b"\r\n"
        assert self.exactly(2) == b"\r\n"
        return b"".join(parts)

    def rest(self) -> bytes:
        with contextlib.suppress(ConnectionResetError):
            while self.more():
                pass
        taken, self.buffer = self.buffer, b""
        return taken

    def ended(self) -> bool:
        """Whether the other side has closed, and sent nothing more."""
        return self.rest() == b""


class Table:
    """The snapshot table in an SQLite file, written to directly."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS snapshots_snapshot (path TEXT PRIMARY KEY, ward_id INTEGER, version INTEGER,"
            " media_type TEXT, body BLOB, etag TEXT, max_age INTEGER, made_at TEXT, stale_after INTEGER,"
            " removed INTEGER NOT NULL DEFAULT 0)"
        )
        self.version = 0

    def put(self, path, body, media_type="application/json", max_age=5, stale_after=None, age=0) -> int:
        self.version += 1
        body = body if isinstance(body, bytes) else body.encode()
        made_at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - age))
        self.connection.execute(
            "INSERT OR REPLACE INTO snapshots_snapshot VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?, 0)",
            [path, self.version, media_type, body, f"e{self.version}", max_age, made_at, stale_after],
        )
        return self.version

    def remove(self, path) -> None:
        self.connection.execute("UPDATE snapshots_snapshot SET removed = 1 WHERE path = ?", [path])

    def close(self) -> None:
        self.connection.close()


class House:
    """Granian and the front door on ports of their own, in a folder of their own."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.port, self.pages_port = free_port(), free_port()
        self.table = Table(folder / "k.sqlite3")
        self.socket = folder / "live.sock"
        self.environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}",
            "KUYAKUSHO_LIVE_LISTEN": f"127.0.0.1:{self.port}",
            "KUYAKUSHO_LIVE_PAGES": f"127.0.0.1:{self.pages_port}",
            "KUYAKUSHO_FRONT_SECRET": SECRET,
            "DATABASE_URL": f"sqlite:///{folder / 'k.sqlite3'}",
            "KUYAKUSHO_LIVE_SOCKET": str(self.socket),
            "KUYAKUSHO_LOG_FORMAT": "console",
            **environ,
        }
        self.before_live: tuple[str, ...] = ()
        self.pages: subprocess.Popen | None = None
        self.live: subprocess.Popen | None = None

    def _start(self, name: str, *command: str, inherit: tuple[int, ...] = ()) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
                pass_fds=inherit,
            )

    def start_pages(self, wait: bool = True) -> None:
        self.pages = self._start(
            "pages",
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(self.pages_port), "--blocking-threads", "8", "--workers-kill-timeout", "5"),
            *("--no-ws", "--log-level", "warning", "pages_app:application"),
        )
        if wait:
            eventually(self.pages_answer)

    def pages_answer(self) -> bool:
        with Wire(self.pages_port, timeout=2) as wire:
            return wire.get("/hello").status == 200

    def start_inheriting(self, descriptor: int) -> subprocess.Popen:
        return self._start("live", sys.executable, "-m", "kuyakusho.live", inherit=(descriptor,))

    def start_live(self, wait: bool = True) -> None:
        self.live = self._start("live", *self.before_live, sys.executable, "-m", "kuyakusho.live")
        if wait:
            eventually(lambda: b'"confirmed"' in self.get("/live/healthz").body)

    def stop_pages(self, number=signal.SIGTERM) -> None:
        if self.pages is not None:
            if number == signal.SIGKILL:
                os.killpg(self.pages.pid, number)
            stop(self.pages, number)
            self.pages = None

    def stop_live(self, number=signal.SIGTERM) -> int:
        live, self.live = self.live, None
        return stop(live, number, 20) if live is not None else 0

    def wire(self, timeout: float = 15.0) -> Wire:
        return Wire(self.port, timeout=timeout)

    def get(self, path: str, *lines: str, method: str = "GET", body: bytes = b"") -> Reply:
        with self.wire() as wire:
            return wire.get(path, *lines, "Connection: close", method=method, body=body)

    def ring(self, *paths: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.sendto("\n".join(paths).encode(), str(self.socket))

    def put(self, path: str, body, **more) -> int:
        version = self.table.put(path, body, **more)
        self.ring(path)
        return version

    def seen(self, path: str, body) -> Reply:
        """Waits until the front door answers this body."""
        body = body if isinstance(body, bytes) else body.encode()

        def check():
            reply = self.get(path)
            return reply if reply.body == body else None

        return eventually(check)

    def metric(self, name: str) -> float:
        return self.metric_of(name)

    def metric_of(self, name: str, *lines: str) -> float:
        for line in self.get("/live/metrics", *lines).body.decode().splitlines():
            if line.startswith((f"kuyakusho_live_{name} ", f"kuyakusho_live_{name}_total ")):
                return float(line.rpartition(" ")[2])
        raise KeyError(name)

    def log(self, name: str = "live") -> str:
        return (self.folder / f"{name}.log").read_text()

    def close(self) -> None:
        self.table.close()
        self.stop_pages(signal.SIGKILL)
        self.stop_live(signal.SIGKILL)
