"""What Granian's worker processes load: the WSGI application, tied to the life of Granian's main process.

A worker whose main process was killed would otherwise go on alone and keep the port.
"""

import multiprocessing
import signal

from kuyakusho.site.serve import lifeline

_main = multiprocessing.parent_process()
if _main is not None and _main.pid is not None:
    lifeline.tie(_main.pid, signal.SIGKILL)

from kuyakusho.site.wsgi import application  # noqa: E402  # tied first: this import takes a second

__all__ = ["application"]
