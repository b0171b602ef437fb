"""Snapshots in memory, each with its answers ready as bytes."""

from __future__ import annotations

import time
import zlib
from typing import NamedTuple

from .clock import Clock

# Kinds of answer: (gzip?) for a whole answer, for 304, and for HEAD.
WHOLE, NOT_MODIFIED, HEAD = 0, 2, 4
GZIP_FROM = 512
HTML_POLICY = (
    b"content-security-policy: default-src 'self'; object-src 'none'; base-uri 'none'; "
    b"frame-ancestors 'none'\r\n"
)


class Row(NamedTuple):
    """A row of `snapshots_snapshot`. Times in Unix seconds, `stale_after` in seconds or None."""

    path: str
    version: int
    media_type: str
    body: bytes
    etag: str
    max_age: int
    made_at: float
    stale_after: int | None


class Plan(NamedTuple):
    """What a reader asked of a snapshot: `kind` is WHOLE or HEAD, plus one when gzip is accepted."""

    path: bytes
    kind: int
    tags: frozenset[bytes]


class Entry:
    """One snapshot. Answers are made when first asked for and kept until the second, or the state, changes."""

    __slots__ = ("_event", "_gzip", "_ready", "_tick", "made_at", "path", "row", "state", "tags", "version")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.path = row.path.encode()
        self.version = row.version
        self.made_at = row.made_at
        tag = row.etag.encode()
        self.tags = frozenset((b'"%b"' % tag, b'"%b-gz"' % tag))
        self.state = b"current"
        self._gzip: bytes | None = None
        self._event: bytes | None = None
        self._ready: list[bytes | None] = [None] * 6
        self._tick = 0

    def answer(self, plan: Plan, shelf: Shelf) -> bytes:
        """The bytes to send: 304 when the reader has this version, else the snapshot."""
        if self._tick != shelf.clock.tick:
            self._freshen(shelf)
        kind = plan.kind
        if plan.tags and (b"*" in plan.tags or not plan.tags.isdisjoint(self.tags)):
            kind = NOT_MODIFIED + (kind & 1)
        ready = self._ready[kind]
        if ready is None:
            ready = self._ready[kind] = self._make(kind, shelf)
        return ready

    def closing(self, plan: Plan, shelf: Shelf) -> bytes:
        """As `answer`, for a connection that ends with it."""
        return self.answer(plan, shelf).replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)

    @property
    def streamable(self) -> bool:
        """Whether it is text, as an event stream must be."""
        kind = self.row.media_type.split(";", 1)[0].strip()
        return kind.startswith("text/") or kind.endswith(("/json", "+json"))

    @property
    def event(self) -> bytes:
        """The snapshot as one server-sent event; its id is the version."""
        if self._event is None:
            lines = self.row.body.splitlines() or [b""]
            data = b"".join(b"data: %b\n" % line for line in lines)
            self._event = b"id: %d\n%b\n" % (self.version, data)
        return self._event

    def _freshen(self, shelf: Shelf) -> None:
        self._tick = shelf.clock.tick
        self._ready = [None] * 6
        self.state = shelf.state_of(self)

    def _make(self, kind: int, shelf: Shelf) -> bytes:
        row, zipped = self.row, kind & 1
        body = row.body
        if len(body) >= GZIP_FROM:
            vary = b"vary: accept-encoding\r\n"
            if zipped:
                body = self._zipped()
        else:
            vary, zipped = b"", 0
        suffix = b"-gz" if zipped else b""
        head = [
            b"HTTP/1.1 304 Not Modified\r\n" if kind & 6 == NOT_MODIFIED else b"HTTP/1.1 200 OK\r\n",
            b'etag: "%b%b"\r\n' % (row.etag.encode(), suffix),
            b"cache-control: public, max-age=%d\r\n" % row.max_age,
            b"date: %b\r\n" % shelf.clock.date,
            vary,
            b"x-snapshot-as-of: %b\r\n" % as_of(row.made_at),
            b"x-snapshot-state: %b\r\n" % self.state,
        ]
        if self.state == b"unconfirmed":
            head.append(b"age: %d\r\n" % max(0, shelf.clock.wall - shelf.confirmed_at))
        if kind & 6 != NOT_MODIFIED:
            head += (
                b"content-type: %b\r\n" % row.media_type.encode(),
                b"content-length: %d\r\n" % len(body),
                b"content-encoding: gzip\r\n" if zipped else b"",
                b"x-content-type-options: nosniff\r\n",
                b"access-control-allow-origin: *\r\n",
                HTML_POLICY if row.media_type.startswith("text/html") else b"",
            )
        head.append(b"\r\n")
        if kind < NOT_MODIFIED:
            head.append(body)
        return b"".join(head)

    def _zipped(self) -> bytes:
        if self._gzip is None:
            packer = zlib.compressobj(6, zlib.DEFLATED, 31)
            self._gzip = packer.compress(self.row.body) + packer.flush()
        return self._gzip


class Shelf:
    """All snapshots by path, and whether they can be vouched for."""

    __slots__ = ("clock", "confirmed_at", "entries", "pages_away", "unconfirmed")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.entries: dict[bytes, Entry] = {}
        self.confirmed_at = clock.wall
        self.unconfirmed = True
        self.pages_away = False

    def put(self, row: Row) -> Entry | None:
        """Takes a row in. Returns the entry if readers should be told, None if only its time has changed."""
        path = row.path.encode()
        before = self.entries.get(path)
        entry = self.entries[path] = Entry(row)
        return None if before is not None and before.version == row.version else entry

    def remove(self, path: str) -> bool:
        return self.entries.pop(path.encode(), None) is not None

    def state_of(self, entry: Entry) -> bytes:
        """What a reader should know: unconfirmed (the database can't be read), stale, pages-away or current."""
        if self.unconfirmed:
            return b"unconfirmed"
        after = entry.row.stale_after
        if after is not None and self.clock.wall > entry.made_at + after:
            return b"stale"
        return b"pages-away" if self.pages_away else b"current"


def as_of(seconds: float) -> bytes:
    """When the snapshot was made, RFC 3339 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)).encode()


def plan_for(path: bytes, method: bytes, fields: dict[bytes, bytes]) -> Plan:
    """What the reader's fields ask for."""
    kind = HEAD if method == b"HEAD" else WHOLE
    accepted = fields.get(b"accept-encoding")
    if accepted is not None and _takes_gzip(accepted.lower()):
        kind += 1
    tags = fields.get(b"if-none-match")
    if tags is None:
        return Plan(path, kind, frozenset())
    return Plan(path, kind, frozenset(tag.strip().removeprefix(b"W/") for tag in tags.split(b",")))


def _takes_gzip(accepted: bytes) -> bool:
    for part in accepted.split(b","):
        name, _, weight = part.partition(b";")
        if name.strip() in (b"gzip", b"*"):
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False
