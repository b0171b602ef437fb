"""Puts the front door together and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
from dataclasses import replace

from .bell import Bell
from .client import Client
from .front import Front
from .keeper import Keeper, Source
from .log import say
from .settings import Settings, sqlite_path

BACKLOG = 2048
POSTGRES_POLL_SECONDS = 5.0
FIRST_READING_SECONDS = 3.0
SPARE_DESCRIPTORS = 64


def with_descriptors(settings: Settings) -> Settings:
    """Takes as many descriptors as the system lets us have, and no more connections than they carry."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    room = soft - settings.limits.upstream - SPARE_DESCRIPTORS
    if soft == resource.RLIM_INFINITY or room >= settings.limits.connections:
        return settings
    say(
        "fewer connections than set: raise the limit of open files",
        level="warning",
        connections=max(room, 16),
    )
    return replace(settings, limits=replace(settings.limits, connections=max(room, 16)))


def sockets(settings: Settings) -> list[socket.socket]:
    """The listening sockets: those that the parent opened, or one of our own."""
    if settings.descriptors:
        return [socket.socket(fileno=number) for number in settings.descriptors]
    host, port = settings.listen or ("127.0.0.1", 8000)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    return [listener]


def keeper(front: Front, settings: Settings) -> tuple[Keeper, list[asyncio.Task[None]]]:
    """Who reads the snapshots, and the tasks that do it and that listen for changes."""
    file = sqlite_path(settings.database)
    source: Source
    tasks = []
    if file is not None:
        from .sources.sqlite import SqliteSource

        source = SqliteSource(file)
        keeping = Keeper(front, source, settings.poll_seconds)
    else:
        from .sources import postgres

        source = postgres.PostgresSource(settings.database)
        keeping = Keeper(front, source, max(settings.poll_seconds, POSTGRES_POLL_SECONDS))
        tasks.append(front.loop.create_task(postgres.listen(settings.database, keeping.ring)))
    if settings.redis:
        from .sources import redis

        tasks.append(front.loop.create_task(redis.listen(settings.redis, keeping.ring)))
    tasks.append(front.loop.create_task(keeping.run()))
    return keeping, tasks


async def serve(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; then requests in flight are answered and streams ended."""
    loop = asyncio.get_running_loop()
    settings = with_descriptors(settings)
    front = Front(loop, settings)
    front.pool.probe()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    keeping, tasks = keeper(front, settings)
    bell = Bell(settings.bell, keeping.ring)
    bell.open(loop)
    # Callers wait in the socket's queue until the snapshots are there; after a restart they notice nothing.
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(keeping.tried.wait(), FIRST_READING_SECONDS)
    servers = [
        await loop.create_server(lambda: Client(front), sock=listener, backlog=BACKLOG)
        for listener in sockets(settings)
    ]
    beating = loop.create_task(_beat(front, settings, stopped))
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # connections are many and long-lived; walking them often finds nothing
    say("front door open", pages=f"{settings.pages[0]}:{settings.pages[1]}")
    await stopped.wait()
    for server in servers:
        server.close()
    front.drain()
    front.hub.close_all()
    await _emptied(front, settings.limits.drain_seconds)
    for task in (*tasks, beating):
        task.cancel()
    bell.close(loop)
    front.pool.close()
    for client in list(front.clients):
        client.transport.abort()
    say("front door closed")


async def _beat(front: Front, settings: Settings, stopped: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(1.0)
        try:
            front.beat()
        except Exception as fault:  # a fault in one connection's deadline must not end everybody's
            say("fault in the beat", level="error", fault=f"{type(fault).__name__}: {fault}")
        if settings.supervisor and os.getppid() != settings.supervisor and not stopped.is_set():
            say("the supervisor is gone", level="warning")
            stopped.set()


async def _emptied(front: Front, drain_seconds: float) -> None:
    deadline = front.loop.time() + drain_seconds
    while front.clients and front.loop.time() < deadline:
        await asyncio.sleep(0.02)
