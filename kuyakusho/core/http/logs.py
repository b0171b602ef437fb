"""One line per event, as JSON or for a terminal, without personal data.

What may appear is listed: a field that is not in `FIELDS` is left out, messages of foreign libraries lose addresses
and long numbers, and of an exception its kind and its place in the code are kept, never what it says.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

FIELDS = (
    "request_id", "method", "route", "ward", "status", "milliseconds", "entry", "kind", "receiver",
    "number", "what", "count", "seconds", "code",
)  # fmt: skip
_EMAIL = re.compile(r"[^\s@<>\"'(),;]+@[^\s@<>\"'(),;]+")
_DIGITS = re.compile(r"\d(?:[-\s]?\d){6,}")
_ADDRESS_PATH = re.compile(r"(?<=: )/\S*")


class Formatter(logging.Formatter):
    """`json` or `console`; both say the same."""

    def __init__(self, shape: str = "json") -> None:
        super().__init__()
        self.shape = shape

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self._message(record),
            **{field: self._plain(getattr(record, field)) for field in FIELDS if hasattr(record, field)},
        }
        if record.exc_info and record.exc_info[0]:
            event["error"] = record.exc_info[0].__name__
            event["where"] = _frames(record.exc_info)
        if self.shape == "json":
            return json.dumps(event, ensure_ascii=False, default=str)
        rest = " ".join(
            f"{key}={value}" for key, value in event.items() if key not in ("at", "level", "event")
        )
        return f"{event['at'][11:23]} {event['level']:<7} {event['event']}  {rest}"

    @staticmethod
    def _message(record: logging.LogRecord) -> str:
        if record.name.startswith("kuyakusho"):
            return str(record.msg)  # ours never hold data in the message
        words = record.getMessage()
        if record.name.startswith("django."):
            words = _ADDRESS_PATH.sub("…", words)  # a path may hold a token
        return masked(words)

    @staticmethod
    def _plain(value: Any) -> Any:
        return value if value is None or isinstance(value, bool | int | float) else str(value)


def masked(words: str) -> str:
    """The words without addresses of e-mail and long numbers."""
    return _DIGITS.sub("…", _EMAIL.sub("…", words))


def _frames(exc_info: Any) -> list[str]:
    frames = traceback.extract_tb(exc_info[2])[-12:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(path: str) -> str:
    for mark in ("/site-packages/", "/kuyakusho/"):
        if mark in path:
            return ("kuyakusho/" if mark == "/kuyakusho/" else "") + path.rpartition(mark)[2]
    return path.rpartition("/")[2]


def configure(shape: str | None = None) -> None:
    """Sets logging up for this process. Called once by each entry point: pages, worker, commands."""
    chosen = shape or getattr(settings, "LOG_FORMAT", "json")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"office": {"()": Formatter, "shape": chosen}},
            "handlers": {
                "out": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "office"}
            },
            "root": {"handlers": ["out"], "level": "WARNING"},
            "loggers": {
                "kuyakusho": {"level": "INFO"},
                "django": {"level": "WARNING", "handlers": [], "propagate": True},
                # A missing page is not an event; a failure is.
                "django.request": {"level": "ERROR", "handlers": [], "propagate": True},
                "django_tasks": {"level": "WARNING"},
            },
        }
    )
    logging.captureWarnings(True)
