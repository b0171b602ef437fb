"""What surrounds every request: whose word is trusted, its id, its log line, its headers, how errors are shown."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kuyakusho.core.errors import KuyakushoError

from . import metrics
from .problems import render_error
from .views import not_allowed

log = logging.getLogger("kuyakusho.request")
_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
Next = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "microphone", "geolocation", "payment", "usb", "serial", "midi",
                    "accelerometer", "gyroscope", "magnetometer", "browsing-topics")
)  # fmt: skip
HEADERS = {
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
             "HTTP_FORWARDED", "HTTP_X_REAL_IP")  # fmt: skip


class RequestLogMiddleware:
    """Gives each request an id, counts it, and writes one line about it: no query, no address of a person."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if _ID.match(given) else secrets.token_hex(8)  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        response.headers.setdefault("X-Request-ID", request.id)  # type: ignore[attr-defined]
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        match = request.resolver_match
        route = match.view_name or "unnamed" if match else "-"
        metrics.count_request(request.method or "-", route, response.status_code, seconds)
        if log.isEnabledFor(logging.INFO):
            ward = getattr(request, "ward", None)
            log.info(
                "request",
                extra={
                    "request_id": request.id,  # type: ignore[attr-defined]
                    "method": request.method,
                    "route": route,
                    "ward": ward.slug if ward else "-",
                    "status": response.status_code,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )
        return response


class FrontMiddleware:
    """Believes what a front says about the asker, and nobody else.

    With `KUYAKUSHO_FRONT_SECRET` every request must carry it in `X-Kuyakusho-Front` (the live process adds it):
    whoever reaches the pages' own port directly is refused. Without, X-Forwarded-* counts only from the addresses of
    `KUYAKUSHO_TRUSTED_PROXIES`; from everybody else it is taken away before anything reads it.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.pop("HTTP_X_KUYAKUSHO_FRONT", "")
        if secret := settings.FRONT_SECRET:
            if not hmac.compare_digest(given.encode(), secret.encode()):
                return HttpResponse(
                    "The pages answer through the front door only.\n", status=403, content_type="text/plain"
                )
        elif not _is_trusted(request.META.get("REMOTE_ADDR", ""), tuple(settings.TRUSTED_PROXIES)):
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)


@lru_cache(maxsize=1024)
def _is_trusted(address: str, proxies: tuple[str, ...]) -> bool:
    try:
        asking = ipaddress.ip_address(address)
    except ValueError:  # a unix socket: whoever may connect to it is ours
        return bool(proxies) and not address
    return any(asking in ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


class ErrorMiddleware:
    """Renders the tree of `core.errors`, as a page or as problem details."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            return not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, KuyakushoError):
            return render_error(request, exception)
        return None
