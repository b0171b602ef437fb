"""The one clock. Services read it; rules get times as arguments; tests freeze it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")
_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The day that it is in Japan, whatever the machine's clock zone."""
    return now().astimezone(JAPAN).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Holds the clock at `at` (aware) inside the block."""
    if at.tzinfo is None:
        raise ValueError("a frozen clock needs an aware time")
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
