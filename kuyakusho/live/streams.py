"""Server-sent events: each open stream gets its snapshot's latest state, merged and bounded.

A reader that is slow skips states, it never makes the process keep them: what waits for it is at most one event
and one socket buffer.
"""

from __future__ import annotations

import asyncio
import random
from typing import Protocol

from .clock import Clock
from .metrics import Metrics
from .settings import Limits
from .shelf import Entry

MERGE_SECONDS = 0.15
HEARTBEAT_SECONDS = 20
STUCK_SECONDS = 60.0
SLICE = 500


class Reader(Protocol):
    """What a stream needs of a client connection."""

    address: str
    topic: Topic | None
    version: int
    slot: int
    paused: bool
    deadline: float
    transport: asyncio.Transport


class Topic:
    """The open streams of one path."""

    __slots__ = ("again", "entry", "hub", "path", "readers", "running", "sent_at", "timer")

    def __init__(self, hub: Hub, entry: Entry) -> None:
        self.hub, self.entry, self.path = hub, entry, entry.path
        self.readers: set[Reader] = set()
        self.sent_at = 0.0
        self.timer: asyncio.TimerHandle | None = None
        self.running = False
        self.again = False

    def changed(self, entry: Entry) -> None:
        """Tells the readers now, or as soon as the last telling is `MERGE_SECONDS` old."""
        self.entry = entry
        if self.running:
            self.again = True
        elif self.timer is None:
            wait = self.sent_at + MERGE_SECONDS - self.hub.loop.time()
            if wait <= 0:
                self._tell()
            else:
                self.timer = self.hub.loop.call_later(wait, self._tell)

    def _tell(self) -> None:
        self.timer = None
        self.sent_at = self.hub.loop.time()
        self.running = True
        self._slice(list(self.readers), self.entry)

    def _slice(self, readers: list[Reader], entry: Entry) -> None:
        # In slices, so that ten thousand writes don't keep everybody else waiting.
        for reader in readers[-SLICE:]:
            self.hub.push(reader, entry)
        del readers[-SLICE:]
        if readers:
            self.hub.loop.call_soon(self._slice, readers, entry)
            return
        self.running = False
        if self.again:
            self.again = False
            self.changed(self.entry)


class Hub:
    """All open streams."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, clock: Clock, limits: Limits, metrics: Metrics
    ) -> None:
        self.loop, self.clock, self.limits, self.metrics = loop, clock, limits, metrics
        self.topics: dict[bytes, Topic] = {}
        self.addresses: dict[str, int] = {}
        self.slots: list[set[Reader]] = [set() for _ in range(HEARTBEAT_SECONDS)]
        self.count = 0
        self._next = self._beats = 0

    def full(self, address: str) -> str | None:
        """Why one more stream from this address can't be opened, or None."""
        if self.count >= self.limits.streams:
            return "too-many-streams"
        if self.addresses.get(address, 0) >= self.limits.streams_per_address:
            return "too-many-streams-from-one-address"
        return None

    def open(self, reader: Reader, entry: Entry, seen: bytes) -> None:
        """Starts a stream. `seen` is the reader's Last-Event-ID: the state it names isn't sent again."""
        topic = self.topics.get(entry.path)
        if topic is None:
            topic = self.topics[entry.path] = Topic(self, entry)
        topic.entry = entry
        topic.readers.add(reader)
        reader.topic, reader.version = topic, entry.version
        self.addresses[reader.address] = self.addresses.get(reader.address, 0) + 1
        self.count += 1
        reader.slot = self._next
        self._next = (self._next + 1) % HEARTBEAT_SECONDS
        self.slots[reader.slot].add(reader)
        # Spread, so that a restart doesn't bring everybody back in the same second.
        first = b"retry: %d\n: %b\n\n" % (random.randrange(1000, 5000), entry.state)
        if seen != b"%d" % entry.version:
            first += entry.event
            self.metrics.events += 1
        reader.transport.write(self.opening + first)

    @property
    def opening(self) -> bytes:
        """The head of a stream: it ends with the connection."""
        return _OPENING % self.clock.date

    def close(self, reader: Reader) -> None:
        """Forgets a stream whose connection has ended."""
        topic = reader.topic
        if topic is None:
            return
        reader.topic = None
        topic.readers.discard(reader)
        if not topic.readers:
            self.topics.pop(topic.path, None)
        self.slots[reader.slot].discard(reader)
        self.count -= 1
        left = self.addresses[reader.address] - 1
        if left:
            self.addresses[reader.address] = left
        else:
            del self.addresses[reader.address]

    def push(self, reader: Reader, entry: Entry) -> None:
        if reader.topic is None or reader.version == entry.version or reader.paused:
            return  # a paused reader gets the state that is latest when it reads again
        reader.version = entry.version
        self.metrics.events += 1
        reader.transport.write(entry.event)

    def resumed(self, reader: Reader) -> None:
        """A slow reader has read: it gets what it missed, as one state."""
        if reader.topic is not None:
            self.push(reader, reader.topic.entry)

    def changed(self, entry: Entry) -> None:
        topic = self.topics.get(entry.path)
        if topic is not None and entry.streamable:
            topic.changed(entry)

    def removed(self, path: bytes) -> None:
        """The snapshot is no more: says so and ends its streams."""
        topic = self.topics.get(path)
        if topic is not None:
            for reader in list(topic.readers):
                reader.transport.write(b"event: gone\ndata: {}\n\n")
                reader.transport.close()

    def beat(self) -> None:
        """Once a second: a comment to a twentieth of the streams, so that dead connections are found."""
        self._beats += 1
        for reader in list(self.slots[self._beats % HEARTBEAT_SECONDS]):
            if not reader.paused:
                reader.transport.write(b":\n\n")
            elif self.clock.now > reader.deadline:
                reader.transport.abort()

    def say_state(self, state: bytes) -> None:
        """Tells every stream that the office's pages or its database are away, or back."""
        self._say(b"event: state\ndata: %b\n\n" % state, 0)

    def _say(self, event: bytes, number: int) -> None:
        for reader in list(self.slots[number]):
            if not reader.paused:
                reader.transport.write(event)
        if number + 1 < HEARTBEAT_SECONDS:
            self.loop.call_soon(self._say, event, number + 1)

    def close_all(self) -> None:
        for slot in self.slots:
            for reader in list(slot):
                reader.transport.close()


_OPENING = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-store\r\n"
    b"date: %b\r\nx-accel-buffering: no\r\nx-content-type-options: nosniff\r\naccess-control-allow-origin: *\r\n"
    b"connection: close\r\n\r\n"
)
