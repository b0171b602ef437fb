"""The address, the inner port and the folder that one `serve` has to itself."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import TextIO

BACKLOG = 2048


class Taken(Exception):
    """Something is in the way; the sentence says what, and what to do."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on every address of `host` (`localhost` has two). Raises Taken."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise Taken(
            f"There is no host {host!r} here: use --host localhost, or --host 0.0.0.0 for everybody."
        ) from None
    sockets: list[socket.socket] = []
    fault: OSError | None = None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            # The second address of `localhost` takes the port that the first one got.
            number = sockets[0].getsockname()[1] if sockets and not port else port
            sockets.append(socket.create_server((address[0], number), family=family, backlog=BACKLOG))
        except OSError as error:
            fault = error
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                break
    if sockets and (fault is None or fault.errno not in (errno.EADDRINUSE, errno.EACCES)):
        return sockets  # a machine without IPv6 has only one of the two
    for opened in sockets:
        opened.close()
    raise Taken(_sentence(host, port, fault))


def _sentence(host: str, port: int, fault: OSError | None) -> str:
    if fault is not None and fault.errno == errno.EACCES:
        return f"Port {port} is for the system's administrator: choose one from 1024 on, for example --port 8000."
    if fault is not None and fault.errno == errno.EADDRINUSE:
        other = _free_after(port)
        return (
            f"Port {port} on {host} is in use by another program. Stop that program, or use another port: "
            f"PORT={other} make run, or kuyakusho serve --port {other}."
        )
    return f"{host}:{port} can't be listened on ({fault}): choose another --host."


def _free_after(port: int) -> int:
    for other in range(port + 1, min(port + 100, 65_536)):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", other)):
            return other
    return 8000


def inner_port() -> tuple[int, socket.socket]:
    """A free loopback port for the pages, and the socket that keeps it ours while they restart.

    The socket is bound but doesn't listen; Granian binds the same port beside it (SO_REUSEPORT, same user).
    """
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if hasattr(socket, "SO_REUSEPORT"):
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(("127.0.0.1", 0))
    return holder.getsockname()[1], holder


def lock(var: Path, address: str) -> TextIO:
    """Takes the folder for this process, for as long as the returned file is open. Raises Taken."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = (var / "serve.lock").open("a+")
    except OSError as fault:
        raise Taken(
            f"{var} can't be written ({fault.strerror}): set KUYAKUSHO_VAR to a folder that can."
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        said = file.read().split()
        file.close()
        who, where = (said[0], said[1]) if len(said) == 2 else ("?", "an unknown address")
        raise Taken(
            f"Another `kuyakusho serve` (process {who}, {where}) already works on {var}. Use that one, stop it with "
            f"`kill {who}`, or give this one a folder of its own: KUYAKUSHO_VAR=<folder>."
        ) from None
    file.seek(0)
    file.truncate()
    file.write(f"{os.getpid()} {address}\n")
    file.flush()
    return file
