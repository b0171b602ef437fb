"""Public pages as functions of their address, kept ready until the ward changes.

A kept page is found by its key: address, the parameters that the view names, the ward's revision (read once per
request by one short statement), the day in Japan, and, for pages that show the time of day, the minute. Nothing is
ever dropped by name: what changes raises the revision, and old pages fall off the end of the shelf.

Validators (docs/mechanisms/pages.md): the ETag is a digest of the bytes, so every process gives the same. The
Last-Modified is the moment of the ward's last public change, which `wards.services.touch` keeps apart by whole
seconds; it is left out during the second in which it falls, so that two contents never share one.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_etags, parse_http_date_safe, quote_etag

from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.errors import Missing
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward

log = logging.getLogger("kuyakusho.pages")
KEPT_BYTES = 64 * 1024 * 1024
LONGEST_QUERY = 200
FLIGHT_SECONDS = 10.0
STARTED = int(time.time())

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Kept:
    """A page as bytes, with its validators. `changed_at` is in whole seconds since 1970."""

    body: bytes
    content_type: str
    etag: str
    changed_at: int


class Flight:
    """One making of a page that others wait for."""

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.page: Kept | None = None


class Shelf:
    """The kept pages of one process; those that nobody asked for the longest go first."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self.limit, self.size = limit, 0
        self.pages: OrderedDict[tuple, Kept] = OrderedDict()
        self.flights: dict[tuple, Flight] = {}
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

    def fetch(self, key: tuple, make: Callable[[], Kept | HttpResponse]) -> Kept | HttpResponse:
        """The kept page, or the one that `make` makes. Of many who ask at once, one makes it and the rest wait.

        `make` returns a response when the answer is not to be kept; then everybody makes their own.
        """
        page = self.get(key)
        if page is not None:
            return page
        with self.lock:
            flight = self.flights.get(key)
            if first := flight is None:
                flight = self.flights[key] = Flight()
        if not first:
            flight.landed.wait(FLIGHT_SECONDS)
            return flight.page or make()
        try:
            made = make()
            if isinstance(made, Kept):
                self.put(key, made)
                flight.page = made
            return made
        finally:
            with self.lock:
                del self.flights[key]
            flight.landed.set()

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
    *, by_minute: bool = False, max_age: int = 30, parameters: Sequence[str] | None = None
) -> Callable[[View], View]:
    """Keeps what the view answers (200 only) and adds validators. The view must be a function of its address.

    `by_minute` for pages that show whether the office is open now. `max_age` in seconds is what caches in front
    may serve without asking; it ends with the minute or the day that the page is for. `parameters` names the query
    parameters that the view reads: all others are taken away before the view sees them, and the order in which they
    were written makes no difference. Without `parameters` an address with a query is answered, but not kept.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                return view(request, *args, **kwargs)
            query = request.META.get("QUERY_STRING", "")
            if parameters is not None:
                query = _keep_parameters(request, parameters)
            if len(query) > LONGEST_QUERY or (query and parameters is None):
                return _made(request, view(request, *args, **kwargs))
            now = clock.now()
            ward = _fresh_ward(request)
            period = _minute(now) if by_minute else _midnight(now)
            key = (request.path, query, ward.revision if ward else 0, int(period.timestamp()), by_minute)

            def make() -> Kept | HttpResponse:
                response = _made(request, view(request, *args, **kwargs))
                if response.status_code != 200 or response.streaming or not _is_public(request, response):
                    return response
                body = bytes(response.content)
                etag = quote_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
                return Kept(body, response["Content-Type"], etag, _changed_at(ward, period))

            page = shelf.fetch(key, make)
            if not isinstance(page, Kept):
                return page
            left = period + timedelta(minutes=1) if by_minute else _midnight(now) + timedelta(days=1)
            return answer(request, page, min(max_age, max(0, int((left - now).total_seconds()))), now)

        return kept

    return decorate


def answer(request: HttpRequest, page: Kept, max_age: int, now: datetime) -> HttpResponse:
    """200 with the bytes, or 304 when the asker has them. A HEAD has the same fields and no bytes."""
    is_settled = page.changed_at < int(now.timestamp())
    if _has_it(request, page, is_settled):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(
            b"" if request.method == "HEAD" else page.body, content_type=page.content_type
        )
        response["Content-Length"] = str(len(page.body))
    response["ETag"] = page.etag
    if is_settled:
        response["Last-Modified"] = http_date(page.changed_at)
    patch_cache_control(response, public=True, max_age=max_age)
    return response


def _has_it(request: HttpRequest, page: Kept, is_settled: bool) -> bool:
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked is not None:  # RFC 9110, 13.2.2: then If-Modified-Since is not looked at
        etags = parse_etags(asked)
        return "*" in etags or page.etag in {etag.removeprefix("W/") for etag in etags}
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    parsed = parse_http_date_safe(since) if since else None
    return is_settled and parsed is not None and page.changed_at <= parsed


def _keep_parameters(request: HttpRequest, parameters: Sequence[str]) -> str:
    """Leaves only `parameters` in the request, in one order, and returns them as a query."""
    if not request.META.get("QUERY_STRING"):
        return ""
    pairs = [(name, value) for name in sorted(parameters) for value in request.GET.getlist(name)]
    query = urlencode(pairs)
    request.META["QUERY_STRING"] = query
    request.GET = QueryDict(query, encoding=request.encoding)  # type: ignore[assignment]
    return query


def _fresh_ward(request: HttpRequest) -> Ward | None:
    """The ward at its present revision. The one that the middleware found may be two seconds old."""
    ward: Ward | None = request.ward  # type: ignore[attr-defined]
    if ward is None:
        return None
    if revision_of(ward.pk) != ward.revision:
        ward = directory.renew(ward.slug)
        if ward is None:
            raise Missing
        request.ward = ward  # type: ignore[attr-defined]
    return ward


def _changed_at(ward: Ward | None, period: datetime) -> int:
    """When the content came to be, in whole seconds: the ward's last change, or the day or minute if later."""
    changed = int(ward.changed_at.timestamp()) if ward else 0
    began = int(period.timestamp())
    return max(changed, began + 1 if began == changed else began, STARTED)


def _made(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if hasattr(response, "render") and not getattr(response, "is_rendered", True):
        response = response.render()
    return response


def _is_public(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether nothing of the asker went into the page. A view that looked at a session is at fault, and said so."""
    session = getattr(request, "session", None)
    looked = (session is not None and session.accessed) or "CSRF_COOKIE_NEEDS_UPDATE" in request.META
    if looked or response.cookies or response.has_header("Vary"):
        match = request.resolver_match
        log.error("a public page depends on the asker", extra={"route": match.view_name if match else "-"})
        patch_cache_control(response, private=True, no_store=True)
        return False
    return True


def _midnight(now: datetime) -> datetime:
    return now.astimezone(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)


def _minute(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(second=0, microsecond=0)
