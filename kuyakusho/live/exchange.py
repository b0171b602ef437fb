"""One request handed to the pages, from its head to the last byte of its answer.

A small body is collected whole before a page's thread is asked for, so that a slow sender holds none; a large one
needs one of a few places and then flows through. Nothing is kept of an answer beyond one socket buffer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .heads import SAFE, Answer, BadAnswer, Request, forwarded_head

if TYPE_CHECKING:
    from .client import Client
    from .front import Front
    from .upstream import Upstream

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# A page process that is stopping may still take a connection and drop it, so once is not always enough.
MOST_RETRIES = 3
# How the end of an answer's body is known.
NONE, LENGTH, CHUNKED, END = 1, 2, 3, 4


class Exchange:
    """Joins a client's connection and a connection to the pages for one request."""

    __slots__ = (
        "_checked_at",
        "_checked_bytes",
        "body_left",
        "client",
        "deadline",
        "front",
        "head",
        "held",
        "held_size",
        "keep",
        "large",
        "moved",
        "over",
        "placed",
        "reference",
        "repeatable",
        "request",
        "retries",
        "started",
        "upstream",
        "written",
    )

    def __init__(self, front: Front, client: Client, request: Request, said: bytes, reference: str) -> None:
        self.front, self.client, self.request, self.reference = front, client, request, reference
        self.head = forwarded_head(request, said)
        self.keep = request.keep
        # It changes nothing and has no body, so it may be handed over twice.
        self.repeatable = not request.length and request.method in SAFE
        self.body_left = request.length
        self.large = request.length > front.limits.small_body
        self.held: list[bytes] = []
        self.held_size = 0
        self.upstream: Upstream | None = None
        self.placed = False
        self.started = False
        self.retries = 0
        self.over = False
        self.deadline = 0.0
        self.moved = self.written = 0
        self._checked_at = front.clock.now
        self._checked_bytes = 0

    def open(self) -> None:
        """Asks for what the request needs next: a place for a large upload, its body, or the pages."""
        if self.large:
            self.front.uploads.ask(self)
        elif self.body_left:
            self._invite()
        else:
            self.front.pool.submit(self)

    def allowed(self) -> None:
        """A large upload has its place."""
        self.placed = True
        self._checked_at, self._checked_bytes = self.front.clock.now, self.moved
        self._invite()
        self.front.pool.submit(self)

    def _invite(self) -> None:
        # A client whose body is already coming needs no invitation.
        if self.request.expects and not self.moved and not self.client.buffer:
            self.client.transport.write(CONTINUE)

    def take(self, data: bytes) -> bytes:
        """Takes the bytes of the body out of what the client sent; returns the rest."""
        left = self.body_left
        piece, rest = (data[:left], data[left:]) if len(data) > left else (data, b"")
        self.body_left -= len(piece)
        self.moved += len(piece)
        if self.upstream is not None:
            self.upstream.transport.write(piece)
        else:
            self.held.append(piece)
            self.held_size += len(piece)
            self.front.held += len(piece)
            if self.front.held > self.front.limits.held:
                self.fail(503, "too-many-uploads")
                return b""
            if not self.large and not self.body_left:
                self.front.pool.submit(self)
        return rest

    @property
    def blocked(self) -> bool:
        """Whether the client should send no more of its body for now."""
        if self.upstream is not None:
            return self.upstream.write_paused
        return self.large and self.held_size >= self.front.limits.ahead

    def attach(self, upstream: Upstream) -> None:
        """The pages take the request."""
        front = self.front
        self.upstream = upstream
        self._checked_at, self._checked_bytes = front.clock.now, self.moved
        self.deadline = self._checked_at + front.limits.page_seconds
        if not self.request.length:
            upstream.begin(self, self.head)
            return
        data = b"".join((self.head, *self.held))
        self._let_go_of_held()
        upstream.begin(self, data)
        if self.body_left:
            self.client.adjust_reading()

    def begin(self, answer: Answer) -> tuple[int, bytes]:
        """The head of the answer has come: how its body ends, and the head for the client."""
        request, status = self.request, answer.status
        if status == 101:
            raise BadAnswer("upgrade")
        if request.method == b"HEAD" or status in (204, 304):
            mode = NONE
        elif answer.chunked:
            if not request.minor:
                raise BadAnswer("chunks for HTTP/1.0")
            mode = CHUNKED
        elif answer.length is not None:
            mode = LENGTH
        else:
            mode = END
        if mode == END or self.body_left or self.front.draining:
            self.keep = False
        self.started = True
        return mode, b"".join(
            (
                answer.head,
                b"transfer-encoding: chunked\r\n" if mode == CHUNKED else b"",
                b"\r\n" if self.keep else b"connection: close\r\n\r\n",
            )
        )

    def send(self, data: bytes) -> None:
        """Passes a part of the answer on."""
        self.written += len(data)
        self.deadline = self.front.clock.now + self.front.limits.page_seconds
        self.client.transport.write(data)
        if self.client.paused and self.upstream is not None:
            self.upstream.pause_reading()

    def done(self, reusable: bool) -> None:
        """The answer is whole."""
        upstream = self.upstream
        self.upstream = None
        self._end()
        if upstream is not None:
            self.front.pool.release(upstream, reusable and not self.body_left)
        self.client.answered(self)

    def lost(self, heard: bool) -> None:
        """The connection to the pages ended too early. `heard`: some of an answer had come."""
        self.upstream = None
        if not heard and self.repeatable and self.retries < MOST_RETRIES:
            self.retries += 1
            self.front.metrics.requests_retried += 1
            self.front.pool.submit(self)
        else:
            self.fail(502, "answer-broken-off")

    def fail(self, status: int, code: str) -> None:
        """Answers for the pages; if their answer has begun, breaks off so that the client can tell."""
        if self.over:
            return
        self._detach()
        if self.started:
            self.front.metrics.refused(status, code)
            self.client.transport.abort()
        else:
            self.client.refuse_exchange(self, status, code)

    def cancel(self) -> None:
        """The client has gone."""
        if not self.over:
            self._detach()

    def check_pace(self, now: float) -> None:
        """Lets a client go that keeps a thread or memory waiting by sending or reading too slowly."""
        client = self.client
        reading = self.started and client.paused
        sending = self.body_left > 0 and not self.blocked
        if not (reading or sending) or (self.large and not self.placed):
            self._checked_at, self._checked_bytes = now, self._progress()
        elif now - self._checked_at >= self.front.limits.pace_seconds:
            moved = self._progress()
            if moved - self._checked_bytes < self.front.limits.pace_bytes * (now - self._checked_at):
                self.fail(408, "too-slow")
            self._checked_at, self._checked_bytes = now, moved
        if sending or reading:
            self.deadline = now + self.front.limits.page_seconds

    def _progress(self) -> int:
        return self.moved + self.written - self.client.transport.get_write_buffer_size()

    def _detach(self) -> None:
        upstream, self.upstream = self.upstream, None
        self._end()
        self.front.pool.withdraw(self)
        if upstream is not None:
            upstream.drop()

    def _end(self) -> None:
        if not self.over:
            self.over = True
            if self.held:
                self._let_go_of_held()
            self.front.exchanges.discard(self)
            if self.large:
                self.front.uploads.leave(self)

    def _let_go_of_held(self) -> None:
        self.front.held -= self.held_size
        self.held, self.held_size = [], 0
