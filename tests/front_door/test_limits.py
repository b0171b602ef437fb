"""One client can't take what belongs to all."""

from __future__ import annotations

import json
import signal
import threading
import time

import pytest
from house import Wire, eventually

QUICK = {
    "KUYAKUSHO_HEAD_SECONDS": "1",
    "KUYAKUSHO_IDLE_SECONDS": "1.5",
    "KUYAKUSHO_PACE_SECONDS": "1",
    "KUYAKUSHO_PAGE_SECONDS": "2",
    "KUYAKUSHO_HOLD_SECONDS": "1.5",
}


def seconds_until_end(wire: Wire) -> float:
    began = time.monotonic()
    wire.rest()
    return time.monotonic() - began


def test_a_head_that_comes_slowly_is_answered_408(new_house):
    house = new_house(**QUICK)
    house.start_live()
    with house.wire() as wire:
        wire.send(b"GET /hello HTTP/1.1\r\n")
        began = time.monotonic()
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.1):
                try:
                    wire.send(b"X: y\r\n")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        reply = wire.reply()
        stop.set()
        dripping.join()
        assert (reply.status, reply.fields["x-kuyakusho-refusal"]) == (408, "head-too-slow")
        assert time.monotonic() - began < 12


def test_many_slow_heads_keep_nobody_waiting(new_house):
    house = new_house(**QUICK)
    house.start_pages()
    house.start_live()
    slow = [house.wire() for _ in range(300)]
    for wire in slow:
        wire.send(b"GET /hello HTTP/1.1\r\nHost: a\r\nX:")
    began = time.monotonic()
    assert house.get("/hello?n=1").body == b"hello 1"
    assert time.monotonic() - began < 3
    eventually(lambda: house.metric("connections") == 1)
    for wire in slow:
        wire.socket.close()


def test_idle_connections_are_closed_without_a_word(new_house):
    house = new_house(**QUICK)
    house.start_pages()
    house.start_live()
    with house.wire() as silent, house.wire() as kept:
        kept.get("/hello")
        assert kept.rest() == b""
        assert silent.rest() == b""
    assert house.metric("connections") == 1


def test_slow_bodies_hold_no_thread_of_the_pages(new_house):
    """Twenty small bodies that never come, and eight large ones: pages with eight threads still answer."""
    house = new_house(KUYAKUSHO_PACE_SECONDS="60")
    house.start_pages()
    house.start_live()
    wires = []
    for size in [5_000] * 20 + [5_000_000] * 8:
        wire = house.wire()
        wire.send(f"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\nabc".encode())
        wires.append(wire)
    time.sleep(0.3)
    began = time.monotonic()
    for _ in range(20):
        assert house.get("/hello").status == 200
    assert time.monotonic() - began < 8
    # The large ones have four places; a fifth waits for one and then gets through.
    for wire in wires[20:24]:
        wire.socket.close()
    wires[24].send(b"x" * 4_999_997)
    assert json.loads(wires[24].reply().body)["size"] == 5_000_000
    for wire in wires:
        wire.socket.close()


@pytest.mark.parametrize("size", [5_000, 5_000_000])
def test_a_body_that_stops_is_answered_408(new_house, size):
    house = new_house(**QUICK)
    house.start_pages()
    house.start_live()
    with house.wire() as wire:
        wire.send(f"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\nabc".encode())
        reply = wire.reply()
        assert (reply.status, reply.fields["x-kuyakusho-refusal"]) == (408, "too-slow")
    eventually(lambda: house.metric("requests_in_flight") == 0)


def test_a_reader_that_stops_is_let_go(new_house):
    house = new_house(**QUICK)
    house.start_pages()
    house.start_live()
    with house.wire() as wire:
        wire.send(b"GET /download?size=50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        wire.until(b"\r\n\r\n")
        eventually(lambda: house.metric("requests_in_flight") == 0, 6)
        eventually(lambda: house.metric("connections") == 1, 6)
        assert len(wire.rest()) < 50_000_000


def test_a_page_that_takes_too_long_is_answered_504(new_house):
    house = new_house(**QUICK)
    house.start_pages()
    house.start_live()
    reply = house.get("/slow?seconds=8", "Accept: application/json")
    assert (reply.status, reply.fields["content-type"]) == (504, "application/problem+json")
    assert json.loads(reply.body)["status"] == 504


def test_connections_of_one_address_are_counted(new_house):
    house = new_house(KUYAKUSHO_CONNECTIONS_PER_ADDRESS="5")
    house.start_live()
    wires = [house.wire() for _ in range(5)]
    eventually(lambda: wires[0].get("/live/healthz").status == 200)
    with house.wire() as sixth:
        reply = sixth.reply()
        assert reply.status == 503
        assert reply.fields["x-kuyakusho-refusal"] == "too-many-connections-from-one-address"
        assert sixth.ended()
    wires.pop().socket.close()
    eventually(lambda: house.get("/live/healthz").status == 200)
    for wire in wires:
        wire.socket.close()


def test_a_proxy_that_is_trusted_speaks_for_its_clients(new_house):
    house = new_house(KUYAKUSHO_TRUSTED_PROXIES="127.0.0.1", KUYAKUSHO_CONNECTIONS_PER_ADDRESS="2")
    house.start_pages()
    house.start_live()
    with house.wire() as one, house.wire() as two, house.wire() as three:
        for wire in (one, two, three):
            told = json.loads(
                wire.get(
                    "/echo",
                    "X-Forwarded-For: 198.51.100.9, 203.0.113.7",
                    "X-Forwarded-Proto: https",
                    "X-Request-ID: abcdef012345",
                ).body
            )
            assert told["HTTP_X_FORWARDED_FOR"] == "203.0.113.7"
            assert told["HTTP_X_FORWARDED_PROTO"] == "https"
            assert told["HTTP_X_REQUEST_ID"] == "abcdef012345"
        told = json.loads(one.get("/echo", "X-Forwarded-For: nonsense", "X-Request-ID: <x>").body)
        assert told["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
        assert told["HTTP_X_REQUEST_ID"] != "<x>"


def test_metrics_are_for_the_house_only(new_house):
    house = new_house(KUYAKUSHO_TRUSTED_PROXIES="127.0.0.1", KUYAKUSHO_METRICS_TOKEN="t0ken")
    house.start_pages()
    house.start_live()
    assert house.get("/live/metrics").status == 404
    assert house.get("/live/metrics", "Authorization: Bearer t0ken").status == 200
    assert house.get("/live/metrics", "X-Forwarded-For: 203.0.113.7").status == 404


def test_when_the_pages_are_away(new_house):
    house = new_house(**QUICK)
    house.put_before_start = house.table.put("/api/v1/ward/home", '{"open":true}')
    house.start_pages()
    house.start_live()
    house.stop_pages(signal.SIGKILL)
    began = time.monotonic()
    reply = house.get("/ward/", "Accept: text/html")
    assert 0.5 < time.monotonic() - began < 15  # it waited a little for them to come back
    assert (reply.status, reply.fields["retry-after"]) == (503, "10")
    page = reply.body.decode()
    assert "ただいま準備中です" in page
    assert "will be back shortly" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "style-src 'sha256-" in reply.fields["content-security-policy"]
    began = time.monotonic()
    problem = house.get("/api/v1/other")
    assert time.monotonic() - began < 3  # by now it is known
    assert problem.fields["content-type"] == "application/problem+json"
    assert json.loads(problem.body)["type"] == "urn:kuyakusho:error:pages-away"
    snapshot = house.get("/api/v1/ward/home")
    assert (snapshot.status, snapshot.body) == (200, b'{"open":true}')
    assert snapshot.fields["x-snapshot-state"] == "pages-away"
    house.start_pages()
    eventually(lambda: house.get("/hello").status == 200)
    assert house.get("/api/v1/ward/home").fields["x-snapshot-state"] == "current"


def test_a_page_that_breaks_off_is_told_from_a_whole_one(new_house):
    """Pages killed in the middle of an answer: the client must not take the part for the whole."""
    house = new_house()
    house.start_pages()
    house.start_live()
    with house.wire() as post, house.wire() as big:
        big.send(b"GET /download?size=90000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        big.until(b"\r\n\r\n")
        post.send(b"POST /slow?seconds=3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
        time.sleep(0.5)
        house.stop_pages(signal.SIGKILL)
        reply = post.reply()
        assert (reply.status, reply.fields["x-kuyakusho-refusal"]) == (502, "answer-broken-off")
        assert len(big.rest()) < 90_000_000


def test_no_more_connections_than_there_are_descriptors(new_house):
    house = new_house(KUYAKUSHO_CONNECTIONS_PER_ADDRESS="1000")
    house.before_live = ("sh", "-c", 'ulimit -n 200; exec "$@"', "sh")
    house.start_live()
    wires = [house.wire() for _ in range(150)]
    refused = sum(wire.get("/live/healthz").status == 503 for wire in wires)
    assert 50 < refused < 100
    for wire in wires:
        wire.socket.close()
    eventually(lambda: house.get("/live/healthz").status == 200)
    assert "raise the limit of open files" in house.log()


def test_a_setting_that_cannot_be_read_is_named(new_house):
    house = new_house(KUYAKUSHO_MAX_BODY_MB="lots")
    house.start_live(wait=False)
    assert house.live.wait(10) == 2
    assert "KUYAKUSHO_MAX_BODY_MB is 'lots': write a number" in house.log()
