"""Looking over a production set-up: what is wrong, and how to mend it.

Each check is a function that yields findings; `examine` runs them all, and a check that breaks is a finding itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """`bad` keeps the office from working well or safely; `warn` is to be looked at. `mend` says what to do."""

    level: Level
    name: str
    what: str
    mend: str = ""


Check = Callable[[], Iterator[Finding]]


def examine() -> Iterator[Finding]:
    """Every finding of every check, in the order in which one would mend them."""
    from . import connections, data, machine, work

    for check in (*machine.CHECKS, *data.CHECKS, *connections.CHECKS, *work.CHECKS):
        name = check.__name__.strip("_").replace("_", " ")
        try:
            yield from check()
        except Exception as error:  # a doctor that faints helps nobody: the rest is still looked at
            yield Finding(
                "bad", name, f"can't be checked: {type(error).__name__}: {error}", "look into this first"
            )
