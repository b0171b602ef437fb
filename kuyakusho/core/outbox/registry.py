"""Who listens to which fact, and which channels there are. Rooms register at start-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any], None]

subscribers: dict[str, dict[str, Handler]] = defaultdict(dict)
channels: dict[str, Handler] = {}


def subscribe(fact: str, name: str, handler: Handler) -> None:
    """`handler(entry)` is called at least once for every `fact`. `name` is unique for the fact."""
    if name in subscribers[fact]:
        raise ValueError(f"{name} listens to {fact} already")
    subscribers[fact][name] = handler


def channel(name: str, handler: Handler) -> None:
    """`handler(entry)` sends one message or raises."""
    if name in channels:
        raise ValueError(f"channel {name} is registered already")
    channels[name] = handler
