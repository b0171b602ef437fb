"""Reading and writing the heads of HTTP/1.1 messages, strictly (RFC 9112).

Whatever two servers might read in two ways is refused here rather than passed on: that is what keeps one
request from hiding in another. Pure functions over bytes; no connection is known here.
"""

from __future__ import annotations

import re

TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
METHODS = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))
SAFE = frozenset((b"GET", b"HEAD", b"OPTIONS"))
SINGLE = frozenset(
    (b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"expect")
)
FRAMING = frozenset((b"host", b"content-length", b"transfer-encoding"))
HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"http2-settings",
    )
)
# What a client can't tell the pages: the front door says it, or nobody does. `proxy` would become HTTP_PROXY.
OURS = HOP_BY_HOP | {
    b"host",
    b"content-length",
    b"expect",
    b"forwarded",
    b"x-real-ip",
    b"x-request-id",
    b"proxy",
}

# Control characters anywhere, a CR without its LF, an LF without its CR.
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")
_TARGET = re.compile(rb"[!\"$-~]*")  # visible ASCII but the fragment mark
_HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: ([\t -~\x80-\xff]*))?")


class Malformed(Exception):
    """A request that is refused for its form. `status` is the answer, `code` a stable word for logs and tests."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Request:
    """A request head that has only one reading. Names of fields are lower case; repeated fields are joined."""

    __slots__ = (
        "expects",
        "fields",
        "host",
        "keep",
        "length",
        "method",
        "minor",
        "named",
        "path",
        "query",
        "target",
    )

    method: bytes
    target: bytes
    path: bytes
    query: bytes
    minor: int
    fields: dict[bytes, bytes]
    host: bytes
    length: int
    keep: bool
    expects: bool
    named: frozenset[bytes] | set[bytes]


NOTHING: frozenset[bytes] = frozenset()


def parse_request(head: bytes, most_fields: int = 100, longest_target: int = 8192) -> Request:
    """The request that `head` (with its closing empty line) holds. Raises Malformed."""
    if CONTROL.search(head):
        raise Malformed(400, "control-character")
    lines = head[:-4].split(b"\r\n")
    request = Request()
    _request_line(request, lines[0], longest_target)
    if len(lines) - 1 > most_fields:
        raise Malformed(431, "too-many-fields")
    request.fields = _fields(lines)
    _connection(request)
    _framing(request)
    return request


def _request_line(request: Request, line: bytes, longest_target: int) -> None:
    parts = line.split(b" ")
    if len(parts) != 3 or not parts[0] or parts[0].translate(None, TOKEN):
        raise Malformed(400, "request-line")
    method, target, version = parts
    if version == b"HTTP/1.1":
        request.minor = 1
    elif version == b"HTTP/1.0":
        request.minor = 0
    elif re.fullmatch(rb"HTTP/[0-9]\.[0-9]", version):
        raise Malformed(505, "version")
    else:
        raise Malformed(400, "request-line")
    if method not in METHODS:
        raise Malformed(501, "method")
    if len(target) > longest_target:
        raise Malformed(414, "target-too-long")
    if target[:1] != b"/" or not _TARGET.fullmatch(target):
        raise Malformed(400, "target")
    request.method, request.target = method, target
    request.path, _, request.query = target.partition(b"?")


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        # Catches a folded line, a space before the colon, an empty name and a line without a colon at once.
        if not colon or not name or name.translate(None, TOKEN):
            raise Malformed(400, "field-name")
        name = name.lower()
        value = value.strip(b" \t")
        if name in fields:
            if name in SINGLE:
                raise Malformed(400, "repeated-field")
            fields[name] += (b"; " if name == b"cookie" else b", ") + value
        else:
            fields[name] = value
    return fields


def _connection(request: Request) -> None:
    fields = request.fields
    host = fields.get(b"host")
    if host is None:
        if request.minor:
            raise Malformed(400, "host-missing")
        host = b"localhost"
    elif not _HOST.fullmatch(host):
        raise Malformed(400, "host")
    request.host = host
    request.keep = bool(request.minor)
    request.named = NOTHING
    connection = fields.get(b"connection")
    if connection is not None:
        named = {name.strip(b" \t") for name in connection.lower().split(b",")}
        if not named.isdisjoint(FRAMING):
            raise Malformed(400, "connection")
        if b"close" in named:
            request.keep = False
        if b"upgrade" in named and b"websocket" in fields.get(b"upgrade", b"").lower():
            raise Malformed(501, "upgrade")
        request.named = named


def _framing(request: Request) -> None:
    fields = request.fields
    given = fields.get(b"content-length")
    coding = fields.get(b"transfer-encoding")
    request.length = 0
    if coding is not None:
        if given is not None or not request.minor:
            raise Malformed(400, "two-lengths")
        # Django under WSGI would read such a body as empty, so the length must be known.
        raise Malformed(411 if coding.lower() == b"chunked" else 501, "transfer-encoding")
    if given is not None:
        if not given.isdigit() or len(given) > 15:
            raise Malformed(400, "content-length")
        request.length = int(given)
        if request.length and request.method in SAFE and request.method != b"OPTIONS":
            raise Malformed(400, "content-in-get")
    expect = fields.get(b"expect")
    request.expects = False
    if expect is not None and request.minor:
        if expect.lower() != b"100-continue":
            raise Malformed(417, "expect")
        request.expects = request.length > 0


def forwarded_head(request: Request, said: bytes) -> bytes:
    """The head for the pages: what the client may say, and `said`, the lines of our own.

    Names with an underscore are dropped: WSGI can't tell `X_Forwarded_For` from `X-Forwarded-For`.
    """
    version = b" HTTP/1.1\r\nhost: " if request.minor else b" HTTP/1.0\r\nhost: "
    parts = [request.method, b" ", request.target, version, request.host, b"\r\n"]
    named = request.named
    for name, value in request.fields.items():
        if name in OURS or name in named or b"_" in name:
            continue
        if name[:2] == b"x-" and name.startswith((b"x-forwarded", b"x-kuyakusho")):
            continue
        parts += (name, b": ", value, b"\r\n")
    if request.length or b"content-length" in request.fields:
        parts.append(b"content-length: %d\r\n" % request.length)
    parts += (said, b"\r\n")
    return b"".join(parts)


class BadAnswer(Exception):
    """The pages answered something that can't be passed on."""


class Answer:
    """A response head of the pages. `length` is None when the body is chunked or ends with the connection."""

    __slots__ = ("chunked", "close", "head", "length", "status")

    status: int
    length: int | None
    chunked: bool
    close: bool
    head: bytes


def parse_answer(head: bytes, date: bytes) -> Answer:
    """Reads a response head and writes the one for the client, without its final empty line.

    Raises BadAnswer for what can't be framed safely.
    """
    if CONTROL.search(head):
        raise BadAnswer("control character")
    lines = head[:-4].split(b"\r\n")
    first = _STATUS_LINE.fullmatch(lines[0])
    if first is None:
        raise BadAnswer("status line")
    answer = Answer()
    answer.status = status = int(first[1])
    answer.length, answer.chunked, answer.close = None, False, lines[0].startswith(b"HTTP/1.0")
    kept: list[tuple[bytes, bytes]] = []
    named: set[bytes] = set()
    dated = False
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        name = name.lower()
        if not colon or not name or name.translate(None, TOKEN):
            raise BadAnswer("field name")
        if name == b"content-length":
            value = value.strip()
            if answer.length is not None or not value.isdigit() or len(value) > 18:
                raise BadAnswer("content length")
            answer.length = int(value)
        elif name == b"transfer-encoding":
            if answer.chunked or value.strip().lower() != b"chunked":
                raise BadAnswer("transfer coding")
            answer.chunked = True
        elif name == b"connection":
            named.update(part.strip() for part in value.lower().split(b","))
            answer.close = answer.close or b"close" in named
        elif name not in HOP_BY_HOP and name != b"server":
            dated = dated or name == b"date"
            kept.append((name, line))
    if answer.chunked and answer.length is not None:
        raise BadAnswer("two lengths")
    out = [b"HTTP/1.1 %d %s" % (status, first[2] or b"")]
    out += [line for name, line in kept if name not in named] if named else [line for _, line in kept]
    if answer.length is not None and status != 204 and status >= 200:
        out.append(b"content-length: %d" % answer.length)
    if not dated:
        out.append(b"date: " + date)
    answer.head = b"\r\n".join(out) + b"\r\n"
    return answer


_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})\r\n")


class ChunkScan:
    """Follows a chunked body without unpacking it, so that its bytes can be passed on as they come."""

    __slots__ = ("_left", "_line", "_state", "done")

    def __init__(self) -> None:
        self.done = False
        self._left = 0
        self._line = b""
        self._state = 0  # 0 size line, 1 data, 2 line end after data, 3 last empty line

    def feed(self, data: bytes) -> int:
        """How many of `data` belong to the body. Raises BadAnswer; `done` once the body is whole."""
        at, size = 0, len(data)
        while at < size and not self.done:
            if self._state == 1:
                step = min(self._left, size - at)
                self._left -= step
                at += step
                if not self._left:
                    self._state = 2
                continue
            cut = data.find(b"\n", at)
            end = size if cut < 0 else cut + 1
            self._line += data[at:end]
            at = end
            if cut < 0:
                if len(self._line) > 20:
                    raise BadAnswer("chunk line")
                break
            line, self._line = self._line, b""
            self._turn(line)
        return at

    def _turn(self, line: bytes) -> None:
        if self._state == 0:
            match = _SIZE.fullmatch(line)
            if match is None:
                raise BadAnswer("chunk size")
            self._left = int(match[1], 16)
            self._state = 1 if self._left else 3
        elif line != b"\r\n":  # also a trailer, which pages never send
            raise BadAnswer("chunk end")
        elif self._state == 2:
            self._state = 0
        else:
            self.done = True
