"""No request may hide in another: everything that two servers could read in two ways is refused.

Each vector is sent with a second request behind it that would be answered if the first were read wrongly.
"""

from __future__ import annotations

import json

import h11
import pytest
from house import Wire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HIDDEN = b"GET /hello?n=hidden HTTP/1.1\r\nHost: a\r\n\r\n"
P = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
G = b"GET /hello HTTP/1.1\r\nHost: a\r\n"

# status expected, bytes of the first request
VECTORS = {
    # Two lengths
    "length and chunked": (400, P + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunked and length": (400, P + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    "length and identity": (400, P + b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n\r\nabcde"),
    "two lengths": (400, P + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
    "two equal lengths": (400, P + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde"),
    "lengths in a list": (400, P + b"Content-Length: 5, 5\r\n\r\nabcde"),
    "length and length in another case": (400, P + b"content-length: 5\r\nCONTENT-LENGTH: 6\r\n\r\nabcdef"),
    # Lengths that aren't numbers
    "length with a sign": (400, P + b"Content-Length: +5\r\n\r\nabcde"),
    "negative length": (400, P + b"Content-Length: -1\r\n\r\nabcde"),
    "hexadecimal length": (400, P + b"Content-Length: 0x5\r\n\r\nabcde"),
    "length with an underscore": (400, P + b"Content-Length: 1_0\r\n\r\nabcdefghij"),
    "length with a space within": (400, P + b"Content-Length: 1 0\r\n\r\nabcdefghij"),
    "length with a point": (400, P + b"Content-Length: 5.0\r\n\r\nabcde"),
    "length in other digits": (400, P + "Content-Length: ５\r\n\r\nabcde".encode()),
    "empty length": (400, P + b"Content-Length: \r\n\r\nabcde"),
    "length of twenty digits": (400, P + b"Content-Length: 18446744073709551621\r\n\r\nabcde"),
    "length in quotes": (400, P + b'Content-Length: "5"\r\n\r\nabcde'),
    "length with a word behind": (400, P + b"Content-Length: 5 bytes\r\n\r\nabcde"),
    # Transfer codings
    "chunked": (411, P + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"),
    "chunked in another case": (411, P + b"Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n"),
    "chunked twice": (400, P + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunked and identity": (501, P + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    "identity and chunked": (501, P + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"),
    "unknown coding": (501, P + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    "coding with a tab": (411, P + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n"),
    "coding with a vertical tab": (400, P + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    "coding in quotes": (501, P + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n'),
    "coding with a space before the colon": (400, P + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    "coding with a tab before the colon": (400, P + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n"),
    "coding with a NUL": (400, P + b"Transfer-Encoding: chunked\x00\r\n\r\n0\r\n\r\n"),
    "coding with a lone CR": (400, P + b"Transfer-Encoding: chunked\rX: y\r\n\r\n0\r\n\r\n"),
    "coding with a lone LF": (400, P + b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "folded coding": (400, P + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    "folded with a tab": (400, P + b"X: y\r\n\tTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunked in HTTP/1.0": (
        400,
        b"POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "chunk extension": (411, P + b"Transfer-Encoding: chunked\r\n\r\n0;a=b\r\n\r\n"),
    "bad chunk": (411, P + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
    # Names and lines of fields
    "space before the first field": (400, b"GET /hello HTTP/1.1\r\n Host: a\r\n\r\n"),
    "name with a space": (400, G + b"Bad Name: x\r\n\r\n"),
    "name with a NUL": (400, G + b"Bad\x00Name: x\r\n\r\n"),
    "name outside ASCII": (400, G + "Näme: x\r\n\r\n".encode()),
    "name with brackets": (400, G + b"Na(me): x\r\n\r\n"),
    "empty name": (400, G + b": x\r\n\r\n"),
    "line without a colon": (400, G + b"nonsense\r\n\r\n"),
    "value with a NUL": (400, G + b"X: a\x00b\r\n\r\n"),
    "value with an escape": (400, G + b"X: a\x1bb\r\n\r\n"),
    "value with DEL": (400, G + b"X: a\x7fb\r\n\r\n"),
    "value with a lone CR": (400, G + b"X: a\rb\r\n\r\n"),
    "lines end in LF": (400, b"GET /hello HTTP/1.1\nHost: a\n\n"),
    "one line ends in LF": (400, b"GET /hello HTTP/1.1\nHost: a\r\n\r\n"),
    "head ends in LF": (400, G + b"X: y\n\r\n"),
    "connection names the length": (400, P + b"Connection: content-length\r\nContent-Length: 5\r\n\r\nabcde"),
    "connection names the host": (400, G + b"Connection: close, Host\r\n\r\n"),
    "body in a GET": (400, G + b"Content-Length: 5\r\n\r\nabcde"),
    "body in a HEAD": (400, b"HEAD /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"),
    # Hosts
    "no host": (400, b"GET /hello HTTP/1.1\r\n\r\n"),
    "two hosts": (400, G + b"Host: b\r\n\r\n"),
    "empty host": (400, b"GET /hello HTTP/1.1\r\nHost:\r\n\r\n"),
    "host with a path": (400, b"GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    "host with a user": (400, b"GET /hello HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    "host with a comma": (400, b"GET /hello HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    "host with a space": (400, b"GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n"),
    # Request lines
    "empty line first": (400, b"\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "two spaces": (400, b"GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "tab between": (400, b"GET\t/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "space at the end": (400, b"GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n"),
    "space first": (400, b" GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "no version": (400, b"GET /hello\r\nHost: a\r\n\r\n"),
    "version in small letters": (400, b"GET /hello http/1.1\r\nHost: a\r\n\r\n"),
    "version 1.10": (400, b"GET /hello HTTP/1.10\r\nHost: a\r\n\r\n"),
    "version 0.9": (505, b"GET /hello HTTP/0.9\r\nHost: a\r\n\r\n"),
    "version 2.0": (505, b"GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"),
    "HTTP/2 preface": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "target with a space": (400, b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
    "target outside ASCII": (400, "GET /区 HTTP/1.1\r\nHost: a\r\n\r\n".encode()),
    "target with a fragment": (400, b"GET /hello#x HTTP/1.1\r\nHost: a\r\n\r\n"),
    "target with a NUL": (400, b"GET /a\x00b HTTP/1.1\r\nHost: a\r\n\r\n"),
    "absolute target": (400, b"GET http://evil.example/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "target without a slash": (400, b"GET hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "asterisk": (400, b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
    "connect": (501, b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
    "trace": (501, b"TRACE /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "method in small letters": (501, b"get /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    "method with a bracket": (400, b"G[T /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    # Upgrades and expectations
    "websocket": (501, G + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"),
    "other expectation": (417, P + b"Expect: 200-maybe\r\nContent-Length: 0\r\n\r\n"),
    "two expectations": (
        400,
        P + b"Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    ),
    # Sizes
    "too large": (413, P + b"Content-Length: 999999999999\r\n\r\n"),
    "long target": (414, b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "endless target": (414, b"GET /" + b"a" * 30_000),
    "long head": (431, G + b"X: " + b"a" * 20_000 + b"\r\n\r\n"),
    "endless head": (431, G + b"X: y\r\n" * 5_000),
    "many fields": (431, G + b"".join(b"X%d: y\r\n" % n for n in range(200)) + b"\r\n"),
}


@pytest.mark.parametrize("name", VECTORS)
def test_refused_with_a_status_and_closed(shared, name):
    status, first = VECTORS[name]
    with shared.wire() as wire:
        wire.send(first + HIDDEN)
        method = "HEAD" if first.startswith(b"HEAD ") else "GET"
        reply = wire.reply(method)
        assert reply.status == status
        assert reply.fields["connection"] == "close"
        assert b"hidden" not in wire.rest()


@pytest.mark.parametrize("name", [n for n, (status, _) in VECTORS.items() if status in (400, 411, 501)])
def test_refused_alike_when_it_comes_byte_by_byte(shared, name):
    """What is refused must not depend on how the bytes were cut."""
    status, first = VECTORS[name]
    with shared.wire() as wire:
        data = first + HIDDEN
        for at in range(0, min(len(data), 400), 7):
            try:
                wire.send(data[at : at + 7])
            except OSError:
                break  # refused already
        method = "HEAD" if first.startswith(b"HEAD ") else "GET"
        assert wire.reply(method).status == status
        assert b"hidden" not in wire.rest()


def test_odd_but_unambiguous_requests_are_answered(shared):
    """Strict, not deaf: what has one reading is served."""
    for first in (
        b"GET /hello?n=x HTTP/1.1\r\nHost:a\r\n\r\n",
        b"GET /hello?n=x HTTP/1.1\r\nhost: \t a \t \r\n\r\n",
        b"GET /hello?n=x HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n\r\n",
        b"GET /hello?n=x HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n",
        b"GET /hello?n=x HTTP/1.1\r\nHost: a\r\nReferer: http://x/\xe5\x8c\xba\r\n\r\n",
        b"GET /hello?n=x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        b"GET /hello?n=x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: AAMA\r\n\r\n",
        b'GET /hello?n=x&b={|}"<> HTTP/1.1\r\nHost: a\r\n\r\n'.replace(b'"<>', b""),
    ):
        with shared.wire() as wire:
            wire.send(first)
            assert wire.reply().body == b"hello x", first


def test_a_refused_length_never_reaches_the_pages(shared):
    before = shared.metric("requests")
    for name in ("length and chunked", "two lengths", "chunked", "folded coding"):
        with shared.wire() as wire:
            wire.send(VECTORS[name][1])
            wire.reply()
    assert shared.metric("requests") == before


token = st.text("ABCabc-_09!", min_size=1, max_size=12)
value = st.text('abc ,;=\t"()xyzé', max_size=20)
crooked = st.sampled_from(
    [
        "\r\n",
        "\n",
        "\r",
        "\r\n ",
        " : ",
        ":",
        ": ",
        "\x00",
        "chunked",
        "Transfer-Encoding",
        "Content-Length",
        "5",
    ]
)


def read_by_another(data: bytes) -> list[tuple[str, str, bytes]]:
    """The requests that h11, an independent reader, finds: method, target, body."""
    found: list[tuple[str, str, bytes]] = []
    reader = h11.Connection(h11.SERVER)
    reader.receive_data(data)
    try:
        while isinstance(event := reader.next_event(), h11.Request):
            body = b""
            while isinstance(part := reader.next_event(), h11.Data):
                body += bytes(part.data)
            if not isinstance(part, h11.EndOfMessage):
                break
            found.append((event.method.decode(), event.target.decode(), body))
            reader.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            reader.send(h11.EndOfMessage())
            reader.start_next_cycle()
    except (h11.RemoteProtocolError, h11.LocalProtocolError):
        pass
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.lists(st.tuples(token, value), max_size=5),
    twist=st.lists(crooked, max_size=6),
    place=st.integers(0, 60),
    body=st.binary(max_size=30),
)
def test_every_answer_belongs_to_a_request_that_any_reader_finds(shared, fields, twist, place, body):
    """Whatever is sent: what is answered is what an independent reader sees there, in order; the rest is refused."""
    head = "".join(f"{name}: {text.strip()}\r\n" for name, text in fields)
    head = head[:place] + "".join(twist) + head[place:]
    data = f"POST /echo HTTP/1.1\r\nHost: a\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1")
    data += body + HIDDEN
    expected = read_by_another(data)
    with shared.wire(5) as wire:
        wire.send(data)
        wire.socket.shutdown(1)
        answered = 0
        while True:
            try:
                reply = wire.reply()
            except EOFError:
                break
            if "x-kuyakusho-refusal" in reply.fields:
                assert reply.fields["connection"] == "close"
                assert wire.rest() == b""
                break
            assert reply.status == 200
            method, target, seen = expected[answered]
            answered += 1
            if target == "/echo":
                told = json.loads(reply.body)
                assert (told["method"], told["body"].encode("latin-1")) == (method, seen)
            else:
                assert (target, reply.body) == ("/hello?n=hidden", b"hello hidden")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(min_size=1, max_size=300))
def test_noise_is_refused_or_waited_for(shared, noise):
    with shared.wire(5) as wire:
        wire.send(noise)
        wire.socket.shutdown(1)
        said = wire.rest()
        assert said == b"" or said.startswith(b"HTTP/1.1 ")


def test_the_front_door_still_stands(shared):
    with Wire(shared.port) as wire:
        assert wire.get("/hello?n=7").body == b"hello 7"
    assert "Traceback" not in shared.log()
    assert shared.metric("requests_in_flight") == 0
