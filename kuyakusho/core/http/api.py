"""What surrounds every address of the API: limits, methods, validators, and who may read from other sites.

    GET, HEAD   public data: kept like a page (`pages.public_page`), ETag and 304, readable from any site (CORS)
    OPTIONS     which methods there are; a browser's question before reading from another site
    the rest    as the operation says; never readable from another site, since a key does not belong in a browser

Everything that goes wrong, an unknown address and a wrong method included, is problem details.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _

from kuyakusho.core import access
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Missing, TooMany
from kuyakusho.core.wards import directory

from .limits import by_address, count
from .pages import Kept, answer, public_page
from .problems import render_error
from .views import NotAllowed

View = Callable[..., HttpResponse]

SOURCE_LIMIT = "600/minute"  # from one network address, all addresses of the API together
MAX_AGE = 30
READABLE_ANYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After, X-Request-ID",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def address(view: View, methods: Sequence[str], *, is_public: bool, parameters: Sequence[str] = ()) -> View:
    """The view of an address of the API with everything around it.

    `methods` are those that it answers; `is_public`: its GET is a function of the address, the ward's revision and
    the day; `parameters` are the query parameters that its GET reads.
    """
    allowed = sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})
    read = public_page(max_age=MAX_AGE, parameters=parameters)(_as_get(view)) if is_public else _as_get(view)

    def surrounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            count(SOURCE_LIMIT, "api", by_address(request))
        except TooMany as refusal:
            return _readable(render_error(request, refusal), is_public)
        if request.method == "OPTIONS":
            return _options(allowed, is_public)
        if request.method not in allowed:
            return _readable(_not_allowed(request, allowed), is_public)
        _name_ward(request, kwargs.get("ward"))
        if request.method not in ("GET", "HEAD"):
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "no-store")
            return response
        response = read(request, *args, **kwargs)
        if is_public:
            response = _with_etag(request, response)
        if request.method == "HEAD" and response.content:
            length = len(response.content)
            response.content = b""
            response["Content-Length"] = str(length)
        return _readable(response, is_public)

    surrounded.access = access.declaration_of(view)  # type: ignore[attr-defined]
    surrounded.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie counts here
    return surrounded


@access.public
def nothing(request: HttpRequest) -> HttpResponse:
    """An address below the API that isn't there."""
    raise Missing(
        "missing",
        _("この API に、そのアドレスはありません。"),
        _("/api/v1/openapi.json にアドレスの一覧があります。"),
    )


def _name_ward(request: HttpRequest, slug: str | None) -> None:
    """Says which ward the address is in: for the key of a kept answer, and for the log."""
    ward = directory.find(slug) if slug else None
    request.ward = None if ward is None or ward.is_training else ward  # type: ignore[attr-defined]


def _as_get(view: View) -> View:
    """What answers GET answers HEAD."""

    def got(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked, request.method = request.method, "GET"
        try:
            return view(request, *args, **kwargs)
        finally:
            request.method = asked

    return got


def _with_etag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The same for what is not kept: answers about no single ward, and long queries."""
    if response.status_code != 200 or response.has_header("ETag"):
        return response
    now = clock.now()
    body = bytes(response.content)
    etag = quote_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
    # Nobody knows when it last changed, so it carries no Last-Modified.
    return answer(request, Kept(body, response["Content-Type"], etag, int(now.timestamp())), MAX_AGE, now)


def _readable(response: HttpResponse, is_public: bool) -> HttpResponse:
    if is_public:
        for name, value in READABLE_ANYWHERE.items():
            response[name] = value
    return response


def _options(allowed: Sequence[str], is_public: bool) -> HttpResponse:
    response = HttpResponse(status=204)
    del response["Content-Type"]
    response["Allow"] = ", ".join(allowed)
    if is_public:
        response["Access-Control-Allow-Methods"] = "GET, HEAD"
        response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
        response["Access-Control-Max-Age"] = "86400"
    return _readable(response, is_public)


def _not_allowed(request: HttpRequest, allowed: Sequence[str]) -> HttpResponse:
    error = NotAllowed(
        "method_not_allowed",
        _("このアドレスでは、その操作はできません。"),
        _("使える操作は %(methods)s です。") % {"methods": ", ".join(allowed)},
    )
    error.headers = {"Allow": ", ".join(allowed)}
    return render_error(request, error)
