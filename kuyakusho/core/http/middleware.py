"""What surrounds every request: its id, its log line, and how errors are shown."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kuyakusho.core.errors import KuyakushoError

from .problems import render_error

log = logging.getLogger("kuyakusho.request")
_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class RequestLogMiddleware:
    """Gives each request an id and writes one line about it: no query, no address of a person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if _ID.match(given) else secrets.token_hex(8)
        began = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        if log.isEnabledFor(logging.INFO):
            match = getattr(request, "resolver_match", None)
            log.info(
                "request",
                extra={
                    "request_id": request.id,
                    "method": request.method,
                    "route": match.view_name if match else "-",
                    "ward": request.ward.slug if getattr(request, "ward", None) else "-",
                    "status": response.status_code,
                    "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                },
            )
        return response


class ErrorMiddleware:
    """Renders the tree of `core.errors`, as a page or as problem details."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, KuyakushoError):
            return render_error(request, exception)
        return None
