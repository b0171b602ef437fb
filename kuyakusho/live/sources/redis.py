"""Redis or Valkey pub/sub as the bell between hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import redis.asyncio
from redis.exceptions import RedisError

from ..log import say

CHANNEL = "kuyakusho:snapshots"


async def listen(url: str, ring: Callable[[Iterable[str] | None], None]) -> None:
    """Rings for every message, until cancelled; while it can't listen the poll stands in."""
    pause = 0.5
    while True:
        client = redis.asyncio.Redis.from_url(url, socket_connect_timeout=5, health_check_interval=30)
        try:
            async with client.pubsub() as pubsub:
                await pubsub.subscribe(CHANNEL)
                ring(None)  # what was told before anybody listened
                pause = 0.5
                async for message in pubsub.listen():
                    if message["type"] == "message":
                        ring(message["data"].decode().split("\n"))
        except (RedisError, OSError) as fault:
            if pause == 0.5:
                say("can't listen to Redis", level="warning", fault=str(fault))
        finally:
            await client.aclose()
        await asyncio.sleep(pause)
        pause = min(pause * 2, 10.0)
