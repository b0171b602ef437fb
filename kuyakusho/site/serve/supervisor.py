"""Starts the three processes, tells when the office is open, keeps them up, stops them in order."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .child import Child, python
from .places import Taken, inner_port, listen, lock

ROOT = Path(__file__).resolve().parents[3]
WIDTH = 6
LIVE_SECONDS, PAGES_SECONDS, WORKER_SECONDS = 20.0, 12.0, 15.0
MOST_FAILED_STARTS = 3
SLOW_START_SECONDS = 15.0


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    host: str = "localhost"
    port: int = 8000
    workers: int = 1
    threads: int = 8
    with_worker: bool | None = None
    """None: with it when there is one."""


class Supervisor:
    """The parent of the front door, the pages and the worker."""

    pages = "kuyakusho.site.serve.pages:application"
    """What Granian loads; the tests put a smaller application here."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.var = Path(os.environ.get("KUYAKUSHO_VAR") or ROOT / "var").absolute()
        self.children: dict[str, Child] = {}
        self.stopping = asyncio.Event()
        self.code = 0
        self.open = False
        self.began = time.monotonic()
        self._signals = 0
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> int:
        """Until a signal, or until a process can't be started. Returns the exit code. Raises Taken."""
        host, port = self.options.host, self.options.port
        with contextlib.ExitStack() as stack:
            stack.enter_context(lock(self.var, f"http://{_shown(host)}:{port}"))
            listeners = [stack.enter_context(listener) for listener in listen(host, port)]
            port = listeners[0].getsockname()[1]
            pages_port, holder = inner_port()
            stack.enter_context(holder)
            self._prepare(listeners, pages_port)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._told_to_stop, number)
            loop.add_signal_handler(signal.SIGHUP, self._hung_up)
            self._run("live")
            self._run("pages")
            watching = loop.create_task(self._watch_start(port))
            await self.stopping.wait()
            watching.cancel()
            for listener in listeners:
                listener.close()  # whoever comes now is told so by the system
            await self._stop()
            for task in self._running.values():
                task.cancel()
        return self.code

    def _run(self, name: str) -> None:
        if name in self.children and name not in self._running:
            child = self.children[name]
            self._running[name] = asyncio.get_running_loop().create_task(child.run(self._died))

    def _prepare(self, listeners: list[socket.socket], pages_port: int) -> None:
        options = self.options
        environ = {**os.environ, "KUYAKUSHO_VAR": str(self.var), "PYTHONUNBUFFERED": "1"}
        environ.setdefault("KUYAKUSHO_FRONT_SECRET", secrets.token_urlsafe(32))
        environ.setdefault("KUYAKUSHO_LIVE_SOCKET", str(self.var / "live.sock"))
        descriptors = [listener.fileno() for listener in listeners]
        live = {
            **environ,
            "KUYAKUSHO_LIVE_DESCRIPTORS": ",".join(str(number) for number in descriptors),
            "KUYAKUSHO_LIVE_PAGES": f"127.0.0.1:{pages_port}",
            "KUYAKUSHO_SUPERVISOR": str(os.getpid()),
        }
        live.setdefault("KUYAKUSHO_LARGE_UPLOADS", str(max(1, options.threads * options.workers // 2)))
        granian = python(
            *("-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(pages_port)),
            *("--workers", str(options.workers), "--blocking-threads", str(options.threads)),
            *("--backlog", "4096", "--backpressure", "1024", "--workers-kill-timeout", "10"),
            *("--log-level", "error"),
            *(("--respawn-failed-workers",) if options.workers > 1 else ()),
            self.pages,
        )
        self._add("live", python("-m", "kuyakusho.live"), live, descriptors)
        self._add("pages", granian, {**environ, **self._counting_together()})
        if self._has_worker():
            self._add(
                "worker", python("-c", "from kuyakusho.site.cli import main; main()", "worker"), environ
            )

    def _counting_together(self) -> dict[str, str]:
        """Where several page processes add up what `/metrics` shows; begun anew at each start."""
        if self.options.workers == 1 or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            return {}
        folder = self.var / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}

    def _has_worker(self) -> bool:
        if self.options.with_worker is not None:
            return self.options.with_worker
        return importlib.util.find_spec("kuyakusho.site.commands.worker") is not None

    def _add(
        self, name: str, command: list[str], environ: dict[str, str], descriptors: list[int] | None = None
    ) -> None:
        self.children[name] = Child(name, command, environ, descriptors or (), say=say)

    # What happens to the children

    def _died(self, child: Child) -> None:
        if child.name == "live" and child.last_code == 2:
            self._give_up(
                "The front door can't read its settings: mend what it says above, then start again."
            )
        elif child.name == "pages" and not self.open and child.deaths >= MOST_FAILED_STARTS:
            self._give_up(
                "The pages do not start: mend what they say above, then start again. "
                "(`kuyakusho doctor` checks a set-up.)"
            )

    def _give_up(self, sentence: str) -> None:
        say("serve", sentence)
        self.code = 1
        self.stopping.set()

    async def _watch_start(self, port: int) -> None:
        """Says when the office is open, and when that takes unusually long."""
        address = f"http://{_shown(self.options.host)}:{port}/"
        said_slow = False
        while not await self._answers(port):
            if not said_slow and time.monotonic() - self.began > SLOW_START_SECONDS:
                said_slow = True
                self._run("worker")
                say(
                    "serve", "The pages don't answer yet: is the database reachable, and are migrations done?"
                )
            await asyncio.sleep(0.05)
        self.open = True
        self._run(
            "worker"
        )  # not before: the pages have the machine to themselves while somebody waits for them
        say(
            "serve",
            f"Kuyakusho is open at {address} (after {time.monotonic() - self.began:.1f} s). Ctrl-C stops it.",
        )

    async def _answers(self, port: int) -> bool:
        """Whether a page comes through the front door."""
        host = os.environ.get("KUYAKUSHO_HOSTS", "").split(",")[0].strip() or "localhost"
        target = self.options.host if self.options.host not in ("0.0.0.0", "::", "") else "localhost"
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection(target, port)
                try:
                    writer.write(
                        f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
                    )
                    head = await reader.readuntil(b"\r\n\r\n")
                finally:
                    writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False
        # Whatever the pages say is an answer; the front door's own refusals are not.
        return b"x-kuyakusho-refusal" not in head

    # Signals

    def _told_to_stop(self, number: int) -> None:
        self._signals += 1
        if self._signals > 1:
            say("serve", "Stopping at once.")
            for child in self.children.values():
                child.kill()
            os._exit(128 + number)
        say("serve", "Stopping: what is under way is finished first. (Again: stop at once.)")
        self.stopping.set()

    def _hung_up(self) -> None:
        """A terminal that was closed takes what it started with it; without a terminal it means: reload."""
        if sys.stdin is not None and sys.stdin.isatty():
            self._told_to_stop(signal.SIGHUP)
            return
        say("serve", "Reloading the pages.")
        self.children["pages"].signal(signal.SIGHUP)

    async def _stop(self) -> None:
        """The front door first, so that requests under way still find their pages."""
        for child in self.children.values():
            child.wanted = False
        worker = self.children.get("worker")
        ending = [asyncio.ensure_future(worker.stop(WORKER_SECONDS))] if worker else []
        await self.children["live"].stop(LIVE_SECONDS)
        await self.children["pages"].stop(PAGES_SECONDS)
        for task in ending:
            await task
        say("serve", "Stopped.")


def _shown(host: str) -> str:
    host = "localhost" if host in ("0.0.0.0", "::", "") else host
    return f"[{host}]" if ":" in host else host


def say(name: str, line: str) -> None:
    """One line of one process. Lines that are JSON stay as they are, for whoever collects them."""
    with contextlib.suppress(OSError, ValueError):  # a terminal that is gone must not end the office
        if line.startswith("{"):
            print(line, flush=True)
        else:
            print(f"{name:<{WIDTH}} | {line}", flush=True)


def serve(options: Options) -> int:
    """Runs until stopped. Returns the exit code: 0 after a stop, 1 when it couldn't start."""
    try:
        return asyncio.run(_serve(options))
    except Taken as taken:
        print(taken, file=sys.stderr)
        return 1


async def _serve(options: Options) -> int:
    return await Supervisor(options).run()
