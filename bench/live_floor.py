"""What stands beside the front door: a bare asyncio protocol with canned bytes, and a page of 8 KB for Granian.

python -m bench.live_floor PORT FILE     answers every request with the bytes of FILE
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

PAGE = b"<!doctype html><title>page</title>" + b"<p>8 KB of page</p>" * 429


def application(environ, start_response):  # type: ignore[no-untyped-def]
    """A page without a query: the cheapest thing that pages can be asked for."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]


class Bare(asyncio.Protocol):
    """No HTTP server: whatever comes is answered with the same bytes. The floor of any server in Python."""

    answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(self.answer)  # type: ignore[attr-defined]


async def main(port: int, body: bytes) -> None:
    Bare.answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(int(sys.argv[1]), Path(sys.argv[2]).read_bytes()))
