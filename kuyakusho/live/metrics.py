"""Counters of the front door, and how Prometheus reads them."""

from __future__ import annotations

# name, kind, what it counts
_KNOWN = (
    ("connections", "gauge", "Open connections of clients"),
    ("connections_refused", "counter", "Connections refused because there were too many"),
    ("reads", "counter", "Snapshots answered from memory"),
    ("snapshots", "gauge", "Snapshots held"),
    ("snapshot_changes", "counter", "Versions of snapshots taken in"),
    ("snapshot_faults", "counter", "Failed reads of the snapshot table"),
    ("unconfirmed", "gauge", "1 while the snapshot table can't be read"),
    ("streams", "gauge", "Open event streams"),
    ("streams_refused", "counter", "Event streams refused because there were too many"),
    ("events", "counter", "Events written to streams"),
    ("requests", "counter", "Requests handed to the pages"),
    ("requests_retried", "counter", "Requests handed over again because a kept connection had ended"),
    ("requests_waiting", "gauge", "Requests that wait for a connection to the pages"),
    ("requests_in_flight", "gauge", "Requests being answered by the pages"),
    ("pages_up", "gauge", "1 while the pages take connections"),
    ("pages_connections", "gauge", "Open connections to the pages"),
)


class Metrics:
    """Plain numbers; gauges are filled in when they are asked for."""

    __slots__ = (*(name for name, _, _ in _KNOWN), "refusals")

    def __init__(self) -> None:
        for name, _, _ in _KNOWN:
            setattr(self, name, 0)
        self.refusals: dict[tuple[int, str], int] = {}

    connections: int
    connections_refused: int
    reads: int
    snapshots: int
    snapshot_changes: int
    snapshot_faults: int
    unconfirmed: int
    streams: int
    streams_refused: int
    events: int
    requests: int
    requests_retried: int
    requests_waiting: int
    requests_in_flight: int
    pages_up: int
    pages_connections: int

    def refused(self, status: int, code: str) -> None:
        self.refusals[status, code] = self.refusals.get((status, code), 0) + 1

    def text(self) -> bytes:
        """Prometheus' text format, version 0.0.4."""
        lines = []
        for name, kind, meaning in _KNOWN:
            full = f"kuyakusho_live_{name}" + ("_total" if kind == "counter" else "")
            lines += [f"# HELP {full} {meaning}", f"# TYPE {full} {kind}", f"{full} {getattr(self, name)}"]
        full = "kuyakusho_live_refusals_total"
        lines += [f"# HELP {full} Answers of the front door itself", f"# TYPE {full} counter"]
        lines += [
            f'{full}{{status="{status}",code="{code}"}} {count}'
            for (status, code), count in sorted(self.refusals.items())
        ]
        return ("\n".join(lines) + "\n").encode()
