"""The worker: schedule, seal, deliver, over and over, in one process.

The main thread puts due jobs into the outbox, seals audit lines, claims entries and renews the leases of those
under way; a few threads deliver. Killed at any moment it loses nothing: what it held is due again when the lease
ends. On SIGTERM it takes nothing new, finishes what is under way, and gives back the rest.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connection

from kuyakusho.core.audit.sealing import seal
from kuyakusho.core.calendar import clock
from kuyakusho.core.outbox import delivery
from kuyakusho.core.outbox.models import Entry, Heartbeat
from kuyakusho.core.outbox.poke import Bell

from . import schedule

log = logging.getLogger("kuyakusho.worker")
LOOK_EVERY_SECONDS = 1.0
SEAL_EVERY_SECONDS = 1.0
BEAT_EVERY_SECONDS = 10.0
STOP_WITHIN_SECONDS = 25.0


class Worker:
    """One worker process. `threads` deliver at the same time; `say` prints progress."""

    def __init__(
        self,
        *,
        threads: int = 4,
        lease: timedelta = delivery.LEASE,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.threads, self.lease, self.say = threads, lease, say
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.jobs = schedule.load()
        self.slots: dict[str, datetime] = {}
        self.under_way: dict[Future[str], Entry] = {}
        self.counts: Counter[str] = Counter()
        self.stopping = threading.Event()
        self._hear, self._tell = os.pipe()  # wakes the main thread: an entry is done, or it is time to stop
        os.set_blocking(self._hear, False)
        os.set_blocking(self._tell, False)
        self._last: dict[str, float] = {}
        self._turn_of = ""

    def stop(self) -> None:
        """Asks for a clean end; safe in a signal handler."""
        self.stopping.set()
        self._wake()

    def run_once(self) -> Counter[str]:
        """Does everything that is due now, in this thread, and returns how much of what."""
        self._schedule()
        counts: Counter[str] = Counter()
        while not self.stopping.is_set():
            sealed = seal()
            outcome = delivery.deliver_due(stop=self.stopping.is_set)
            counts.update(outcome)
            counts["sealed"] += sealed
            if not sealed and not outcome.total():
                break
        return counts

    def run(self) -> None:
        """Works until `stop` is called."""
        bell = Bell()
        self.say(f"worker {self.name}: {len(self.jobs)} jobs by the clock, {self.threads} threads")
        try:
            with ThreadPoolExecutor(self.threads, thread_name_prefix="deliver") as pool:
                while not self.stopping.is_set():
                    try:
                        busy = self._turn(pool)
                    except DatabaseError as error:  # away or busy: everything is still there when it is back
                        log.warning("database is away", exc_info=error)
                        connection.close()
                        busy = False
                    if not busy and not self.stopping.is_set():
                        bell.wait(LOOK_EVERY_SECONDS, self._hear)
                    with suppress(BlockingIOError):
                        os.read(self._hear, 4096)
                self._finish()
        finally:
            bell.close()
            Heartbeat.objects.filter(name=self.name).delete()
            connection.close()
            self.say(f"worker {self.name}: stopped")

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # a full pipe wakes just as well
            os.write(self._tell, b"!")

    def _turn(self, pool: ThreadPoolExecutor) -> bool:
        """One turn; whether there is more to do at once."""
        self._collect()
        if self._is_time("beat", BEAT_EVERY_SECONDS):
            self._beat()
        self._schedule()
        sealed = 0
        if self._is_time("seal", SEAL_EVERY_SECONDS):
            sealed = seal(5000)
            self.counts["sealed"] += sealed
        if self.under_way and self._is_time("renew", self.lease.total_seconds() / 3):
            delivery.renew(list(self.under_way.values()), lease=self.lease)
        taken = self._claim(pool)
        if self._is_time("report", BEAT_EVERY_SECONDS):
            self._report()
        return bool(taken) or sealed >= 5000

    def _claim(self, pool: ThreadPoolExecutor) -> int:
        free = self.threads - len(self.under_way)
        if free <= 0 or not delivery.any_due(clock.now()):
            return 0
        lanes = delivery.lanes()
        later = [lane for lane in lanes if lane > self._turn_of]  # the lane after the one served last begins
        taken = 0
        for lane in later + lanes[: len(lanes) - len(later)]:
            if taken >= free:
                break
            share = max(1, (free - taken) // len(lanes))
            for entry in delivery.claim(lane, share, lease=self.lease):
                future = pool.submit(self._deliver, entry)
                self.under_way[future] = entry
                future.add_done_callback(lambda done: self._wake())
                taken += 1
            self._turn_of = lane
        return taken

    @staticmethod
    def _deliver(entry: Entry) -> str:
        close_old_connections()
        try:
            return delivery.attempt(entry)
        finally:
            if connection.vendor != "sqlite":  # a pooled connection goes back between two entries
                connection.close()

    def _collect(self) -> None:
        for future in [future for future in self.under_way if future.done()]:
            entry = self.under_way.pop(future)
            if error := future.exception():
                log.error("delivery broke", extra={"entry": entry.public_id}, exc_info=error)
            else:
                self.counts[f"{entry.kind} {future.result()}"] += 1

    def _schedule(self) -> None:
        for job, slot in schedule.due(self.jobs, clock.now(), self.slots):
            schedule.put(job, slot)
            self.slots[job.name] = slot

    def _beat(self) -> None:
        now = clock.now()
        if not Heartbeat.objects.filter(name=self.name).update(at=now):
            Heartbeat.objects.get_or_create(name=self.name, defaults={"started_at": now, "at": now})

    def _report(self) -> None:
        if self.counts.total():
            self.say(", ".join(f"{what} {count}" for what, count in sorted(self.counts.items()) if count))
            self.counts.clear()

    def _is_time(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, -1e9) < seconds:
            return False
        self._last[what] = now
        return True

    def _finish(self) -> None:
        """Lets what has begun end, within the time that a stop may take, and gives back what has not."""
        for future, entry in list(self.under_way.items()):
            if future.cancel():
                delivery.release([entry])
                del self.under_way[future]
        until = time.monotonic() + STOP_WITHIN_SECONDS
        while self.under_way and time.monotonic() < until:
            self._collect()
            if self._is_time("renew", self.lease.total_seconds() / 3):
                delivery.renew(list(self.under_way.values()), lease=self.lease)
            time.sleep(0.02)
        self._report()
