"""Public pages as functions of their address, kept ready until the ward changes.

A kept page is dropped by its key: the ward's revision (read once per request by one short statement), the day in
Japan, and, for pages that show the time of day, the minute. Validators (ETag, Last-Modified) let a phone, the
front door or nginx ask again cheaply.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_http_date_safe, quote_etag

from kuyakusho.core.calendar import clock

KEPT_BYTES = 64 * 1024 * 1024
LONGEST_QUERY = 200


@dataclass(frozen=True)
class Kept:
    """A page as bytes, with its validators."""

    body: bytes
    content_type: str
    etag: str
    made_at: float


class Shelf:
    """The kept pages of one process, least recently used first to go."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self.limit, self.size = limit, 0
        self.pages: OrderedDict[tuple, Kept] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: tuple) -> Kept | None:
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: tuple, page: Kept) -> None:
        with self.lock:
            old = self.pages.pop(key, None)
            self.size += len(page.body) - (len(old.body) if old else 0)
            self.pages[key] = page
            while self.size > self.limit and self.pages:
                self.size -= len(self.pages.popitem(last=False)[1].body)

    def clear(self) -> None:
        with self.lock:
            self.pages.clear()
            self.size = 0


shelf = Shelf()


def revision_of(ward_id: int) -> int:
    """The ward's revision as it is now: one statement, no model."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT revision FROM wards_ward WHERE id = %s", [ward_id])
        row = cursor.fetchone()
    return row[0] if row else 0


def public_page(
    *, by_minute: bool = False, max_age: int = 30
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Keeps what the view answers (200 only) and adds validators. The view must be a function of its address.

    `by_minute` for pages that show whether the office is open now. `max_age` in seconds is what caches in front
    may serve without asking.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                return view(request, *args, **kwargs)
            query = request.META.get("QUERY_STRING", "")
            if len(query) > LONGEST_QUERY:  # nothing that a stranger can make long is kept
                return view(request, *args, **kwargs)
            ward = request.ward
            now = clock.now()
            key = (
                request.get_host(),
                request.path,
                query,
                revision_of(ward.pk) if ward else 0,
                int(now.timestamp() // 60) if by_minute else clock.today(),
            )
            page = shelf.get(key)
            if page is None:
                response = view(request, *args, **kwargs)
                if response.status_code != 200 or response.streaming or response.cookies:
                    return response
                if hasattr(response, "render") and not response.is_rendered:
                    response = response.render()
                body = bytes(response.content)
                page = Kept(
                    body,
                    response["Content-Type"],
                    quote_etag(hashlib.blake2b(body, digest_size=12).hexdigest()),
                    time.time() if ward is None else now.timestamp(),
                )
                shelf.put(key, page)
            return answer(request, page, max_age)

        return kept

    return decorate


def answer(request: HttpRequest, page: Kept, max_age: int) -> HttpResponse:
    """200 with the bytes, or 304 when the asker has them."""
    if _has_it(request, page):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(page.body, content_type=page.content_type)
    response["ETag"] = page.etag
    response["Last-Modified"] = http_date(page.made_at)
    patch_cache_control(response, public=True, max_age=max_age)
    return response


def _has_it(request: HttpRequest, page: Kept) -> bool:
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked is not None:
        return asked.strip() == "*" or page.etag in {e.strip().removeprefix("W/") for e in asked.split(",")}
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    parsed = parse_http_date_safe(since) if since else None
    return parsed is not None and int(page.made_at) <= parsed
