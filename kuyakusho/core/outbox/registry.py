"""Who listens to which fact, which channels there are, and how a job is run. Rooms register at start-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Handler = Callable[[Any], Any]

subscribers: dict[str, dict[str, Handler]] = defaultdict(dict)
channels: dict[str, Handler] = {}


@dataclass(frozen=True)
class Runner:
    """How entries of a kind are delivered.

    `deliver(entry)` does it or raises. With `in_transaction` it runs in one transaction with the mark that it is
    done: what it changes in the database then happens exactly once. `attempts(entry)` is how often it is tried.
    """

    deliver: Handler
    in_transaction: bool
    attempts: Callable[[Any], int]


runners: dict[str, Runner] = {}


def subscribe(fact: str, name: str, handler: Handler) -> None:
    """`handler(entry)` is called for every `fact`, in a transaction of its own. `name` is unique for the fact.

    What it changes in the database happens once; what it does elsewhere may happen again after a crash. Raises
    ValueError when the name listens already.
    """
    if name in subscribers[fact]:
        raise ValueError(f"{name} listens to {fact} already")
    subscribers[fact][name] = handler


def channel(name: str, handler: Handler) -> None:
    """`handler(entry)` sends one message or raises.

    `entry.payload` has `to`, `subject` and `body`; `entry.public_id` is the same at every attempt and must be
    handed on as idempotency key where the channel has one. Raise `Undeliverable` when trying again is useless,
    anything else for a fault that may pass. Raises ValueError when there is a channel of that name.
    """
    if name in channels:
        raise ValueError(f"channel {name} is registered already")
    channels[name] = handler


def runner(kind: str, deliver: Handler, *, in_transaction: bool, attempts: Callable[[Any], int]) -> None:
    """Registers how a kind of entry is delivered."""
    runners[kind] = Runner(deliver, in_transaction, attempts)
