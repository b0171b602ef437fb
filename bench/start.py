"""`start`: seconds from `make run` to the first page, the second time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.office import ROOT, environment, free_port, wait
from bench.results import result

REPETITIONS = 3


def start() -> list[dict[str, Any]]:
    """The whole of `make run`: set-up checks, preparing, front door, pages, worker."""
    var = Path(tempfile.mkdtemp(prefix="kuyakusho-start-"))
    seconds, orphans = [], 0
    try:
        for repetition in range(REPETITIONS + 1):
            port = free_port()
            began = time.perf_counter()
            # A session of its own, as a terminal would give it, so that Ctrl-C reaches all of it.
            run = subprocess.Popen(
                ["make", "run"], cwd=ROOT, env=environment(var, port),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            wait(f"http://localhost:{port}/osaka-nishi/", run, 180)
            if repetition:  # the first one sets up
                seconds.append(time.perf_counter() - began)
            os.killpg(run.pid, signal.SIGINT)
            run.wait(30)
            time.sleep(0.5)
            left = subprocess.run(["pgrep", "-f", str(var)], capture_output=True, check=False)
            orphans += len(left.stdout.split())
    finally:
        shutil.rmtree(var, ignore_errors=True)
    return [
        result(
            path="start",
            metric="seconds of the second `make run` until the front page",
            params={},
            values=seconds,
            better="lower",
            goal=5.0,
            product={"seconds": [round(s, 2) for s in seconds]},
            limit={"name": "5 seconds"},
            checks={"Ctrl-C stops everything": orphans == 0},
        )
    ]


BENCHMARKS = {"start": start}
