"""Looking for viruses: clamd over a unix or TCP socket, where `KUYAKUSHO_VIRUS_SCANNER` names one.

Protocol: clamd's INSTREAM, chunks with a four-byte length before each, a zero length at the end. Where no scanner is
configured files are kept unscanned and the doctor says so; where one is configured and away, uploads are refused.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.errors import Conflict, Invalid

CHUNK = 64 * 1024
WAIT_SECONDS = 30
DEFAULT_PORT = 3310

# Takes the bytes, returns the name of what was found or "". Raises OSError when it can't be asked.
Scanner = Callable[[bytes], str]


def configured() -> Scanner | None:
    """The scanner of this installation, or None."""
    address = settings.VIRUS_SCANNER
    return (lambda content: scan(address, content)) if address else None


def refuse_infected(content: bytes) -> bool:
    """Whether the content was scanned and found clean; False where no scanner is configured.

    Raises Invalid when something was found, Conflict when the scanner can't be reached.
    """
    scanner = configured()
    if scanner is None:
        return False
    try:
        found = scanner(content)
    except OSError as error:
        raise Conflict(
            "scanner_away",
            _("ファイルの安全を確かめられないため、いまは受け付けられません。"),
            _("少し待ってから、もう一度お試しください。"),
        ) from error
    if found:
        raise Invalid(
            "file_infected",
            _("このファイルから不正なプログラムが見つかったため、受け付けられません。"),
            _("お使いの端末をウイルス対策ソフトで確かめてください。"),
            fields={"file": _("不正なプログラムが見つかりました。")},
        )
    return True


def scan(address: str, content: bytes) -> str:
    """Asks clamd at `unix:///path` or `tcp://host:port`: the signature's name, or "" when clean.

    Raises OSError when it can't be reached or answers with an error.
    """
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
        connection.sendall(b"\0\0\0\0")
        answer = _answer(connection)
    if answer.endswith("FOUND"):
        return answer.removeprefix("stream:").removesuffix("FOUND").strip() or "unnamed"
    if answer.endswith("OK"):
        return ""
    raise OSError(f"clamd answers {answer!r}")


def ping(address: str) -> None:
    """Raises OSError when clamd doesn't answer."""
    with _connect(address) as connection:
        connection.sendall(b"zPING\0")
        if _answer(connection) != "PONG":
            raise OSError("clamd does not answer PONG")


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or DEFAULT_PORT), WAIT_SECONDS
        )
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(WAIT_SECONDS)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0"):
        part = connection.recv(4096)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
