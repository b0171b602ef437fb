"""What the pages might answer, said by a socket of the test in their place: also what no good server says."""

from __future__ import annotations

import socket
import struct
import threading
import time

import pytest
from house import eventually


class Pages:
    """Takes connections on the pages' port and says prepared bytes, connection by connection."""

    def __init__(self, port: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        self.say = b""
        self.then = "keep"
        self.heard: list[bytes] = []
        self.taken = 0
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(65_536):
                self.taken += 1
                self.heard.append(data)
                if self.then == "die":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                for piece in self.say.split(b"<pause>"):
                    connection.sendall(piece)
                    time.sleep(0.02)
                if self.then == "end":
                    return

    def close(self) -> None:
        self.listener.close()


@pytest.fixture(scope="module")
def fake(request):
    import tempfile
    from pathlib import Path

    from house import House

    with tempfile.TemporaryDirectory(prefix="kp-", ignore_cleanup_errors=True) as place:
        house = House(Path(place))
        pages = Pages(house.pages_port)
        try:
            house.start_live()
            yield house, pages
        finally:
            pages.close()
            house.close()


def answer(fake, say: bytes, then: str = "keep", method: str = "GET", *lines: str):
    house, pages = fake
    pages.say, pages.then = say, then
    pages.heard.clear()
    with house.wire() as wire:
        reply = wire.get("/page", *lines, method=method)
        ended = reply.fields.get("connection") == "close" and wire.ended()
        return reply, ended


def test_an_answer_that_ends_with_the_connection_ends_the_clients_too(fake):
    reply, ended = answer(fake, b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nsome<pause> body", "end")
    assert (reply.status, reply.body, ended) == (200, b"some body", True)


def test_an_http_1_0_answer(fake):
    reply, ended = answer(fake, b"HTTP/1.0 200 OK\r\n\r\nold", "end")
    assert (reply.body, ended) == (b"old", True)


def test_interim_answers_are_not_passed_on(fake):
    say = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
    reply, ended = answer(fake, say)
    assert (reply.status, reply.body, ended) == (200, b"a", False)


def test_an_answer_in_crumbs(fake):
    say = b"HT<pause>TP/1.1 200 OK\r\nContent-Le<pause>ngth: 4\r\n\r<pause>\na<pause>bc<pause>d"
    assert answer(fake, say)[0].body == b"abcd"
    say = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3<pause>\r\nab<pause>c\r<pause>\n0\r\n<pause>\r\n"
    reply, ended = answer(fake, say)
    assert (reply.body, ended) == (b"abc", False)


@pytest.mark.parametrize(
    "say",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a\nb: c\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000,
    ],
)
def test_what_cannot_be_framed_is_502_and_the_connection_is_not_used_again(fake, say):
    _, pages = fake
    reply, _ = answer(fake, say)
    assert (reply.status, reply.fields["x-kuyakusho-refusal"]) == (502, "bad-answer")
    good, _ = answer(fake, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    assert good.body == b"ok"
    assert len(pages.heard) == 1


@pytest.mark.parametrize(
    "say",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab<pause>cde\r\nzz\r\n",
    ],
)
def test_a_part_is_never_passed_off_as_the_whole(fake, say):
    with pytest.raises((EOFError, ConnectionResetError, ValueError)):
        answer(fake, say, "end")


def test_bytes_behind_an_answer_never_reach_the_next_client(fake):
    """An answer with another behind it: the second belongs to nobody."""
    say = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
    assert answer(fake, say)[0].body == b"a"
    for _ in range(5):
        assert answer(fake, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb")[0].body == b"b"
    say = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n<pause>poison"
    assert answer(fake, say)[0].status == 304
    time.sleep(0.1)  # it comes while the connection is kept for the next request, which then gets another one
    for _ in range(5):
        assert answer(fake, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nc")[0].body == b"c"


def test_reading_requests_are_repeated_and_others_never(fake):
    house, pages = fake
    with house.wire() as wire:
        pages.say, pages.then = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "keep"
        wire.get("/page")
    pages.taken = 0
    reply, _ = answer(fake, b"", "die")
    assert (reply.status, reply.fields["x-kuyakusho-refusal"]) == (502, "answer-broken-off")
    assert pages.taken == 4  # once and three times more
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        pages.taken = 0
        reply, _ = answer(fake, b"", "die", method)
        assert reply.status == 502
        assert pages.taken == 1


def test_a_kept_connection_that_has_died_is_not_noticed_by_a_reader(fake):
    house, pages = fake
    pages.say = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
    with house.wire() as wire:
        for _ in range(20):
            pages.then = "end"  # says that it keeps the connection, and ends it
            assert wire.get("/page").body == b"a"
    eventually(lambda: house.metric("requests_in_flight") == 0)
