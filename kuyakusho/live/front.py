"""What all connections of the front door share."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import itertools
import re
import secrets
import time
from collections import deque

from .client import Client
from .clock import Clock
from .exchange import Exchange
from .heads import BadAnswer, Request
from .log import say
from .metrics import Metrics
from .own import Own
from .settings import Network, Settings
from .shelf import Plan, Shelf
from .streams import Hub
from .upstream import Pool

MOST_REMEMBERED = 1024
MOST_UPLOADS_WAITING = 200
_REFERENCE = re.compile(rb"[A-Za-z0-9-]{8,64}")


class Uploads:
    """A few places for large uploads, since each holds one of the pages' threads."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.placed: set[Exchange] = set()
        self.waiting: deque[Exchange] = deque()

    def ask(self, exchange: Exchange) -> None:
        if len(self.placed) < self.front.limits.uploads:
            self.placed.add(exchange)
            exchange.allowed()
        elif len(self.waiting) >= MOST_UPLOADS_WAITING:
            exchange.fail(503, "too-many-uploads")
        else:
            exchange.deadline = self.front.clock.now + self.front.limits.page_seconds
            self.waiting.append(exchange)

    def leave(self, exchange: Exchange) -> None:
        if exchange in self.waiting:
            self.waiting.remove(exchange)
        elif exchange in self.placed:
            self.placed.discard(exchange)
            if self.waiting:
                following = self.waiting.popleft()
                self.placed.add(following)
                following.allowed()

    def beat(self) -> None:
        for exchange in list(self.waiting):
            if self.front.clock.now > exchange.deadline:
                exchange.fail(503, "waited-too-long")


class Front:
    """Snapshots, streams, the pool of page connections, and who is connected."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: Settings) -> None:
        self.loop, self.settings, self.limits = loop, settings, settings.limits
        self.clock = Clock()
        self.metrics = Metrics()
        self.shelf = Shelf(self.clock)
        self.entries = self.shelf.entries
        self.hub = Hub(loop, self.clock, self.limits, self.metrics)
        self.uploads = Uploads(self)
        self.pool = Pool(self, settings.pages)
        self.own = Own(self)
        self.clients: set[Client] = set()
        self.exchanges: set[Exchange] = set()
        self.remembered: dict[bytes, Plan] = {}
        self.held = 0
        self.draining = False
        self._addresses: dict[str, int] = {}
        self._trusted: dict[str, bool] = {}
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    # Connections

    def welcome(self, client: Client) -> str | None:
        """Counts a new connection in; the reason if it is one too many."""
        self.clients.add(client)
        count = self._addresses[client.peer] = self._addresses.get(client.peer, 0) + 1
        if len(self.clients) > self.limits.connections:
            code = "too-many-connections"
        elif count > self.limits.connections_per_address and not self.trusts(client.peer):
            code = "too-many-connections-from-one-address"
        else:
            return None
        self.metrics.connections_refused += 1
        return code

    def farewell(self, client: Client) -> None:
        if client in self.clients:
            self.clients.discard(client)
            left = self._addresses[client.peer] - 1
            if left:
                self._addresses[client.peer] = left
            else:
                del self._addresses[client.peer]

    def remember(self, head: bytes, plan: Plan) -> None:
        """Keeps the reading of a head for the next time the same bytes come."""
        if len(self.remembered) >= MOST_REMEMBERED:
            self.remembered.clear()
        self.remembered[head] = plan

    # Who asks, and what the pages are told of it

    def trusts(self, peer: str) -> bool:
        """Whether the peer is a proxy of the installation, whose word on its client counts."""
        if not self.settings.trusted:
            return False
        known = self._trusted.get(peer)
        if known is None:
            if len(self._trusted) > 4096:
                self._trusted.clear()
            known = self._trusted[peer] = within(peer, self.settings.trusted)
        return known

    def visitor(self, client: Client, request: Request) -> tuple[str, bytes]:
        """The client's address and the scheme it used, by a trusted proxy's word if one is before us."""
        if not self.trusts(client.peer):
            return client.peer, b"http"
        address = client.peer
        for part in reversed(request.fields.get(b"x-forwarded-for", b"").split(b",")):
            said = part.strip().decode("ascii", "replace")
            try:
                address = str(ipaddress.ip_address(said))
            except ValueError:
                break
            if not self.trusts(address):
                break
        scheme = request.fields.get(b"x-forwarded-proto", b"http").strip().lower()
        return address, scheme if scheme in (b"http", b"https") else b"http"

    def introduce(self, client: Client, request: Request) -> tuple[str, bytes]:
        """The request's reference, and the lines that tell the pages who asks. Nothing of it is the client's."""
        reference = f"{self._run}-{next(self._numbers):06x}"
        if client.said is not None:
            said = client.said
        else:
            address, scheme = self.visitor(client, request)
            said = b"x-forwarded-for: %b\r\nx-forwarded-proto: %b\r\nx-kuyakusho-front: %b\r\n" % (
                address.encode(),
                scheme,
                self.settings.secret,
            )
            if not self.trusts(client.peer):
                client.said = said
            else:
                given = request.fields.get(b"x-request-id", b"")
                if _REFERENCE.fullmatch(given):
                    reference = given.decode()
        lines = b"%bx-forwarded-host: %b\r\nx-request-id: %b\r\n" % (said, request.host, reference.encode())
        return reference, lines

    def may_read_metrics(self, client: Client, request: Request) -> bool:
        """Loopback, the networks of KUYAKUSHO_METRICS_FROM, or who knows KUYAKUSHO_METRICS_TOKEN."""
        token = self.settings.metrics_token
        if token:
            given = request.fields.get(b"authorization", b"")
            if hmac.compare_digest(given, b"Bearer " + token.encode()):
                return True
        address = self.visitor(client, request)[0]
        if within(address, self.settings.metrics_from):
            return True
        # A proxy on this host that is not declared would make the whole world look like loopback.
        local = within(address, LOOPBACK) and b"x-forwarded-for" not in request.fields
        return local and not token

    # The state of what is behind

    def pages_changed(self, away: bool) -> None:
        """The pages stopped, or began, taking connections."""
        say("pages are away" if away else "pages are there", level="warning" if away else "info")
        self.shelf.pages_away = away
        self._state_changed()

    def confirm(self, confirmed: bool) -> None:
        """The snapshot table could, or couldn't, be read."""
        if confirmed:
            self.shelf.confirmed_at = self.clock.wall
        if self.shelf.unconfirmed == confirmed:
            self.shelf.unconfirmed = not confirmed
            self._state_changed()

    def _state_changed(self) -> None:
        self.clock.tick += 1  # ready-made answers are made anew
        shelf = self.shelf
        state = b"unconfirmed" if shelf.unconfirmed else b"pages-away" if shelf.pages_away else b"current"
        self.hub.say_state(state)

    def say_bad_answer(self, exchange: Exchange, fault: BadAnswer) -> None:
        say("bad answer of the pages", level="error", fault=str(fault), request_id=exchange.reference)

    # Time

    def beat(self) -> None:
        """Once a second: deadlines of everybody."""
        self.clock.beat(time.monotonic())
        now = self.clock.now
        for client in list(self.clients):
            if now > client.deadline:
                client.overdue()
        for exchange in list(self.exchanges):
            exchange.check_pace(now)
            if not exchange.over and exchange.upstream is not None and now > exchange.deadline:
                exchange.fail(504, "page-too-slow")
        self.uploads.beat()
        self.pool.beat()
        self.hub.beat()

    def drain(self) -> None:
        """Takes nothing new; what is under way is finished."""
        self.draining = True
        for client in list(self.clients):
            client.drain()

    def gauge(self) -> None:
        """Fills in the metrics that are states, not counts."""
        metrics, pool = self.metrics, self.pool
        metrics.connections = len(self.clients)
        metrics.snapshots = len(self.entries)
        metrics.unconfirmed = int(self.shelf.unconfirmed)
        metrics.streams = self.hub.count
        metrics.requests_waiting = len(pool.waiting)
        metrics.requests_in_flight = len(self.exchanges)
        metrics.pages_up = int(pool.away_since is None)
        metrics.pages_connections = pool.open


LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def within(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found.version == network.version and found in network for network in networks)
