"""A process that doesn't outlive its parent, even when the parent is killed with SIGKILL."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tie(parent: int, number: int = signal.SIGTERM) -> None:
    """Called in the child: the kernel sends it `number` when `parent` (a process id) ends, however it ends."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)
    else:
        threading.Thread(target=_watch, args=(parent, number), daemon=True).start()


def _watch(parent: int, number: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), number)


def tied(parent: int) -> Callable[[], None]:
    """What `subprocess` runs between fork and exec, so that the new program is tied from its first instruction."""
    if _libc is None:
        return lambda: None

    def before_exec() -> None:
        tie(parent)

    return before_exec
