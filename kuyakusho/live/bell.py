"""A unix datagram socket on which the office says, after commit, which snapshots changed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterable

from .log import say

LONGEST = 65_536


class Bell:
    """Listens at `path`. A datagram holds paths, one per line; an empty one means: look at everything.

    Nobody has to be believed: a bell only makes the front door read its own table.
    """

    def __init__(self, path: str, ring: Callable[[Iterable[str] | None], None]) -> None:
        self.path, self.ring = path, ring
        self._socket: socket.socket | None = None

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Starts to listen. Where that isn't possible it says so, and the poll stands in."""
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        bell.setblocking(False)
        old = os.umask(0o177)
        try:
            os.makedirs(os.path.dirname(self.path) or ".", mode=0o755, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)
            bell.bind(self.path)
        except OSError as fault:
            bell.close()
            say("no datagram socket, polling only", level="warning", path=self.path, fault=str(fault))
            return
        finally:
            os.umask(old)
        self._socket = bell
        loop.add_reader(bell.fileno(), self._hear)

    def _hear(self) -> None:
        if self._socket is None:
            return
        # As many as have come: a rush of changes is one reading of the table.
        for _ in range(256):
            try:
                message = self._socket.recv(LONGEST)
            except (BlockingIOError, InterruptedError):
                return
            self.ring(message.decode("utf-8", "replace").split("\n") if message else None)

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._socket is not None:
            loop.remove_reader(self._socket.fileno())
            self._socket.close()  # the file stays: the process after this one may have bound it already
            self._socket = None
