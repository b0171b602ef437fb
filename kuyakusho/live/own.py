"""The front door's own addresses: `/live/healthz` and `/live/metrics`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .heads import Request

if TYPE_CHECKING:
    from .client import Client
    from .front import Front


class Own:
    """Answers what is asked of the front door itself."""

    def __init__(self, front: Front) -> None:
        self.front = front

    def answer(self, client: Client, request: Request) -> bytes | None:
        """A whole response, or None for what is not ours (the pages then say that it is not there)."""
        if request.path == b"/live/healthz":
            return self._reply(request, "application/json", self._health())
        if request.path == b"/live/metrics" and self.front.may_read_metrics(client, request):
            self.front.gauge()
            return self._reply(request, "text/plain; version=0.0.4; charset=utf-8", self.front.metrics.text())
        return None

    def _health(self) -> bytes:
        front = self.front
        front.gauge()
        body = {
            "status": "ok",
            "pages": "up" if front.metrics.pages_up else "away",
            "snapshots": {
                "count": front.metrics.snapshots,
                "source": "unconfirmed" if front.shelf.unconfirmed else "confirmed",
            },
            "streams": front.metrics.streams,
        }
        return json.dumps(body).encode() + b"\n"

    def _reply(self, request: Request, kind: str, body: bytes) -> bytes:
        close = "" if request.keep and not self.front.draining else "connection: close\r\n"
        head = (
            f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
            f"cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
            f"date: {self.front.clock.date.decode()}\r\n{close}\r\n"
        ).encode()
        return head if request.method == b"HEAD" else head + body
