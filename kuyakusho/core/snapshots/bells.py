"""Telling the front door, after commit, which snapshots to read again.

A bell says where to look and nothing more, so a lost one costs time (the front door's poll), never truth.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

CHANNEL = "kuyakusho_snapshots"
REDIS_CHANNEL = "kuyakusho:snapshots"
REDIS_PAUSE_SECONDS = 5.0
LONGEST_DATAGRAM = 32_768

log = logging.getLogger("kuyakusho.snapshots")


class Ringing:
    """The paths changed in one transaction, told with one ring when it commits."""

    def __init__(self) -> None:
        self.paths: dict[str, None] = {}

    def __call__(self) -> None:
        message = "\n".join(self.paths).encode()
        if len(message) > LONGEST_DATAGRAM:
            message = b""  # look at everything
        _datagram(message)
        if settings.REDIS_URL:
            _publish(message)


def ring(path: str) -> None:
    """Rings for `path` once the present transaction has committed, and not if it doesn't."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, path])
    for hook in (entry[1] for entry in connection.run_on_commit):
        if isinstance(hook, Ringing):
            hook.paths[path] = None
            return
    ringing = Ringing()
    ringing.paths[path] = None
    transaction.on_commit(ringing, robust=True)


def address() -> str:
    """The unix datagram socket on which the front door listens."""
    return settings.ENVIRONMENT.live_socket or str(Path(settings.VAR) / "live.sock")


def _datagram(message: bytes) -> None:
    # Nobody there, a full queue, a path too long for a socket: the poll finds it.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        bell.sendto(message, address())


_redis_silent_until = 0.0


def _publish(message: bytes) -> None:
    global _redis_silent_until
    if time.monotonic() < _redis_silent_until:
        return
    from redis.exceptions import RedisError

    try:
        _redis().publish(REDIS_CHANNEL, message)
    except (RedisError, OSError) as fault:
        # A request must not wait for a Redis that isn't there; try again in a while.
        _redis_silent_until = time.monotonic() + REDIS_PAUSE_SECONDS
        log.warning("snapshot bell: redis doesn't answer", extra={"what": type(fault).__name__})


_clients: dict[str, Any] = {}


def _redis() -> Any:
    import redis

    url = settings.REDIS_URL
    if url not in _clients:
        _clients[url] = redis.Redis.from_url(url, socket_connect_timeout=0.3, socket_timeout=0.5)
    return _clients[url]
