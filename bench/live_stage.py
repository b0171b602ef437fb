"""Processes for the front door's benchmarks: started on one core, loaded by wrk from another, measured by CPU time."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
LOOKED_IN = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"
SECONDS = 3
BODY = (
    b'{"waiting": [' + b", ".join(b'{"desk": %d, "minutes": %d}' % (n, n % 7) for n in range(1, 62)) + b"]}"
)
SNAPSHOT = "/api/v1/ward/home"

VARIED = """
local n = 0
request = function()
  n = n + 1
  local h = {["User-Agent"] = "Mozilla/5.0 (Linux; Android 16) Phone/" .. n, ["Accept"] = "application/json",
    ["Accept-Language"] = "ja,en;q=0.8", ["Referer"] = "http://localhost/ward/?visit=" .. n,
    ["Cookie"] = "seen=" .. n, ["Sec-Fetch-Mode"] = "cors", ["Sec-Fetch-Site"] = "same-origin"}
  return wrk.format("GET", nil, h)
end
"""


def program(name: str) -> str | None:
    return shutil.which(name, path=LOOKED_IN)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process and what it started, on the first core."""

    def __init__(self, command: list[str], port: int, **environ: str) -> None:
        self.port = port
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 15
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"{command[:4]} doesn't answer on {port}")
            time.sleep(0.05)
        self.pin()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *fault: object) -> None:
        self.stop()

    def everybody(self) -> list[psutil.Process]:
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]

    def pin(self) -> None:
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            for process in self.everybody():
                for thread in process.threads():
                    with contextlib.suppress(OSError):
                        os.sched_setaffinity(thread.id, {cores[0]})

    def cpu(self) -> float:
        """CPU seconds of the process and its children so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self.everybody())

    def resident(self) -> float:
        """Megabytes."""
        return sum(process.memory_info().rss for process in self.everybody()) / 1e6

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def load(
    server: Server, path: str, *options: str, also: tuple[Server, ...] = (), connections: int = 64
) -> dict:
    """Loads a server with wrk: CPU microseconds per request over the named servers, requests a second."""
    cores = sorted(os.sched_getaffinity(0))
    pinned = ["taskset", "-c", str(cores[-1])] if len(cores) > 1 and program("taskset") else []
    before = server.cpu() + sum(other.cpu() for other in also)
    said = subprocess.run(
        [
            *pinned,
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{SECONDS}s",
            *options,
            f"http://127.0.0.1:{server.port}{path}",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    spent = server.cpu() + sum(other.cpu() for other in also) - before
    lines = [line.strip() for line in said.splitlines()]
    count = next(int(line.split()[0]) for line in lines if " requests in " in line)
    wrong = any(line.startswith(("Non-2xx", "Socket errors")) for line in lines)
    return {"us": spent / max(count, 1) * 1e6, "rate": count / SECONDS, "clean": not wrong}


@contextlib.contextmanager
def stage() -> Iterator[Path]:
    """A folder with the snapshot as a file for nginx and as a row for the front door."""
    with tempfile.TemporaryDirectory(prefix="kb-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        folder.chmod(0o755)
        file = folder / "www" / SNAPSHOT[1:]
        file.parent.mkdir(parents=True)
        file.write_bytes(BODY)
        with sqlite3.connect(folder / "k.sqlite3") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(
                "CREATE TABLE snapshots_snapshot (path TEXT PRIMARY KEY, ward_id INTEGER, version INTEGER, media_type TEXT,"
                " body BLOB, etag TEXT, max_age INTEGER, made_at TEXT, stale_after INTEGER, removed INTEGER)"
            )
            database.execute(
                "INSERT INTO snapshots_snapshot VALUES (?, NULL, 1, 'application/json', ?, 'v1', 5, datetime('now'), NULL, 0)",
                [SNAPSHOT, BODY],
            )
        database.close()
        yield folder


def front_door(folder: Path, pages: int = 9) -> Server:
    """The front door as `serve` starts it, with the bench's own listening port."""
    port = free_port()
    return Server(
        [sys.executable, "-m", "kuyakusho.live"],
        port,
        KUYAKUSHO_LIVE_LISTEN=f"127.0.0.1:{port}",
        KUYAKUSHO_LIVE_PAGES=f"127.0.0.1:{pages}",
        KUYAKUSHO_LIVE_SOCKET=str(folder / "live.sock"),
        KUYAKUSHO_FRONT_SECRET="bench",
        DATABASE_URL=f"sqlite:///{folder / 'k.sqlite3'}",
    )


def nginx(folder: Path, proxied: int = 0) -> Server | None:
    """nginx with one worker serving the same file, or handing everything to a port. None where there is none."""
    found = program("nginx")
    if found is None:
        return None
    port = free_port()
    inside = (
        "location / { proxy_pass http://pages; proxy_http_version 1.1; proxy_set_header Connection ''; }"
        if proxied
        else f"root {folder}/www; default_type application/json; etag on; open_file_cache max=10;"
    )
    pages = f"upstream pages {{ server 127.0.0.1:{proxied}; keepalive 64; }}" if proxied else ""
    own = folder / f"nginx-{port}"
    own.mkdir()
    temporary = "".join(
        f"{n}_temp_path {own}/{n}; " for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (own / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {own}/pid; error_log {own}/error.log crit;\n"
        "events { worker_connections 2000; }\n"
        f"http {{ access_log off; keepalive_requests 100000000; tcp_nodelay on; {temporary} {pages}\n"
        f"server {{ listen 127.0.0.1:{port}; {inside} }} }}\n"
    )
    return Server([found, "-p", str(own), "-c", str(own / "nginx.conf")], port)


def bare(folder: Path) -> Server:
    port = free_port()
    return Server(
        [sys.executable, "-m", "bench.live_floor", str(port), str(folder / "www" / SNAPSHOT[1:])], port
    )


def granian(application: str = "bench.live_floor:application", **environ: str) -> Server:
    """Pages as `serve` starts them, on a port of their own."""
    port = free_port()
    server = Server(
        [
            *(
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--http",
                "1",
                "--no-ws",
                "--log-level",
                "error",
            ),
            *("--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "8", application),
        ],
        port,
        **environ,
    )
    ask(port, "/healthz")  # Django has started
    server.pin()
    return server


def ask(port: int, path: str, *lines: str) -> tuple[int, dict[str, str], bytes]:
    """One request of its own: status, fields, body."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=dict(line.split(": ", 1) for line in lines))
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()
