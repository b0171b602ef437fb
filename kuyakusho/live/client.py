"""One connection of a client: reads requests strictly, answers snapshots at once, hands the rest over.

Each request is routed for itself, so one kept connection may mix snapshots, pages and uploads; answers leave in
the order of the requests.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, cast

from .exchange import Exchange
from .heads import CONTROL, Malformed, Request, parse_request
from .refusals import refusal, wants_problem
from .shelf import Entry, plan_for
from .streams import STUCK_SECONDS, Topic

if TYPE_CHECKING:
    from .front import Front

READING, BUSY, STREAMING, LINGERING = range(4)
STREAM_SUFFIX = b"/stream"
REMEMBERED_HEAD = 2048


class Client(asyncio.Protocol):
    """A client's connection and where it stands: reading a head, busy with one request, streaming, or ending."""

    __slots__ = (
        "_ended",
        "_reading",
        "_state",
        "_unsent",
        "address",
        "buffer",
        "deadline",
        "exchange",
        "front",
        "paused",
        "peer",
        "said",
        "slot",
        "topic",
        "transport",
        "version",
    )

    transport: asyncio.Transport

    def __init__(self, front: Front) -> None:
        self.front = front
        self.buffer = b""
        self.exchange: Exchange | None = None
        self.topic: Topic | None = None
        self.version = self.slot = self._unsent = 0
        self.paused = self._ended = False
        self._reading = True
        self._state = READING
        self.address = self.peer = ""
        self.said: bytes | None = None
        self.deadline = front.clock.now + front.limits.head_seconds

    # What the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = self.address = peer[0].removeprefix("::ffff:") if peer else ""
        self.transport.set_write_buffer_limits(self.front.limits.unsent)
        code = self.front.welcome(self)
        if code is not None:
            self._refuse(503, code)

    def data_received(self, data: bytes) -> None:
        front = self.front
        if self._state == READING:
            if not self.buffer:
                # The same bytes have the same one reading: phones that ask again send them unchanged.
                plan = front.remembered.get(data)
                if plan is not None and not self.paused:
                    entry = front.entries.get(plan.path)
                    if entry is not None:
                        self.deadline = front.clock.now + front.limits.idle_seconds
                        front.metrics.reads += 1
                        self.transport.write(entry.answer(plan, front.shelf))
                        return
                self.buffer = data
                self.deadline = front.clock.now + front.limits.head_seconds
            else:
                self.buffer += data
            self._process()
        elif self._state == BUSY:
            exchange = self.exchange
            if exchange is not None and exchange.body_left:
                data = exchange.take(data)
            if self._state == BUSY:
                if data:
                    self.buffer += data
                self.adjust_reading()
        # A stream's client has nothing to say; what comes while lingering is let fall.

    def eof_received(self) -> bool:
        self._ended = True
        if self._state == BUSY:
            exchange = self.exchange
            # A client may close its half once its request is whole, and still read the answer.
            return exchange is not None and not exchange.body_left
        return self._state == READING and self.paused

    def connection_lost(self, exc: Exception | None) -> None:
        exchange, self.exchange = self.exchange, None
        self._state = LINGERING
        self.buffer = b""
        if exchange is not None:
            exchange.cancel()
        self.front.hub.close(self)
        self.front.farewell(self)

    def pause_writing(self) -> None:
        self.paused = True
        if self._state == STREAMING:
            self.deadline = self.front.clock.now + STUCK_SECONDS

    def resume_writing(self) -> None:
        self.paused = False
        if self._state == STREAMING:
            self.front.hub.resumed(self)
        elif self._state == BUSY:
            if self.exchange is not None and self.exchange.upstream is not None:
                self.exchange.upstream.resume_reading()
        elif self._state == READING:
            self._process()

    # Requests

    def _process(self) -> None:
        """Answers as many whole requests as the buffer holds, until one goes to the pages."""
        limits = self.front.limits
        while self._state == READING and self.buffer and not self.paused:
            buffer = self.buffer
            end = buffer.find(b"\r\n\r\n")
            if end < 0 or end > limits.head:
                fault = self._early_fault(buffer if end < 0 else buffer[: end + 4])
                if fault is not None:
                    self._refuse(*fault)
                elif end < 0:
                    break
                return
            head, self.buffer = buffer[: end + 4], buffer[end + 4 :]
            try:
                request = parse_request(head, limits.fields, limits.target)
            except Malformed as fault:
                self._refuse(fault.status, fault.code)
                return
            self._route(request, head)
        if self._ended and self._state == READING and not self.paused:
            self.transport.close()
        elif self.buffer or self.paused or not self._reading:
            self.adjust_reading()

    def _early_fault(self, start: bytes) -> tuple[int, str] | None:
        """What is wrong with a head that isn't whole, or too long."""
        limits = self.front.limits
        found = CONTROL.search(start)
        # A CR at the very end may still get its LF.
        if found and not (found.end() == len(start) and found[0] == b"\r"):
            return 400, "control-character"
        line = start.find(b"\r\n")
        if (len(start) if line < 0 else line) > limits.target + 64:
            return 414, "target-too-long"
        return (431, "head-too-long") if len(start) > limits.head else None

    def _route(self, request: Request, head: bytes) -> None:
        front, path, method = self.front, request.path, request.method
        if method in (b"GET", b"HEAD"):
            if not request.query:
                entry = front.entries.get(path)
                if entry is not None:
                    self._answer(request, entry, head)
                    return
            if path.endswith(STREAM_SUFFIX):
                entry = front.entries.get(path[: -len(STREAM_SUFFIX)])
                if entry is not None and entry.streamable:
                    self._stream(request, entry)
                    return
            if path.startswith(b"/live/"):
                answer = front.own.answer(self, request)
                if answer is not None:
                    self._write(answer, request.keep)
                    return
        self._hand_over(request)

    def _answer(self, request: Request, entry: Entry, head: bytes) -> None:
        front = self.front
        plan = plan_for(request.path, request.method, request.fields)
        front.metrics.reads += 1
        if request.keep and not front.draining:
            if not self.buffer and len(head) <= REMEMBERED_HEAD:
                front.remember(head, plan)
            self.deadline = front.clock.now + front.limits.idle_seconds
            self.transport.write(entry.answer(plan, front.shelf))
        else:
            self._write(entry.closing(plan, front.shelf), keep=False)

    def _stream(self, request: Request, entry: Entry) -> None:
        front = self.front
        self.address = front.visitor(self, request)[0]
        code = front.hub.full(self.address)
        if code is not None:
            front.metrics.streams_refused += 1
            self._refuse(429, code, request, keep=request.keep)
        elif request.method == b"HEAD":
            self._write(front.hub.opening, keep=False)
        else:
            self._state, self.buffer = STREAMING, b""
            self.transport.set_write_buffer_limits(front.limits.stream_unsent, 0)
            # Else the system would queue megabytes of old states for a reader that is slow.
            link = self.transport.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, front.limits.stream_queue)
            seen = request.fields.get(b"last-event-id") or _seen(request.query)
            front.hub.open(self, entry, seen)

    def _hand_over(self, request: Request) -> None:
        front = self.front
        if request.length > front.limits.body:
            self._refuse(413, "body-too-large", request)
            return
        reference, said = front.introduce(self, request)
        self._state = BUSY
        exchange = self.exchange = Exchange(front, self, request, said, reference)
        front.exchanges.add(exchange)
        front.metrics.requests += 1
        exchange.open()
        if request.length and self._state == BUSY and self.buffer:
            body, self.buffer = self.buffer, b""
            rest = exchange.take(body)
            if self._state == BUSY:
                self.buffer = rest

    # Ends of requests

    def answered(self, exchange: Exchange) -> None:
        """The pages' answer has been passed on whole."""
        self.exchange = None
        if self._state != BUSY:
            return
        if exchange.keep and not exchange.body_left and not self.front.draining:
            self._next()
        else:
            self._linger()

    def refuse_exchange(self, exchange: Exchange, status: int, code: str) -> None:
        """The front door answers in place of the pages."""
        self.exchange = None
        if self._state == BUSY:
            keep = exchange.keep and not exchange.body_left and not self.front.draining
            self._refuse(status, code, exchange.request, exchange.reference, keep)

    def _next(self) -> None:
        self._state = READING
        limits = self.front.limits
        self.deadline = self.front.clock.now + (limits.head_seconds if self.buffer else limits.idle_seconds)
        if self.buffer:
            # Not from within the answer before: many requests sent at once must not nest.
            self.front.loop.call_soon(self._process)
        elif self._ended:
            self.transport.close()
        elif not self._reading:
            self.adjust_reading()

    def _refuse(
        self, status: int, code: str, request: Request | None = None, reference: str = "", keep: bool = False
    ) -> None:
        front = self.front
        front.metrics.refused(status, code)
        self._write(
            refusal(
                status,
                code,
                date=front.clock.date,
                as_problem=request is not None and wants_problem(request.path, request.fields),
                reference=reference,
                close=not keep,
                head_only=request is not None and request.method == b"HEAD",
            ),
            keep,
        )

    def _write(self, answer: bytes, keep: bool) -> None:
        self.transport.write(answer)
        if not keep or self.front.draining:
            self._linger()
        elif self._state == BUSY:
            self._next()

    def _linger(self) -> None:
        """Ends the connection gently: our half first, so that an answer isn't lost to bytes still coming."""
        self._state, self.buffer = LINGERING, b""
        self.deadline = self.front.clock.now + self.front.limits.linger_seconds
        if self._ended or self.transport.is_closing():
            self.transport.close()
            return
        self.transport.write_eof()
        self.adjust_reading()

    def adjust_reading(self) -> None:
        """Reads on, or lets the client wait, as what is under way can take more."""
        if self.transport.is_closing():
            return
        exchange = self.exchange
        wanted = self._state != BUSY or not (
            len(self.buffer) > self.front.limits.ahead
            or (exchange is not None and exchange.body_left and exchange.blocked)
        )
        if self._state == READING and self.paused:
            wanted = False
        if wanted != self._reading:
            self._reading = wanted
            if wanted:
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()

    def drain(self) -> None:
        """The process is to end: idle connections go now, busy ones after their answer."""
        if self._state == STREAMING or (self._state == READING and not self.buffer):
            self.transport.close()

    def overdue(self) -> None:
        """Once a second for those past their deadline; exchanges and streams have deadlines of their own."""
        if self._state in (BUSY, STREAMING):
            return
        unsent = self.transport.get_write_buffer_size()
        if unsent:
            # Still reading the last answer: it may go on while it makes headway.
            limits = self.front.limits
            stuck = self._unsent and self._unsent - unsent < limits.pace_bytes * limits.pace_seconds
            self._unsent = unsent
            self.deadline = self.front.clock.now + limits.pace_seconds
            if stuck:
                self.transport.abort()
        elif self._state == LINGERING:
            self.transport.abort()
        elif self.buffer:
            self._refuse(408, "head-too-slow")
        else:
            self.transport.close()


def _seen(query: bytes) -> bytes:
    """The last event id as some EventSource polyfills give it."""
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        if name.lower() == b"lasteventid":
            return value
    return b""
