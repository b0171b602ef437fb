"""Handing a stored file to somebody who may have it; whether they may is the room's to decide before."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from .models import StoredFile
from .rules import PICTURES
from .services import content_of

INLINE = {"application/pdf", *(f"image/{kind}".replace("jpg", "jpeg") for kind in PICTURES)}
POLICY = "default-src 'none'; img-src 'self'; sandbox"


def download(stored: StoredFile, *, inline: bool = False) -> HttpResponse:
    """The file as a response. `inline` shows pictures and PDF in the browser; anything else is always saved.

    It can run nothing: its own policy puts it into a sandbox, its media type is the one that was found in its bytes,
    and browsers are told not to guess another. Raises Missing when the content is gone.
    """
    shows = inline and stored.media_type in INLINE
    response = HttpResponse(content_of(stored), content_type=stored.media_type)
    header = content_disposition_header(not shows, stored.name)
    if header:
        response["Content-Disposition"] = header
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "private, no-store"
    return response
