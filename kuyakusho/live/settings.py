"""What the front door is told by the environment, read once at start."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadSetting(ValueError):
    """A variable that can't be read; the sentence names it and says what to write."""


@dataclass(frozen=True)
class Limits:
    """How much one client, and all of them together, may take. Bytes and seconds."""

    head: int = 16 * 1024
    """A request line and its header fields together; more is answered 431 (or 414)."""
    target: int = 8 * 1024
    fields: int = 100
    body: int = 64 * 1024 * 1024
    """`KUYAKUSHO_MAX_BODY_MB`: the largest upload; more is answered 413 before it is read."""
    small_body: int = 128 * 1024
    """Bodies up to this are collected whole before a page's thread is taken, so that slow senders take none."""
    held: int = 64 * 1024 * 1024
    """Collected bodies of all clients together."""
    uploads: int = 4
    """Larger bodies on their way at once: each holds a page's thread, so fewer than there are threads."""
    ahead: int = 64 * 1024
    """What a client may send beyond the request being answered (pipelining)."""
    unsent: int = 256 * 1024
    """An answer waits for a slow reader once this much of it is unsent."""
    connections: int = 12_000
    connections_per_address: int = 512
    streams: int = 10_000
    streams_per_address: int = 256
    """Generous, since a whole mobile network or the ward office's own Wi-Fi may share one address."""
    stream_unsent: int = 16 * 1024
    stream_queue: int = 32 * 1024
    """Of a stream's states, what the process and what the system may keep unsent."""
    upstream: int = 64
    waiting: int = 1_000
    head_seconds: float = 10.0
    idle_seconds: float = 75.0
    waiting_seconds: float = 30.0
    page_seconds: float = 60.0
    """How long a page may take before its first byte."""
    pace_seconds: float = 10.0
    pace_bytes: int = 2_048
    """Slower than this many bytes a second over `pace_seconds`, a client that a thread waits for is let go."""
    linger_seconds: float = 3.0
    hold_seconds: float = 8.0
    """While pages restart, requests wait this long for them before they are answered 503."""
    drain_seconds: float = 15.0
    """`KUYAKUSHO_DRAIN_SECONDS`: at SIGTERM, requests in flight have this long."""


@dataclass(frozen=True)
class Settings:
    """Where to listen, where pages are, where snapshots come from."""

    listen: tuple[str, int] | None = None
    descriptors: tuple[int, ...] = ()
    pages: tuple[str, int] = ("127.0.0.1", 8001)
    secret: bytes = b""
    trusted: tuple[Network, ...] = ()
    metrics_from: tuple[Network, ...] = ()
    metrics_token: str = ""
    database: str = ""
    redis: str = ""
    bell: str = ""
    poll_seconds: float = 0.5
    supervisor: int = 0
    limits: Limits = field(default_factory=Limits)


def _number(environ: Mapping[str, str], name: str, default: float, at_least: float = 1) -> float:
    given = environ.get(name, "")
    if not given:
        return default
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if value < at_least:
        raise BadSetting(f"{name} is {given!r}: write a number of at least {at_least:g}")
    return value


def _address(environ: Mapping[str, str], name: str) -> tuple[str, int] | None:
    given = environ.get(name, "")
    if not given:
        return None
    host, _, port = given.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) < 65536:
        raise BadSetting(f"{name} is {given!r}: write host:port, for example 127.0.0.1:8001")
    return host.strip("[]") or "127.0.0.1", int(port)


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    found = []
    for part in environ.get(name, "").replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise BadSetting(
                f"{name} holds {part!r}: write addresses or networks with commas between"
            ) from None
    return tuple(found)


def sqlite_path(url: str) -> str | None:
    """The file that a `sqlite:///…` address names, or None for another kind of database."""
    if not url.startswith("sqlite:"):
        return None
    from urllib.parse import unquote

    return unquote(url.split("?", 1)[0].removeprefix("sqlite:").removeprefix("//").removeprefix("/"))


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from environment variables.

    Raises BadSetting with a sentence that names the variable and what to write.
    """
    base = Limits()
    var = environ.get("KUYAKUSHO_VAR") or "var"
    limits = Limits(
        body=int(_number(environ, "KUYAKUSHO_MAX_BODY_MB", base.body / 1048576) * 1048576),
        uploads=int(_number(environ, "KUYAKUSHO_LARGE_UPLOADS", base.uploads)),
        connections=int(_number(environ, "KUYAKUSHO_CONNECTIONS", base.connections)),
        connections_per_address=int(
            _number(environ, "KUYAKUSHO_CONNECTIONS_PER_ADDRESS", base.connections_per_address)
        ),
        streams=int(_number(environ, "KUYAKUSHO_STREAMS", base.streams)),
        streams_per_address=int(_number(environ, "KUYAKUSHO_STREAMS_PER_ADDRESS", base.streams_per_address)),
        upstream=int(_number(environ, "KUYAKUSHO_PAGE_CONNECTIONS", base.upstream)),
        head_seconds=_number(environ, "KUYAKUSHO_HEAD_SECONDS", base.head_seconds, 0.1),
        idle_seconds=_number(environ, "KUYAKUSHO_IDLE_SECONDS", base.idle_seconds, 0.1),
        page_seconds=_number(environ, "KUYAKUSHO_PAGE_SECONDS", base.page_seconds, 0.1),
        pace_seconds=_number(environ, "KUYAKUSHO_PACE_SECONDS", base.pace_seconds, 0.1),
        hold_seconds=_number(environ, "KUYAKUSHO_HOLD_SECONDS", base.hold_seconds, 0),
        drain_seconds=_number(environ, "KUYAKUSHO_DRAIN_SECONDS", base.drain_seconds, 0),
    )
    descriptors = environ.get("KUYAKUSHO_LIVE_DESCRIPTORS", "")
    return Settings(
        listen=_address(environ, "KUYAKUSHO_LIVE_LISTEN"),
        descriptors=tuple(int(number) for number in descriptors.split(",") if number),
        pages=_address(environ, "KUYAKUSHO_LIVE_PAGES") or ("127.0.0.1", 8001),
        secret=environ.get("KUYAKUSHO_FRONT_SECRET", "").encode("ascii", "replace"),
        trusted=_networks(environ, "KUYAKUSHO_TRUSTED_PROXIES"),
        metrics_from=_networks(environ, "KUYAKUSHO_METRICS_FROM"),
        metrics_token=environ.get("KUYAKUSHO_METRICS_TOKEN", ""),
        database=environ.get("DATABASE_URL") or f"sqlite:///{var}/kuyakusho.sqlite3",
        redis=environ.get("REDIS_URL", ""),
        bell=environ.get("KUYAKUSHO_LIVE_SOCKET") or f"{var}/live.sock",
        poll_seconds=_number(environ, "KUYAKUSHO_LIVE_POLL_SECONDS", 0.5, 0.05),
        supervisor=int(_number(environ, "KUYAKUSHO_SUPERVISOR", 0, 0)),
        limits=limits,
    )
