"""One change to ten thousand open streams: the front door beside nginx with nchan, one process and one core each.

Ours is measured from before the row is written: commit, bell, reading and sending are all within. nchan's is measured
from the publisher's POST. The clients are one process with epoll on another core.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import resource
import select
import socket
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.live_stage import SNAPSHOT, Server, free_port, front_door, program, stage
from bench.results import result

TURNS = 5
REPS = 3
MODULES = (
    Path("/usr/lib/nginx/modules/ngx_nchan_module.so"),
    Path("/usr/share/nginx/modules/ngx_nchan_module.so"),
)


class Crowd:
    """Many open event streams in one process."""

    def __init__(self, port: int, path: str, count: int) -> None:
        self.poll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.tails: dict[int, bytes] = {}
        request = f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n".encode()
        began = time.perf_counter()
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port), 30)
            one.sendall(request)
            one.setblocking(False)
            self.sockets[one.fileno()] = one
            self.poll.register(one.fileno(), select.EPOLLIN)
        self.opened = time.perf_counter() - began
        self.settle()

    def settle(self) -> None:
        """Reads what is still coming."""
        while ready := self.poll.poll(0.5):
            for number, _ in ready:
                self.sockets[number].recv(65_536)

    def turn(self, mark: bytes, publish: Callable[[], None]) -> tuple[list[float], bool]:
        """Milliseconds until each stream had the event, and whether all had it once."""
        left = dict.fromkeys(self.sockets, b"")
        spent: list[float] = []
        began = time.perf_counter()
        publish()
        while left and time.perf_counter() - began < 20:
            for number, _ in self.poll.poll(1):
                data = left.get(number, b"") + self.sockets[number].recv(65_536)
                if number in left:
                    left[number] = data
                    if mark in data:
                        spent.append((time.perf_counter() - began) * 1000)
                        del left[number]
        return spent, not left

    def close(self) -> None:
        for one in self.sockets.values():
            one.close()
        self.poll.close()


def live_streams() -> list[dict[str, Any]]:
    """p99 of one event, CPU per delivery, memory and opening, beside nchan."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10_000, hard - 1_000)
    try:
        ours = [_front_door(count) for _ in range(REPS)]
        theirs = [found for _ in range(REPS) if (found := _nchan(count)) is not None]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    rows = []
    for name, unit, goal in (
        ("p99 of an event, ours / nchan's", "p99_ms", 0.75),
        ("CPU of a delivery, ours / nchan's", "us", 1.0),
        ("memory of a stream, ours / nchan's", "kilobytes", 0.3),
        ("opening them all, ours / nchan's", "opened_s", 1.0),
    ):
        values = [own[unit] / peer[unit] for own, peer in zip(ours, theirs, strict=False)] or [0.0]
        rows.append(
            result(
                path="live streams",
                metric=name,
                params={"streams": count, "turns": TURNS},
                values=values,
                better="lower",
                goal=goal,
                product={"name": "front door", **_medians(ours)},
                limit={"name": "nginx with nchan", **_medians(theirs)} if theirs else None,
                checks={
                    "every stream got every event": all(one["all"] for one in ours),
                    "snapshots are answered meanwhile": all(one["read"] for one in ours),
                },
            )
        )
    return rows


def _medians(found: list[dict[str, Any]]) -> dict[str, float]:
    return {
        name: round(statistics.median(one[name] for one in found), 3)
        for name in ("p50_ms", "p99_ms", "us", "kilobytes", "opened_s")
    }


def _measure(server: Server, path: str, count: int, publish: Callable[[bytes], None]) -> dict[str, Any]:
    before = server.resident()
    crowd = Crowd(server.port, path, count)
    try:
        memory = (server.resident() - before) * 1000 / count
        spent: list[float] = []
        whole = True
        used = server.cpu()
        for turn in range(TURNS):
            mark = b'"turn": %d,' % turn
            body = b'{%b "waiting": "%b"}' % (mark, b"x" * 220)
            found, got = crowd.turn(mark, lambda body=body: publish(body))  # type: ignore[misc]
            spent += found
            whole = whole and got
            time.sleep(0.3)
        used = server.cpu() - used
    finally:
        crowd.close()
    spent.sort()
    return {
        "p50_ms": spent[len(spent) // 2],
        "p99_ms": spent[int(len(spent) * 0.99)],
        "us": used / (TURNS * count) * 1e6,
        "kilobytes": memory,
        "opened_s": crowd.opened,
        "all": whole,
        "read": True,
    }


def _front_door(count: int) -> dict[str, Any]:
    with stage() as folder, _wide(), front_door(folder) as server:
        database = sqlite3.connect(folder / "k.sqlite3", isolation_level=None)
        database.execute("PRAGMA synchronous=FULL")
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        version = 1

        def publish(body: bytes) -> None:
            nonlocal version
            version += 1
            database.execute(
                "UPDATE snapshots_snapshot SET body = ?, version = ?, etag = ? WHERE path = ?",
                [body, version, f"v{version}", SNAPSHOT],
            )
            bell.sendto(SNAPSHOT.encode(), str(folder / "live.sock"))

        try:
            found = _measure(server, f"{SNAPSHOT}/stream", count, publish)
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            connection.request("GET", SNAPSHOT)
            found["read"] = connection.getresponse().read().startswith(b'{"turn": %d,' % (TURNS - 1))
            connection.close()
        finally:
            bell.close()
            database.close()
    return found


@contextlib.contextmanager
def _wide():  # type: ignore[no-untyped-def]
    """All streams of the bench come from one address."""
    names = (
        "KUYAKUSHO_STREAMS",
        "KUYAKUSHO_STREAMS_PER_ADDRESS",
        "KUYAKUSHO_CONNECTIONS_PER_ADDRESS",
        "KUYAKUSHO_CONNECTIONS",
    )
    os.environ.update(dict.fromkeys(names, "20000"))
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name)


def _nchan(count: int) -> dict[str, Any] | None:
    module = next((path for path in MODULES if path.exists()), None)
    found = program("nginx")
    if module is None or found is None:
        return None
    with stage() as folder:
        port = free_port()
        temporary = "".join(
            f"{n}_temp_path {folder}/{n}; " for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"load_module {module}; daemon off; worker_processes 1; worker_rlimit_nofile 20000;\n"
            f"pid {folder}/pid; error_log {folder}/error.log crit; events {{ worker_connections 15000; }}\n"
            f"http {{ access_log off; {temporary} nchan_shared_memory_size 128m;\n"
            f"server {{ listen 127.0.0.1:{port} backlog=4096;\n"
            "location = /pub { nchan_publisher; nchan_channel_id c; nchan_message_buffer_length 1; }\n"
            "location = /sub { nchan_subscriber eventsource; nchan_channel_id c; }\n"
            "} }\n"
        )
        with Server([found, "-p", str(folder), "-c", str(folder / "nginx.conf")], port) as server:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

            def publish(body: bytes) -> None:
                connection.request("POST", "/pub", body)
                connection.getresponse().read()

            try:
                return _measure(server, "/sub", count, publish)
            finally:
                connection.close()


BENCHMARKS = {"live-streams": live_streams}
