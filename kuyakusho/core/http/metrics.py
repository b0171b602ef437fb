"""Figures for Prometheus. Requests are counted here; rooms register gauges that are asked when somebody looks.

Names begin with `kuyakusho_`. Labels never hold anything of a person; routes are names of views, not addresses. With
several page processes set `PROMETHEUS_MULTIPROC_DIR` (docs/operate/monitoring.md), so that they count together.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

log = logging.getLogger("kuyakusho.metrics")
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# What a gauge gives: one number, or numbers by label values.
Reading = float | dict[tuple[str, ...], float]

_own = CollectorRegistry()
_requests = Counter(
    "kuyakusho_requests", "Requests by route and status", ["method", "route", "status"], registry=_own
)
_seconds = Histogram(
    "kuyakusho_request_seconds", "Seconds until the answer", ["route"], buckets=BUCKETS, registry=_own
)


@dataclass(frozen=True)
class Gauge:
    """A figure that is read when asked. `read` returns a number, or numbers by the values of `labels`."""

    name: str
    words: str
    read: Callable[[], Reading]
    labels: tuple[str, ...] = ()


_gauges: dict[str, Gauge] = {}


def gauge(name: str, words: str, read: Callable[[], Reading], *, labels: tuple[str, ...] = ()) -> None:
    """Registers a figure of a room (`outbox_waiting`). Raises ValueError when the name is taken."""
    if name in _gauges:
        raise ValueError(f"the figure {name} is registered already")
    _gauges[name] = Gauge(name, words, read, labels)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answered request."""
    _requests.labels(method if method in METHODS else "other", route, str(status)).inc()
    _seconds.labels(route).observe(seconds)


class _Gauges(Collector):
    def collect(self) -> Iterator[Metric]:
        for figure in list(_gauges.values()):
            family = GaugeMetricFamily(f"kuyakusho_{figure.name}", figure.words, labels=figure.labels)
            try:
                reading = figure.read()
            except Exception as error:  # one figure that can't be read must not hide the others
                log.warning("a figure can't be read", extra={"what": figure.name}, exc_info=error)
                continue
            for values, number in (reading if isinstance(reading, dict) else {(): reading}).items():
                family.add_metric([str(value) for value in values], number)
            yield family


def text() -> bytes:
    """Everything in the text format of Prometheus."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = generate_latest(registry)
    else:
        counted = generate_latest(_own)
    read = CollectorRegistry()
    read.register(_Gauges())
    return counted + generate_latest(read)
