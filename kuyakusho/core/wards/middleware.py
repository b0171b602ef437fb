"""Reads `/<ward>/[<variant>/]rest` once, for every page of every room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation

from .directory import find
from .variants import DEFAULT, VARIANTS

if TYPE_CHECKING:
    from kuyakusho.core.http.request import Request

# First segments that belong to the installation and can never be a ward.
RESERVED = frozenset(
    {"api", "static", "media", "healthz", "readyz", "metrics", "live", "style", "demo", "favicon.ico"}
)


class WardMiddleware:
    """Mounts the ward: sets `request.ward` and `request.variant`, and lets `reverse()` answer inside it."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        request.ward = None  # type: ignore[assignment]  # the installation's own pages have none
        request.variant = DEFAULT
        path = request.path_info
        mounted = get_script_prefix()
        first, _, rest = path.lstrip("/").partition("/")
        ward = find(first) if first and first not in RESERVED else None
        if ward is not None:
            prefix = f"/{first}/"
            segment, _, after = rest.partition("/")
            if segment in VARIANTS and segment != DEFAULT.segment:
                request.variant = VARIANTS[segment]
                prefix += f"{segment}/"
                rest = after
            request.ward = ward
            request.urlconf = "kuyakusho.site.ward_urls"
            request.path_info = "/" + rest
            mounted = prefix
        before = get_script_prefix()
        set_script_prefix(mounted)
        try:
            with translation.override(request.variant.language):
                return self.get_response(request)
        finally:
            set_script_prefix(before)
