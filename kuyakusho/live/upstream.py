"""Connections to the pages: kept, reused, counted, and found again when the pages restart."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections import deque
from typing import TYPE_CHECKING, cast

from .exchange import CHUNKED, END, LENGTH, NONE, Exchange
from .heads import BadAnswer, ChunkScan, parse_answer

if TYPE_CHECKING:
    from .front import Front

HEAD = 0
LONGEST_HEAD = 64 * 1024
KEPT_SECONDS = 15.0  # Granian ends an idle connection after 30
FRESH_SECONDS = 1.0
PROBE_SECONDS = 0.1


class Upstream(asyncio.Protocol):
    """One connection to the pages; carries one request at a time."""

    __slots__ = (
        "_buffer",
        "_keep",
        "_left",
        "_mode",
        "_paused",
        "_scan",
        "_spare",
        "dropped",
        "exchange",
        "idle_since",
        "pool",
        "transport",
        "used",
        "write_paused",
    )

    transport: asyncio.Transport

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.exchange: Exchange | None = None
        self.used = 0
        self.idle_since = 0.0
        self.write_paused = False
        self.dropped = False
        self._keep = True
        self._paused = False
        self._buffer = b""
        self._mode = HEAD
        self._left = 0
        self._scan = ChunkScan()
        self._spare: socket.socket | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def begin(self, exchange: Exchange, data: bytes) -> None:
        self.exchange = exchange
        self.used += 1
        self._mode = HEAD
        self._buffer = b""
        if exchange.large:
            # Pages may refuse a large upload and close while it is still being sent. The sending then fails, and
            # with it the transport; a second handle on the connection still reads the refusal that has come.
            self._spare = socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno()))
            self._spare.setblocking(False)
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        exchange = self.exchange
        if exchange is None:  # bytes that nobody asked for
            self.drop()
            return
        try:
            if self._mode == HEAD:
                self._head(exchange, data)
            else:
                self._body(exchange, b"", data)
        except BadAnswer as fault:
            self.exchange = None
            exchange.front.say_bad_answer(exchange, fault)
            exchange.fail(502, "bad-answer")
            self.drop()

    def _head(self, exchange: Exchange, data: bytes) -> None:
        self._buffer = data = self._buffer + data if self._buffer else data
        while True:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                if len(data) > LONGEST_HEAD:
                    raise BadAnswer("head too long")
                self._buffer = data
                return
            answer = parse_answer(data[: end + 4], exchange.front.clock.date)
            data = data[end + 4 :]
            if answer.status >= 200 or answer.status == 101:
                break
        self._buffer = b""
        self._mode, head = exchange.begin(answer)
        self._left = answer.length or 0
        if answer.close:
            self._keep = False
        if self._mode == NONE or (self._mode == LENGTH and not self._left):
            exchange.send(head)
            self._complete(exchange, data)
            return
        if self._mode == CHUNKED:
            self._scan = ChunkScan()
        self._body(exchange, head, data)

    def _body(self, exchange: Exchange, head: bytes, data: bytes) -> None:
        if self._mode == LENGTH:
            size = len(data)
            if size < self._left:
                self._left -= size
                exchange.send(head + data if head else data)
                return
            taken, self._left = self._left, 0
        elif self._mode == CHUNKED:
            taken = self._scan.feed(data)
            if not self._scan.done:
                exchange.send(head + data if head else data)
                return
        else:
            exchange.send(head + data if head else data)
            return
        body, rest = (data, b"") if taken == len(data) else (data[:taken], data[taken:])
        exchange.send(head + body if head else body)
        self._complete(exchange, rest)

    def _complete(self, exchange: Exchange, rest: bytes) -> None:
        self.exchange = None
        self._close_spare()
        exchange.done(reusable=self._keep and not rest and not self.write_paused)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._spare is not None and self.exchange is not None and self._mode == HEAD:
            with contextlib.suppress(OSError):
                self.data_received(self._spare.recv(LONGEST_HEAD))
        self._close_spare()
        exchange, self.exchange = self.exchange, None
        self.pool.lost(self)
        if exchange is None:
            return
        if self._mode == END and exc is None:
            exchange.done(reusable=False)
        else:
            exchange.lost(heard=self._mode != HEAD or bool(self._buffer))

    def _close_spare(self) -> None:
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def pause_writing(self) -> None:
        self.write_paused = True
        if self.exchange is not None:
            self.exchange.client.adjust_reading()

    def resume_writing(self) -> None:
        self.write_paused = False
        if self.exchange is not None:
            self.exchange.client.adjust_reading()

    def pause_reading(self) -> None:
        if not self._paused and not self.transport.is_closing():
            self._paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        if self._paused and not self.transport.is_closing():
            self._paused = False
            self.transport.resume_reading()

    def drop(self) -> None:
        """Ends the connection at once; what is under way on it is nobody's any more."""
        self.exchange = None
        if not self.dropped:
            self.dropped = True
            self.transport.abort()


class Pool:
    """The connections to the pages, the requests that wait for one, and whether the pages are there at all."""

    def __init__(self, front: Front, address: tuple[str, int]) -> None:
        self.front, self.address = front, address
        self.idle: list[Upstream] = []
        self.waiting: deque[Exchange] = deque()
        self.open = self.connecting = 0
        self.away_since: float | None = front.clock.now
        self._tasks: set[asyncio.Task[None]] = set()
        self._probing = False
        self._closed = False

    @property
    def away_for(self) -> float:
        """Seconds since the pages stopped taking connections; 0 while they do."""
        return 0.0 if self.away_since is None else self.front.clock.now - self.away_since

    def submit(self, exchange: Exchange) -> None:
        if self.idle and not self.waiting and exchange.repeatable and not exchange.retries:
            exchange.attach(self.idle.pop())  # the common case
            return
        limits = self.front.limits
        if self.away_for > limits.hold_seconds:
            exchange.fail(503, "pages-away")
            return
        if len(self.waiting) >= limits.waiting:
            exchange.fail(503, "too-many-waiting")
            return
        exchange.deadline = self.front.clock.now + limits.waiting_seconds
        self.waiting.append(exchange)
        self.dispatch()

    def withdraw(self, exchange: Exchange) -> None:
        if exchange in self.waiting:
            self.waiting.remove(exchange)

    def dispatch(self) -> None:
        """Gives waiting requests, first come first served, the connections there are, and asks for more."""
        waiting = self.waiting
        while waiting:
            upstream = self._take(waiting[0])
            if upstream is None:
                break
            waiting.popleft().attach(upstream)
        most = self.front.limits.upstream if self.away_since is None else 1
        for _ in range(min(len(waiting), most - self.open) - self.connecting):
            self._connect()

    def _take(self, exchange: Exchange) -> Upstream | None:
        """A kept connection that this request may use. What changes something gets one that is surely alive."""
        idle = self.idle
        if not idle:
            return None
        if exchange.retries:
            usable = not idle[-1].used
        else:
            usable = exchange.repeatable or idle[-1].idle_since > self.front.clock.now - FRESH_SECONDS
        if usable:
            return idle.pop()
        if self.open >= self.front.limits.upstream:
            idle.pop(0).drop()  # makes room for a new one; `lost` comes back here
        return None

    def release(self, upstream: Upstream, reusable: bool) -> None:
        if reusable and not upstream.transport.is_closing():
            upstream.idle_since = self.front.clock.now
            upstream.resume_reading()
            self.idle.append(upstream)
            if self.waiting:
                self.dispatch()
        else:
            upstream.drop()

    def lost(self, upstream: Upstream) -> None:
        """A connection has ended, by us or by the pages."""
        self.open -= 1
        if upstream in self.idle:
            self.idle.remove(upstream)
        if not self.open and not upstream.dropped and self.away_since is None:
            self.probe()  # the last one went without our doing: are the pages still there?
        self.dispatch()

    def probe(self) -> None:
        """Looks whether the pages take connections."""
        if not self._probing and not self._closed and not self.connecting:
            self._connect()

    def _connect(self) -> None:
        if self._closed:
            return
        self.connecting += 1
        task = self.front.loop.create_task(self._connecting())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connecting(self) -> None:
        host, port = self.address
        try:
            async with asyncio.timeout(5):
                _, upstream = await self.front.loop.create_connection(lambda: Upstream(self), host, port)
        except (OSError, TimeoutError):
            self.connecting -= 1
            self._away()
            return
        self.connecting -= 1
        self.open += 1
        if self.away_since is not None:
            self.away_since = None
            self.front.pages_changed(away=False)
        upstream.idle_since = self.front.clock.now
        self.idle.append(upstream)
        self.dispatch()

    def _away(self) -> None:
        if self.away_since is None:
            self.away_since = self.front.clock.now
            self.front.pages_changed(away=True)
        if not self._probing and not self._closed:
            self._probing = True
            self.front.loop.call_later(PROBE_SECONDS, self._again)

    def _again(self) -> None:
        self._probing = False
        if self.away_since is not None:
            self.probe()

    def beat(self) -> None:
        """Once a second: ends what was kept too long, answers what waited too long."""
        now = self.front.clock.now
        while self.idle and self.idle[0].idle_since < now - KEPT_SECONDS:
            self.idle.pop(0).drop()
        gone = self.away_for > self.front.limits.hold_seconds
        for exchange in list(self.waiting):
            if gone or now > exchange.deadline:
                exchange.fail(503, "pages-away" if gone else "waited-too-long")

    def close(self) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()
        for upstream in list(self.idle):
            upstream.drop()
