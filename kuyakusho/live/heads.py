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

# Control characters anywhere, a CR without its LF, an LF without its CR: for a head that isn't whole yet.
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")
# The same within one line, whose CR LF has been taken off.
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_REQUEST_LINE = re.compile(
    rb"([A-Z]+) (/[!\"$-~]*) HTTP/1\.([01])"
)  # a target is visible ASCII but the fragment mark
_HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: ([\t -~\x80-\xff]*))?")

# Lines that were read before, since browsers and pages send the same ones again and again. A line has one reading
# whatever stands around it. What may be personal is not kept.
MOST_LINES = 2048
LONGEST_LINE = 400
PERSONAL = frozenset(
    (b"cookie", b"authorization", b"referer", b"x-forwarded-for", b"set-cookie", b"location")
)


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
        "joined",
        "keep",
        "length",
        "method",
        "minor",
        "named",
        "path",
        "query",
        "target",
        "told",
    )

    method: bytes
    target: bytes
    path: bytes
    query: bytes
    minor: int
    fields: dict[bytes, bytes]
    told: bytes
    """The lines that the pages are told, as they came."""
    joined: bool
    """Some field came more than once: the lines are made from `fields` instead."""
    host: bytes
    length: int
    keep: bool
    expects: bool
    named: frozenset[bytes] | set[bytes]


NOTHING: frozenset[bytes] = frozenset()
KNOWN_OPTIONS = frozenset((b"keep-alive", b"close", b"upgrade", b"http2-settings", b"te"))


def parse_request(head: bytes, most_fields: int = 100, longest_target: int = 8192) -> Request:
    """The request that `head` (with its closing empty line) holds. Raises Malformed."""
    lines = head[:-4].split(b"\r\n")
    first = _REQUEST_LINE.fullmatch(lines[0])
    if first is None:
        raise _fault_of_request_line(lines[0], longest_target)
    request = Request()
    method, target, minor = first.groups()
    if method not in METHODS:
        raise Malformed(501, "method")
    if len(target) > longest_target:
        raise Malformed(414, "target-too-long")
    if len(lines) - 1 > most_fields:
        raise Malformed(431, "too-many-fields")
    request.method, request.target, request.minor = method, target, minor == b"1"
    request.path, _, request.query = target.partition(b"?")
    _fields(request, lines)
    _connection(request)
    _framing(request)
    return request


def _fault_of_request_line(line: bytes, longest_target: int) -> Malformed:
    parts = line.split(b" ")
    if _CONTROL.search(line):
        return Malformed(400, "control-character")
    if len(parts) != 3 or not parts[0] or parts[0].translate(None, TOKEN):
        return Malformed(400, "request-line")
    if re.fullmatch(rb"HTTP/[0-9]\.[0-9]", parts[2]) is None:
        return Malformed(400, "request-line")
    if parts[2] not in (b"HTTP/1.0", b"HTTP/1.1"):
        return Malformed(505, "version")
    if parts[0] not in METHODS:
        return Malformed(501, "method")
    return Malformed(414, "target-too-long") if len(parts[1]) > longest_target else Malformed(400, "target")


_lines: dict[bytes, tuple[bytes, bytes, bytes]] = {}


def _fields(request: Request, lines: list[bytes]) -> None:
    del lines[0]
    read = [_lines.get(line) or _read_line(line) for line in lines]
    fields = request.fields = {name: value for name, value, _ in read}
    request.joined = len(fields) != len(read)
    if request.joined:
        _join(fields, read)
    request.told = b"".join([told for _, _, told in read])


def _join(fields: dict[bytes, bytes], read: list[tuple[bytes, bytes, bytes]]) -> None:
    """Puts the values of repeated fields together, in their order."""
    fields.clear()
    for name, value, _ in read:
        if name not in fields:
            fields[name] = value
        elif name in SINGLE:
            raise Malformed(400, "repeated-field")
        else:
            fields[name] += (b"; " if name == b"cookie" else b", ") + value


def _read_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Name, value, and the line that the pages are told (empty when they aren't)."""
    name, colon, value = line.partition(b":")
    # Catches a folded line, a space before the colon, an empty name and a line without a colon at once.
    if not colon or not name or name.translate(None, TOKEN):
        raise Malformed(400, "field-name")
    if _CONTROL.search(value):
        raise Malformed(400, "control-character")
    name = name.lower()
    value = value.strip(b" \t")
    found = name, value, b"%b: %b\r\n" % (name, value) if _is_told(name) else b""
    if len(line) <= LONGEST_LINE and name not in PERSONAL:
        if len(_lines) >= MOST_LINES:
            _lines.clear()
        _lines[line] = found
    return found


def _is_told(name: bytes) -> bool:
    # Names with an underscore are dropped: WSGI can't tell `X_Forwarded_For` from `X-Forwarded-For`.
    return not (name in OURS or b"_" in name or name.startswith((b"x-forwarded", b"x-kuyakusho")))


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
    """The head for the pages: what the client may say, and `said`, the lines of our own."""
    told, named = request.told, request.named
    if request.joined or not named <= KNOWN_OPTIONS:
        told = b"".join(
            b"%b: %b\r\n" % field
            for field in request.fields.items()
            if field[0] not in named and _is_told(field[0])
        )
    length = b"content-length: %d\r\n" % request.length if b"content-length" in request.fields else b""
    return b"%b %b HTTP/1.%d\r\nhost: %b\r\n%b%b%b\r\n" % (
        request.method,
        request.target,
        request.minor,
        request.host,
        told,
        length,
        said,
    )


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

    The date is ours: towards the client we are the origin. Raises BadAnswer for what can't be framed safely.
    """
    lines = head[:-4].split(b"\r\n")
    first = _STATUS_LINE.fullmatch(lines[0])
    if first is None:
        raise BadAnswer("status line")
    answer = Answer()
    answer.status = status = int(first[2])
    answer.length, answer.chunked, answer.close = None, False, first[1] == b"0"
    # Lines that came before are passed on as they are; only the others are looked at.
    out: list[bytes | None] = [_answer_lines.get(line) for line in lines]
    out[0] = b"HTTP/1.1 %d %b\r\n" % (status, first[3] or b"")
    named = b""
    for at in [at for at, known in enumerate(out) if known is None]:
        name, value, out[at] = _read_answer_line(lines[at])
        if name == b"content-length":
            if answer.length is not None or not value.isdigit() or len(value) > 18:
                raise BadAnswer("content length")
            answer.length = int(value)
        elif name == b"transfer-encoding":
            if answer.chunked or value.lower() != b"chunked":
                raise BadAnswer("transfer coding")
            answer.chunked = True
        elif name == b"connection":
            named += b"," + value.lower()
    if answer.chunked and answer.length is not None:
        raise BadAnswer("two lengths")
    if named:
        options = {option.strip(b" \t") for option in named.split(b",")}
        answer.close = answer.close or b"close" in options
        out[1:] = [line for line in out[1:] if line and line.partition(b":")[0].lower() not in options]
    if answer.length is not None and status != 204 and status >= 200:
        out.append(b"content-length: %d\r\n" % answer.length)
    out.append(b"date: %b\r\n" % date)
    answer.head = b"".join(out)  # type: ignore[arg-type]  # no None is left
    return answer


_LOOKED_AT = frozenset((b"content-length", b"transfer-encoding", b"connection"))
_DROPPED = HOP_BY_HOP | {b"date", b"server"}
_answer_lines: dict[bytes, bytes] = {}


def _read_answer_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Name, value, and what is passed on of it."""
    name, colon, value = line.partition(b":")
    if not colon or not name or name.translate(None, TOKEN):
        raise BadAnswer("field name")
    if _CONTROL.search(value):
        raise BadAnswer("control character")
    name = name.lower()
    value = value.strip(b" \t")
    if name in _LOOKED_AT:  # in every answer anew
        return name, value, b""
    passed = b"" if name in _DROPPED else line + b"\r\n"
    if len(line) <= LONGEST_LINE and name not in PERSONAL:
        if len(_answer_lines) >= MOST_LINES:
            _answer_lines.clear()
        _answer_lines[line] = passed
    return name, value, passed


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
