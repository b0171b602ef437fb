"""When to try again, when to give up, and what of a fault may be kept. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
GROWTH = 3
ATTEMPTS = {"message": 12, "fact": 12, "job": 5}


class Undeliverable(Exception):
    """Raised by a channel when no further attempt can help: a refused address, a subscription that ended."""


def pause(attempts: int, chance: float) -> timedelta:
    """How long to wait after the attempt of that number (from 1): 10 s, 30 s, 90 s … up to six hours.

    `chance` between 0 and 1 moves it by up to a fifth to either side, so that what failed together does not come
    back together.
    """
    grown = min(FIRST_PAUSE * GROWTH ** min(attempts - 1, 20), LONGEST_PAUSE)
    return grown * (0.8 + 0.4 * chance)


_EMAIL = re.compile(r"[^\s@<>\"'(),;、。]+@[^\s@<>\"'(),;、。]+")
_DIGITS = re.compile(r"\d(?:[-\s]?\d){5,}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|「[^」]*」|\([^()]*\)=\([^()]*\)")


def fault_text(error: BaseException) -> str:
    """What is kept of a fault: its kind and its words, without addresses, long numbers and quoted values."""
    words = _QUOTED.sub("…", str(error))
    words = _DIGITS.sub("…", _EMAIL.sub("…", words))
    return f"{type(error).__name__}: {' '.join(words.split())}"[:300].rstrip(": ")


def masked(address: str) -> str:
    """An address so that its owner would know it again and nobody else: `ta…@example.jp`."""
    name, at, host = address.partition("@")
    if not at:
        return address[:2] + "…" if address else ""
    return f"{name[:2]}…@{host}"
