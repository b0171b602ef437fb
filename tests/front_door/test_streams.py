"""Event streams: the current state first, then the latest ones, whoever reads how fast."""

from __future__ import annotations

import json
import socket
import time

import pytest
from house import Wire, eventually, memory

PATH = "/api/v1/ward/home"
ALONE = {"KUYAKUSHO_HOLD_SECONDS": "0.2"}  # without pages, what isn't a snapshot is refused soon


class Stream(Wire):
    """An open event stream."""

    def __init__(self, house, path: str = PATH, *lines: str, receive: int = 0) -> None:
        super().__init__(house.port)
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        head = "\r\n".join([f"GET {path}/stream HTTP/1.1", "Host: a", *lines]) + "\r\n\r\n"
        self.send(head.encode())
        self.head = self.until(b"\r\n\r\n").decode()

    def event(self) -> dict[str, str]:
        """The next event; comments are passed over."""
        while True:
            found: dict[str, str] = {}
            for line in self.until(b"\n\n").decode().splitlines():
                name, _, value = line.partition(": ")
                if name in ("data", "id", "event", "retry"):
                    found[name] = found[name] + "\n" + value if name in found else value
            if "data" in found:
                return found


def test_current_state_first_then_each_change(shared):
    first = shared.put(PATH, "[1]")
    shared.seen(PATH, "[1]")
    with Stream(shared) as stream:
        assert "content-type: text/event-stream" in stream.head
        assert "cache-control: no-store" in stream.head
        assert stream.event() == {"id": str(first), "data": "[1]"} | {}
        time.sleep(0.2)
        began = time.monotonic()
        second = shared.put(PATH, "[2]")
        assert stream.event() == {"id": str(second), "data": "[2]"}
        assert time.monotonic() - began < 3


def test_last_event_id_is_honoured(shared):
    version = shared.put(PATH, "[1]")
    shared.seen(PATH, "[1]")
    with Stream(shared, PATH, f"Last-Event-ID: {version}") as known:
        time.sleep(0.3)
        known.more()
        assert b"data:" not in known.buffer
        newer = shared.put(PATH, "[2]")
        assert known.event()["id"] == str(newer)
    with Stream(shared, PATH, f"Last-Event-ID: {version}") as behind:
        assert behind.event() == {"id": str(newer), "data": "[2]"}


def test_changes_are_merged_and_the_last_one_arrives(shared):
    shared.put(PATH, "[0]")
    shared.seen(PATH, "[0]")
    with Stream(shared) as stream:
        stream.event()
        time.sleep(0.2)
        began = time.monotonic()
        for number in range(1, 101):
            last = shared.put(PATH, f"[{number}]")
            time.sleep(0.005)
        spent = time.monotonic() - began
        ids = []
        while not ids or ids[-1] != last:
            ids.append(int(stream.event()["id"]))
        assert ids == sorted(set(ids))
        assert len(ids) <= spent / 0.15 + 3


def test_order_is_kept_for_many_readers(shared):
    shared.put(PATH, "[0]")
    shared.seen(PATH, "[0]")
    streams = [Stream(shared) for _ in range(200)]
    for stream in streams:
        stream.event()
    for number in range(1, 6):
        last = shared.put(PATH, f"[{number}]")
        time.sleep(0.1)
    for stream in streams:
        seen = [int(stream.event()["id"])]
        while seen[-1] != last:
            seen.append(int(stream.event()["id"]))
        assert seen == sorted(set(seen))
        stream.socket.close()
    eventually(lambda: shared.metric("streams") == 0)


def test_a_slow_reader_gets_the_latest_state_and_no_backlog(shared):
    big = "x" * 100_000
    shared.put(PATH, json.dumps([0, big]))
    eventually(lambda: shared.get(PATH).status == 200)
    before = memory(shared.live.pid)
    slow = [Stream(shared, receive=32_768) for _ in range(20)]
    for number in range(1, 31):
        last = shared.put(PATH, json.dumps([number, big]))
        time.sleep(0.16)
    # 20 readers times 30 states of 100 KB would be 60 MB.
    assert memory(shared.live.pid) - before < 15_000_000
    for stream in slow:
        ids = [int(stream.event()["id"])]
        while ids[-1] != last:
            ids.append(int(stream.event()["id"]))
        assert len(ids) < 20
        stream.socket.close()


def test_lines_of_a_text_become_data_lines(shared):
    shared.put("/api/v1/ward/text", "one\ntwo\r\n\r\nfour", media_type="text/plain")
    shared.seen("/api/v1/ward/text", "one\ntwo\r\n\r\nfour")
    with Stream(shared, "/api/v1/ward/text") as stream:
        assert stream.event()["data"] == "one\ntwo\n\nfour"


def test_a_removed_snapshot_ends_its_streams(shared):
    shared.put("/api/v1/ward/gone", "[1]")
    shared.seen("/api/v1/ward/gone", "[1]")
    with Stream(shared, "/api/v1/ward/gone") as stream:
        stream.event()
        shared.table.remove("/api/v1/ward/gone")
        shared.ring("/api/v1/ward/gone")
        assert stream.event()["event"] == "gone"
        assert stream.ended()


def test_what_cannot_be_streamed_is_for_the_pages(shared):
    shared.put("/api/v1/ward/picture", b"\x89PNG", media_type="image/png")
    shared.seen("/api/v1/ward/picture", b"\x89PNG")
    assert shared.get("/api/v1/ward/picture/stream").status == 404
    assert shared.get("/api/v1/ward/nothing/stream").status == 404
    assert shared.get(f"{PATH}/stream", method="POST", body=b"a").status == 404


def test_streams_of_one_address_and_of_all_are_counted(new_house):
    house = new_house(
        KUYAKUSHO_STREAMS_PER_ADDRESS="3",
        KUYAKUSHO_STREAMS="5",
        KUYAKUSHO_TRUSTED_PROXIES="127.0.0.1",
        KUYAKUSHO_METRICS_TOKEN="t0ken",
        **ALONE,
    )
    house.start_live()
    house.put(PATH, "[1]")
    house.seen(PATH, "[1]")
    streams = [Stream(house, PATH, "X-Forwarded-For: 203.0.113.1") for _ in range(3)]
    refused = house.get(f"{PATH}/stream", "X-Forwarded-For: 203.0.113.1")
    assert (refused.status, refused.fields["content-type"]) == (429, "application/problem+json")
    assert refused.fields["retry-after"] == "30"
    assert json.loads(refused.body)["type"].endswith("too-many-streams-from-one-address")
    streams += [Stream(house, PATH, "X-Forwarded-For: 203.0.113.2") for _ in range(2)]
    assert house.get(f"{PATH}/stream", "X-Forwarded-For: 203.0.113.3").status == 429
    streams.pop(0).socket.close()
    eventually(lambda: house.metric_of("streams", "Authorization: Bearer t0ken") == 4)
    streams.append(Stream(house, PATH, "X-Forwarded-For: 203.0.113.1"))
    for stream in streams:
        stream.event()
        stream.socket.close()


@pytest.mark.slow
def test_heartbeats_find_dead_readers_and_a_reconnect_takes_up(new_house):
    house = new_house(**ALONE)
    house.start_live()
    version = house.put(PATH, "[1]")
    house.seen(PATH, "[1]")
    with Stream(house) as stream:
        assert stream.event()["id"] == str(version)
        stream.socket.settimeout(25)
        stream.until(b":\n\n")
        house.stop_live()
        assert stream.ended()
    newer = house.table.put(PATH, "[2]")
    house.start_live()
    with Stream(house, PATH, f"Last-Event-ID: {version}") as stream:
        assert stream.event() == {"id": str(newer), "data": "[2]"}


def test_streams_are_told_when_the_pages_go(new_house):
    house = new_house()
    house.start_pages()
    house.start_live()
    house.put(PATH, "[1]")
    house.seen(PATH, "[1]")
    house.get("/hello")
    with Stream(house) as stream:
        stream.event()
        house.stop_pages()
        assert stream.event() == {"event": "state", "data": "pages-away"}
        house.start_pages()
        assert stream.event() == {"event": "state", "data": "current"}


@pytest.mark.slow
def test_five_thousand_streams(new_house):
    """Opened quickly, each told of a change, and let go again."""
    house = new_house(
        KUYAKUSHO_STREAMS_PER_ADDRESS="20000", KUYAKUSHO_CONNECTIONS_PER_ADDRESS="20000", **ALONE
    )
    house.start_live()
    house.put(PATH, "[1]")
    house.seen(PATH, "[1]")
    base = memory(house.live.pid)
    began = time.monotonic()
    streams = [Stream(house) for _ in range(5_000)]
    opened = time.monotonic() - began
    per_stream = (memory(house.live.pid) - base) / 5_000
    began = time.monotonic()
    last = house.put(PATH, "[2]")
    assert house.get(PATH).status == 200
    for stream in streams:
        while int(stream.event()["id"]) != last:
            pass
    told = time.monotonic() - began
    for stream in streams:
        stream.socket.close()
    eventually(lambda: house.metric("streams") == 0)
    assert opened < 15
    assert told < 5
    assert per_stream < 8_000
