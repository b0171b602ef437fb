"""Pages through the front door come out as they went in."""

from __future__ import annotations

import hashlib
import json
import os
import random
import socket
import threading
import time

import pytest
from house import SECRET, Wire, eventually, memory


def test_get_head_and_missing(shared):
    with shared.wire() as wire:
        reply = wire.get("/hello?n=1")
        assert (reply.status, reply.body) == (200, b"hello 1")
        assert "connection" not in reply.fields
        assert "server" not in reply.fields
        assert "date" in reply.fields
        head = wire.get("/hello?n=22", method="HEAD")
        assert (head.status, head.body, head.fields["content-length"]) == (200, b"", "8")
        assert wire.get("/nowhere").status == 404


def test_bodyless_answers_keep_the_connection(shared):
    with shared.wire() as wire:
        assert wire.get("/nothing").fields["x-was"] == "here"
        assert wire.get("/unchanged").fields["etag"] == '"abc"'
        assert wire.get("/chunked?pieces=3").body == b"piece 0\npiece 1\npiece 2\n"
        assert wire.get("/chunked", method="HEAD").body == b""
        assert wire.get("/hello?n=2").body == b"hello 2"


def test_both_cookies_arrive(shared):
    with shared.wire() as wire:
        reply = wire.get("/cookies")
        assert [v for n, v in reply.all if n.lower() == "set-cookie"] == ["a=1; Path=/", "b=2; Path=/"]


def test_what_the_pages_are_told(shared):
    with shared.wire() as wire:
        told = json.loads(
            wire.get(
                "/echo?a=%20b",
                "X-Forwarded-For: 6.6.6.6",
                "X-Forwarded-Proto: https",
                "X_Forwarded_For: 6.6.6.6",
                "X-Kuyakusho-Front: guess",
                "X-Real-IP: 6.6.6.6",
                "Forwarded: for=6.6.6.6",
                "Proxy: http://evil.example",
                "X-Request-ID: 0123456789",
                "Connection: keep-alive, X-Secret",
                "X-Secret: hop",
                "TE: trailers",
                "Keep-Alive: 5",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMA",
                "Accept: text/html",
                "Accept: text/plain",
                "Cookie: a=1",
                "Cookie: b=2",
            ).body
        )
    assert told["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert told["HTTP_X_FORWARDED_PROTO"] == "http"
    assert told["HTTP_X_FORWARDED_HOST"] == told["HTTP_HOST"] == "ward.example"
    assert told["HTTP_X_KUYAKUSHO_FRONT"] == SECRET
    assert told["HTTP_X_REQUEST_ID"] != "0123456789"
    assert told["HTTP_ACCEPT"] == "text/html, text/plain"
    assert told["HTTP_COOKIE"] == "a=1; b=2"
    assert told["query"] == "a=%20b"
    gone = {"X_REAL_IP", "FORWARDED", "PROXY", "X_SECRET", "TE", "KEEP_ALIVE", "UPGRADE", "HTTP2_SETTINGS"}
    assert gone.isdisjoint(name.removeprefix("HTTP_") for name in told)


@pytest.mark.parametrize("size", [0, 1, 100, 65_536, 131_072, 131_073, 1_000_000])
def test_bodies_of_every_size(shared, size):
    body = random.Random(size).randbytes(size)
    with shared.wire() as wire:
        for _ in range(2):
            told = json.loads(wire.get("/echo", "Content-Type: x/y", method="POST", body=body).body)
            assert (told["length"], told["digest"]) == (size, hashlib.sha256(body).hexdigest())
        assert wire.get("/hello").status == 200


def test_a_body_that_comes_in_crumbs(shared):
    with shared.wire() as wire:
        wire.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Le")
        for crumb in (b"ngth: 5\r", b"\n\r", b"\n", b"a", b"b", b"c", b"d", b"eGET /hello?n=3 HT"):
            time.sleep(0.01)
            wire.send(crumb)
        assert json.loads(wire.reply().body)["body"] == "abcde"
        wire.send(b"TP/1.1\r\nHost: a\r\n\r\n")
        assert wire.reply().body == b"hello 3"


def test_fifty_megabytes_up_without_keeping_them(shared):
    piece = os.urandom(1_048_576)
    size = 50 * len(piece)
    before = memory(shared.live.pid)
    most = []
    with shared.wire(60) as wire:
        wire.send(f"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode())
        digest = hashlib.sha256()
        for _ in range(50):
            digest.update(piece)
            wire.send(piece)
            most.append(memory(shared.live.pid))
        got = json.loads(wire.reply().body)
    assert got == {"size": size, "digest": digest.hexdigest()}
    assert max(most) - before < 12_000_000


def test_fifty_megabytes_down_to_a_slow_reader_without_keeping_them(shared):
    size = 50 * 1_048_576
    before = memory(shared.live.pid)
    most = []
    with shared.wire(60) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        wire.send(f"GET /download?size={size} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        head = wire.until(b"\r\n\r\n")
        assert f"content-length: {size}".encode() in head
        digest, left = hashlib.sha256(), size
        time.sleep(0.5)
        while left:
            data = wire.exactly(min(left, 1_048_576))
            digest.update(data)
            left -= len(data)
            most.append(memory(shared.live.pid))
        assert digest.hexdigest() == hashlib.sha256(b"0123456789abcdef" * (size // 16)).hexdigest()
        assert wire.get("/hello?n=4").body == b"hello 4"
    assert max(most) - before < 12_000_000


def test_expect_continue(shared):
    for size in (5, 300_000):
        with shared.wire() as wire:
            wire.send(
                f"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {size}\r\n\r\n".encode()
            )
            assert wire.reply(interim=True).status == 100
            wire.send(b"x" * size)
            told = json.loads(wire.reply().body)
            assert told["length"] == size
            assert "HTTP_EXPECT" not in told
            assert wire.get("/hello").status == 200


def test_too_large_is_refused_before_it_is_invited(shared):
    with shared.wire() as wire:
        wire.send(
            b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
        )
        reply = wire.reply(interim=True)
        assert (reply.status, reply.fields["connection"]) == (413, "close")
        assert wire.ended()


@pytest.mark.parametrize("sent", [0, 1_000, 150_000, 500_000, 900_000])
def test_an_answer_before_the_body_is_whole_ends_the_connection(shared, sent):
    for _ in range(10):
        with shared.wire() as wire:
            wire.send(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"x" * sent)
            reply = wire.reply()
            assert (reply.status, reply.body, reply.fields["connection"]) == (403, b"no thank you", "close")
            assert wire.ended()


def test_pipelined_requests_are_answered_in_order(shared):
    shared.put("/api/v1/ward/pipelined", '{"a":1}')
    shared.seen("/api/v1/ward/pipelined", '{"a":1}')
    request = (
        b"GET /slow?seconds=0.2 HTTP/1.1\r\nHost: a\r\n\r\n"
        b"GET /api/v1/ward/pipelined HTTP/1.1\r\nHost: a\r\n\r\n"
        b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        b"HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n"
        b"GET /api/v1/ward/pipelined HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    )
    with shared.wire() as wire:
        wire.send(request)
        assert wire.reply().body.startswith(b"slow")
        assert wire.reply().body == b'{"a":1}'
        assert json.loads(wire.reply().body)["body"] == "abc"
        assert wire.reply("HEAD").status == 200
        last = wire.reply()
        assert (last.body, last.fields["connection"]) == (b'{"a":1}', "close")
        assert wire.ended()


def test_thousands_of_mixed_requests(shared):
    """Several connections at once, each with its own mix, each answer checked."""
    shared.put("/api/v1/ward/mixed", '{"mixed":true}')
    shared.seen("/api/v1/ward/mixed", '{"mixed":true}')
    faults = []

    def talk(seed: int) -> None:
        chance = random.Random(seed)
        try:
            with shared.wire() as wire:
                for number in range(500):
                    ask(wire, chance, seed * 1000 + number)
        except Exception as fault:  # told to the test below
            faults.append(f"{seed}: {fault!r}")

    def ask(wire: Wire, chance: random.Random, n: int) -> None:
        kind = chance.randrange(7)
        if kind == 0:
            body = chance.randbytes(chance.choice([1, 500, 5_000, 150_000]))
            told = json.loads(wire.get("/echo", method="POST", body=body).body)
            assert told["digest"] == hashlib.sha256(body).hexdigest()
        elif kind == 1:
            assert wire.get(f"/hello?n={n}", method="HEAD").body == b""
        elif kind == 2:
            assert wire.get("/nothing").status == 204
        elif kind == 3:
            pieces = chance.randrange(1, 9)
            expected = b"".join(f"piece {i}\n".encode() * 50 for i in range(pieces))
            assert wire.get(f"/chunked?pieces={pieces}&times=50").body == expected
        elif kind == 4:
            assert wire.get("/api/v1/ward/mixed").body == b'{"mixed":true}'
        elif kind == 5:
            size = chance.choice([16, 4_096, 400_000])
            assert len(wire.get(f"/download?size={size}").body) == size
        else:
            assert wire.get(f"/hello?n={n}").body == f"hello {n}".encode()

    threads = [threading.Thread(target=talk, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    assert shared.metric("requests_in_flight") == 0


def test_http_1_0_gets_an_answer_that_ends_with_the_connection(shared):
    for path, body in (("/hello?n=5", b"hello 5"), ("/chunked?pieces=2", b"piece 0\npiece 1\n")):
        with shared.wire() as wire:
            wire.send(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            reply = wire.reply()
            assert (reply.status, reply.body) == (200, body)
            assert "transfer-encoding" not in reply.fields
            assert wire.ended()


def test_a_client_that_closes_its_half_is_answered(shared):
    with shared.wire() as wire:
        wire.send(b"GET /slow?seconds=0.3 HTTP/1.1\r\nHost: a\r\n\r\n")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.reply().body.startswith(b"slow")
        assert wire.ended()


def test_clients_that_go_away_leave_nothing_behind(shared):
    for _ in range(30):
        with shared.wire() as wire:
            wire.send(b"GET /slow?seconds=0.2 HTTP/1.1\r\nHost: a\r\n\r\n")
        with shared.wire() as wire:
            wire.send(b"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 300_000)
        with shared.wire() as wire:
            wire.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\nabc")
        with shared.wire() as wire:
            wire.send(b"GET /download?size=30000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            wire.until(b"\r\n\r\n")
    eventually(lambda: shared.metric("requests_in_flight") == 0)
    eventually(lambda: shared.metric("connections") == 1)  # the one that asks
    eventually(lambda: shared.get("/hello?n=6").body == b"hello 6")


def test_own_addresses(shared):
    health = json.loads(shared.get("/live/healthz").body)
    assert (health["status"], health["pages"]) == ("ok", "up")
    assert shared.metric("pages_up") == 1
    assert shared.get("/live/other").status == 404
