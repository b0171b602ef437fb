"""Rate limits: how often one asker may do something. Refused kindly, with the time after which it works again.

    @access.visitor
    @rate_limited("10/minute", by=by_address)
    def ask(request): ...

The window slides. Counts live in the process, or in Redis where there is one (`REDIS_URL`), so that several
processes count together; when Redis is away each process counts alone rather than letting everything through.
Keys are keyed digests: no address and no name is kept anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import math
import time
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from kuyakusho.core.errors import TooMany

log = logging.getLogger("kuyakusho.limits")
By = Callable[[HttpRequest], str]
View = Callable[..., Any]


def by_address(request: HttpRequest) -> str:
    """One network address; of IPv6 the /64 that one household or phone has."""
    address = ipaddress.ip_address(client_address(request))
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def by_account(request: HttpRequest) -> str:
    """One account; the address where nobody is signed in."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"account:{user.pk}"
    return by_address(request)


def by_ward(request: HttpRequest) -> str:
    """Everybody in one ward together: for what is dear to make."""
    ward = getattr(request, "ward", None)
    return ward.slug if ward else ""


def client_address(request: HttpRequest) -> str:
    """The address that asked. `FrontMiddleware` has left X-Forwarded-For only where it can be believed."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    for said in (forwarded.rpartition(",")[2].strip(), request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ipaddress.ip_address(said))
        except ValueError:
            continue
    return "0.0.0.0"  # a unix socket has no address


def rate_limited(limit: str, *, by: By = by_address, methods: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Refuses with `TooMany` (429) what comes more often than `limit` (`"10/minute"`, `"100 per day"`).

    `by` says who counts as one; `methods` limits only those (`("POST",)`), by default all.
    """
    parse(limit)  # a limit that can't be read is found at start

    def decorate(view: View) -> View:
        scope = f"{view.__module__}.{view.__qualname__}"

        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not methods or request.method in methods:
                count(limit, scope, by(request))
            return view(request, *args, **kwargs)

        return limited

    return decorate


def count(limit: str, scope: str, who: str) -> None:
    """Counts one use of `scope` by `who`. Raises TooMany, with the seconds to wait, when `limit` is used up."""
    item = parse(limit)
    key = hmac.new(settings.SECRET_KEY.encode(), f"{scope}\n{who}".encode(), hashlib.sha256).hexdigest()[:32]
    for limiter in (_shared(), _own()):
        if limiter is None:
            continue
        try:
            if limiter.hit(item, key):
                return
            wait = math.ceil(limiter.get_window_stats(item, key).reset_time - time.time())
        except StorageError as error:
            log.warning("redis is away, counting alone", exc_info=error)
            continue
        raise TooMany(
            "too_many",
            _("短い時間に何度も送られたため、いったん受け付けを止めています。"),
            _("少し待ってから、もう一度お試しください。お急ぎのときは区役所にお電話ください。"),
            retry_after_seconds=max(1, wait),
        )


def forget() -> None:
    """Forgets every count of this process; between tests."""
    _own.cache_clear()
    _shared.cache_clear()


@cache
def _own() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


@cache
def _shared() -> SlidingWindowCounterRateLimiter | None:
    if not settings.REDIS_URL:
        return None
    url = settings.REDIS_URL.replace("unix://", "redis+unix://", 1)  # as this library calls it
    storage = storage_from_string(url, wrap_exceptions=True, socket_timeout=0.5)
    return SlidingWindowCounterRateLimiter(storage)
