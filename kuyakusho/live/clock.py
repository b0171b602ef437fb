"""The front door's second hand: one beat a second instead of a timer per connection."""

from __future__ import annotations

import time


class Clock:
    """What every answer of the running second shares.

    `now` is monotonic seconds (as the loop's), `wall` Unix seconds, `date` the value of the Date field. `tick`
    grows with every beat; ready-made answers are rebuilt when it has moved.
    """

    __slots__ = ("date", "now", "tick", "wall")

    def __init__(self) -> None:
        self.tick = 0
        self.beat(time.monotonic())

    def beat(self, now: float) -> None:
        self.tick += 1
        self.now = now
        self.wall = time.time()
        self.date = http_date(self.wall)


def http_date(seconds: float) -> bytes:
    """RFC 9110's date. The C locale is what Python starts with and nothing here changes it."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds)).encode()
