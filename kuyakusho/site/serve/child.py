"""One process of the three: started, listened to, started again when it dies, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from . import lifeline

PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
"""A process that lived this long starts over with short pauses when it dies."""


class Child:
    """A supervised process in a process group of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: dict[str, str],
        descriptors: Sequence[int] = (),
        *,
        say: Callable[[str, str], None],
    ) -> None:
        self.name, self.command, self.environ, self.descriptors = (
            name,
            list(command),
            environ,
            tuple(descriptors),
        )
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None
        self.wanted = True
        self.deaths = 0
        """Deaths since it last lived for STEADY_SECONDS."""
        self.last_code = 0
        self.ended = asyncio.Event()
        self._started_at = 0.0
        self._reading: set[asyncio.Task[None]] = set()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    async def run(self, died: Callable[[Child], None]) -> None:
        """Keeps the process alive until it isn't wanted any more. `died` is told of every unwanted end."""
        while self.wanted:
            await self._start()
            await self._wait()
            if not self.wanted:
                break
            if time.monotonic() - self._started_at >= STEADY_SECONDS:
                self.deaths = 0
            self.deaths += 1
            self._clear_group()
            died(self)
            pause = PAUSES[min(self.deaths, len(PAUSES)) - 1]
            self.say(
                self.name, f"ended ({self._how()}); starting it again" + (f" in {pause:g} s" if pause else "")
            )
            await self._pause(pause)
        self.ended.set()

    async def _start(self) -> None:
        self._started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.descriptors,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which stops the three in order
            preexec_fn=lifeline.tied(os.getpid()),
        )
        task = asyncio.get_running_loop().create_task(self._read(self.process))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, process: subprocess.Popen[bytes]) -> None:
        """Passes on what the process says, line by line."""
        reader = asyncio.StreamReader(limit=1 << 20)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), process.stdout
        )
        try:
            while True:
                try:
                    line = await reader.readline()
                except ValueError:  # a line without end: what there is of it has been dropped
                    continue
                if not line:
                    return
                self.say(self.name, line.decode("utf-8", "replace").rstrip("\r\n"))
        finally:
            transport.close()

    async def _wait(self) -> None:
        """Until the process has ended."""
        if self.process is None:
            return
        with contextlib.suppress(OSError, AttributeError):  # no pidfd on this system: looked at instead
            descriptor = os.pidfd_open(self.process.pid)
            try:
                await _readable(descriptor)
            finally:
                os.close(descriptor)
        while self.alive:
            await asyncio.sleep(0.05)
        self.last_code = self.process.returncode

    async def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.wanted and time.monotonic() < deadline:
            await asyncio.sleep(0.05)

    def _how(self) -> str:
        if self.last_code < 0:
            with contextlib.suppress(ValueError):
                return f"by {signal.Signals(-self.last_code).name}"
        return f"exit code {self.last_code}"

    def _clear_group(self) -> None:
        """Ends what a dead process left behind: it would keep the port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def signal(self, number: int) -> None:
        if self.alive and self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    async def stop(self, seconds: float) -> None:
        """Asks it to end, and ends it when it hasn't after `seconds`."""
        self.wanted = False
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._wait(), seconds)
        except TimeoutError:
            self.say(self.name, f"didn't stop within {seconds:g} s and is killed")
        self.kill()
        if self._reading:
            await asyncio.wait(self._reading, timeout=0.5)

    def kill(self) -> None:
        """Ends it and everything it started, at once."""
        self.wanted = False
        self._clear_group()
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def python(*arguments: str) -> list[str]:
    """A command that runs this interpreter."""
    return [sys.executable, *arguments]
