"""The pure part: heads and chunks, without a connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.live.heads import BadAnswer, ChunkScan, Malformed, forwarded_head, parse_answer, parse_request
from kuyakusho.live.refusals import REASONS, refusal, wants_problem
from kuyakusho.live.settings import BadSetting, read, sqlite_path
from kuyakusho.live.shelf import HEAD, WHOLE, plan_for

GET = b"GET /a?b HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "line",
    [
        b"X_Forwarded_For: 6.6.6.6",
        b"x-forwarded-for: 6.6.6.6",
        b"X-Forwarded-Anything: x",
        b"X-Kuyakusho-Front: guess",
        b"X_Kuyakusho_Front: guess",
        b"Content_Length: 5",
        b"Forwarded: for=6.6.6.6",
        b"X-Real-IP: 6.6.6.6",
        b"X-Request-ID: mine",
        b"Proxy: http://evil.example",
        b"TE: trailers",
        b"Trailer: X",
        b"Keep-Alive: 5",
        b"Proxy-Connection: keep-alive",
        b"Proxy-Authorization: x",
        b"Upgrade: h2c",
        b"HTTP2-Settings: x",
        b"Connection: close",
    ],
)
def test_what_a_client_cannot_tell_the_pages(line):
    for repeated in (1, 2):  # a repeated field takes another way through the code
        head = forwarded_head(parse_request(GET + (line + b"\r\n") * repeated + b"\r\n"), b"said: x\r\n")
        assert head == b"GET /a?b HTTP/1.1\r\nhost: a\r\nsaid: x\r\n\r\n"


def test_what_is_told_as_it_came():
    request = parse_request(GET + b"Accept:  a \r\nCookie: b=1\r\nAccept: c\r\ncookie: d=2\r\n\r\n")
    told = forwarded_head(request, b"")
    assert told == b"GET /a?b HTTP/1.1\r\nhost: a\r\naccept: a, c\r\ncookie: b=1; d=2\r\n\r\n"
    hop = parse_request(GET + b"Connection: X-Mine\r\nX-Mine: a\r\nX-Other: b\r\n\r\n")
    assert forwarded_head(hop, b"") == b"GET /a?b HTTP/1.1\r\nhost: a\r\nx-other: b\r\n\r\n"
    old = parse_request(b"GET / HTTP/1.0\r\n\r\n")
    assert forwarded_head(old, b"") == b"GET / HTTP/1.0\r\nhost: localhost\r\n\r\n"


def test_a_line_read_before_is_still_refused_where_it_may_not_stand():
    line = b"Content-Type: text/plain\r\n"
    parse_request(GET + line + b"\r\n")
    with pytest.raises(Malformed):
        parse_request(GET + line + line + b"\r\n")
    for _ in range(2):
        with pytest.raises(Malformed):
            parse_request(GET + b"X: a\x00b\r\n\r\n")


def test_answers_are_rewritten_for_the_client():
    answer = parse_answer(
        b"HTTP/1.1 200 OK\r\nServer: x\r\nConnection: keep-alive, X-Hop\r\nX-Hop: y\r\nKeep-Alive: 5\r\n"
        b"Content-Length: 3\r\nX-A: b\r\n\r\n",
        b"now",
    )
    assert answer.head == b"HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 3\r\ndate: now\r\n"
    assert (answer.status, answer.length, answer.chunked, answer.close) == (200, 3, False, False)
    closing = parse_answer(b"HTTP/1.1 404 \r\ndate: then\r\nConnection: Close\r\n\r\n", b"now")
    assert (closing.close, closing.length) == (True, None)
    assert closing.head == b"HTTP/1.1 404 \r\ndate: now\r\n"
    assert parse_answer(b"HTTP/1.0 200 OK\r\n\r\n", b"now").close
    assert b"content-length" not in parse_answer(b"HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n", b"").head


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    ],
)
def test_answers_that_cannot_be_framed(head):
    with pytest.raises(BadAnswer):
        parse_answer(head, b"now")


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=50), max_size=6),
    cuts=st.lists(st.integers(1, 12), min_size=1, max_size=40),
    behind=st.binary(max_size=10),
)
def test_chunks_end_where_they_end_however_they_are_cut(pieces, cuts, behind):
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    data, scan, taken, at = body + behind, ChunkScan(), 0, 0
    for number in range(len(data)):
        if scan.done or at >= len(data):
            break
        step = data[at : at + cuts[number % len(cuts)]]
        taken += scan.feed(step)
        at += len(step)
    assert scan.done
    assert taken == len(body)


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\n",
        b"-1\r\n",
        b"1;a=b\r\nx",
        b"3\r\nabcd\r\n",
        b"1\nx",
        b"0\r\nX: y\r\n\r\n",
        b"\r\n",
        b"1" * 30,
    ],
)
def test_bad_chunks_are_not_passed_over(body):
    with pytest.raises(BadAnswer):
        ChunkScan().feed(body)


@pytest.mark.parametrize("status", REASONS)
def test_every_refusal_says_what_to_do_in_both_languages(status):
    page = refusal(status, "code", date=b"now", reference="abc-1")
    head, _, body = page.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    text = body.decode()
    assert text.index('<html lang="ja">') < text.index('<section lang="en">')
    assert "。" in text
    assert "abc-1" in text
    assert "src=" not in text
    problem = refusal(status, "code", date=b"now", as_problem=True, reference="abc-1").decode()
    assert '"type": "urn:kuyakusho:error:code"' in problem
    assert refusal(status, "code", date=b"now", head_only=True).endswith(b"\r\n\r\n")


def test_who_reads_problem_details():
    assert wants_problem(b"/api/v1/x", {})
    assert wants_problem(b"/x", {b"accept": b"application/json"})
    assert not wants_problem(b"/x", {b"accept": b"text/html,application/json;q=0.5"})
    assert not wants_problem(b"/x", {})


def test_plans():
    assert plan_for(b"/a", b"GET", {}).kind == WHOLE
    assert plan_for(b"/a", b"HEAD", {b"accept-encoding": b"GZIP;q=0.5"}).kind == HEAD + 1
    assert plan_for(b"/a", b"GET", {b"accept-encoding": b"gzip; q=0, *"}).kind == WHOLE
    assert plan_for(b"/a", b"GET", {b"if-none-match": b'W/"x" , "y"'}).tags == {b'"x"', b'"y"'}


def test_settings_are_read_and_faults_named():
    assert sqlite_path("sqlite:////var/x%20y.sqlite3") == "/var/x y.sqlite3"
    assert sqlite_path("sqlite:///var/x.sqlite3?timeout=1") == "var/x.sqlite3"
    assert sqlite_path("postgres://x") is None
    assert read({"KUYAKUSHO_LIVE_LISTEN": "[::1]:80"}).listen == ("::1", 80)
    assert read({"KUYAKUSHO_MAX_BODY_MB": "2"}).limits.body == 2 * 1024 * 1024
    for name, value in (
        ("KUYAKUSHO_STREAMS", "many"),
        ("KUYAKUSHO_STREAMS", "0"),
        ("KUYAKUSHO_LIVE_PAGES", "nowhere"),
        ("KUYAKUSHO_TRUSTED_PROXIES", "10.0.0.0/8, x"),
    ):
        with pytest.raises(BadSetting, match=name):
            read({name: value})
