"""Log lines of the front door: JSON or plain, never an address of a person or a query."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

PLAIN = os.environ.get("KUYAKUSHO_LOG_FORMAT", "json") == "console"


def say(event: str, level: str = "info", **facts: Any) -> None:
    """One line on standard error."""
    if PLAIN:
        line = " ".join([event, *(f"{name}={value}" for name, value in facts.items())])
    else:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = json.dumps(
            {"at": at, "level": level, "logger": "kuyakusho.live", "event": event, **facts},
            ensure_ascii=False,
        )
    print(line, file=sys.stderr, flush=True)
