"""Waking the worker on the same host the moment something was committed. Losing a poke costs a second.

A datagram to a unix socket beside the data; where nobody listens, or on another host, the worker's own look every
second finds the entry.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

_LONGEST_PATH = 100  # of a unix socket, on every system


def address() -> Path:
    """Where the worker listens."""
    return Path(settings.VAR) / "worker.sock"


def worker() -> None:
    """Wakes the worker after the present transaction commits; many calls in one transaction wake it once."""
    waiting = {hook[1] for hook in connection.run_on_commit}
    if _now not in waiting:
        transaction.on_commit(_now, robust=True)


def _now() -> None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        out.sendto(b"!", str(address()))


class Bell:
    """The worker's end. Only the first worker of a host hears the bell; the others look every second."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        path = address()
        if len(str(path)) > _LONGEST_PATH:
            return
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._take(listener, path)
        except OSError:
            listener.close()
            return
        listener.setblocking(False)
        self.socket = listener

    @staticmethod
    def _take(listener: socket.socket, path: Path) -> None:
        if path.exists():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
                try:
                    probe.connect(str(path))
                except ConnectionRefusedError:  # left behind by a worker that was killed
                    path.unlink()
        listener.bind(str(path))
        os.chmod(path, 0o660)

    def wait(self, seconds: float, *others: int) -> None:
        """Returns after `seconds`, when somebody rang, or when one of the file descriptors can be read."""
        bells = [self.socket.fileno()] if self.socket else []
        heard, _, _ = select.select([*bells, *others], [], [], seconds)
        if self.socket is not None and self.socket.fileno() in heard:
            with contextlib.suppress(BlockingIOError):
                while self.socket.recv(16):
                    continue

    def close(self) -> None:
        """Stops listening and takes the socket away."""
        if self.socket is not None:
            self.socket.close()
            address().unlink(missing_ok=True)
            self.socket = None
