"""The ward's style sheet, the statement on accessibility, and the living style page."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control

from kuyakusho.core import access
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.pages import public_page
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.variants import DEFAULT, VARIANTS

from . import style as samples
from .theme import DEFAULT_COLOURS, theme_of

A_YEAR, FIVE_MINUTES = 365 * 24 * 3600, 300


@access.public
def theme(request: Request) -> HttpResponse:
    """The ward's colours. With the digest of the colours in the address it can be kept for a year."""
    found = theme_of(request.ward.colours or DEFAULT_COLOURS)
    tag = f'"{found.digest}"'
    asked = request.META.get("HTTP_IF_NONE_MATCH", "")
    response: HttpResponse
    if tag in asked:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(found.stylesheet(), content_type="text/css; charset=utf-8")
    response["ETag"] = tag
    if request.GET.get("v") == found.digest:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response


@access.public
@public_page(max_age=FIVE_MINUTES)
def accessibility(request: Request) -> HttpResponse:
    """What the pages promise to everybody, how it is tested, and where to say that something is in the way."""
    return render(request, "ui/accessibility.html")


@access.public
@public_page(max_age=FIVE_MINUTES)
def style(request: Request, variant: str = DEFAULT.segment) -> HttpResponse:
    """Every component in every state. In Japanese, plain Japanese, Japanese with readings and English."""
    if variant not in samples.VARIANTS:
        raise Missing
    request.variant = VARIANTS[variant]
    request.variant_addresses = samples.addresses()
    with translation.override(request.variant.language):
        return render(request, "ui/style/index.html", samples.context())
