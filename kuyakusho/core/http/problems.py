"""Errors as a person or a program reads them: an HTML page or problem details (RFC 9457)."""

from __future__ import annotations

import html
import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from kuyakusho.core.errors import KuyakushoError, TooMany

log = logging.getLogger("kuyakusho.errors")


def problem(error: KuyakushoError, request_id: str = "") -> dict[str, Any]:
    """The error as problem details. `type` is a stable code, `detail` says what happened and what to do."""
    body: dict[str, Any] = {
        "type": f"urn:kuyakusho:error:{error.code}",
        "title": str(error.sentence),
        "status": error.status,
    }
    if error.next_step:
        body["detail"] = str(error.next_step)
    if error.fields:
        body["fields"] = {name: str(sentence) for name, sentence in error.fields.items()}
    if isinstance(error, TooMany):
        body["retry_after_seconds"] = error.retry_after_seconds
    if request_id:
        body["instance"] = f"urn:kuyakusho:request:{request_id}"
    return body


def render_error(request: HttpRequest, error: KuyakushoError) -> HttpResponse:
    """Answers with the error in the form that the asker reads."""
    request_id = getattr(request, "id", "")
    if wants_json(request):
        response = HttpResponse(
            json.dumps(problem(error, request_id), ensure_ascii=False),
            status=error.status,
            content_type="application/problem+json",
        )
    else:
        response = HttpResponse(_page(request, error, request_id), status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    add_never_cache_headers(response)
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: an address of the API, or JSON asked for and HTML not."""
    if request.path.startswith("/api/"):
        return True
    accept = request.META.get("HTTP_ACCEPT", "")
    return "json" in accept and "text/html" not in accept


def _page(request: HttpRequest, error: KuyakushoError, request_id: str) -> str:
    try:
        return render_to_string("ui/error.html", {"error": error, "request_id": request_id}, request=request)
    except Exception as fault:  # whatever broke the page may break this one too; then it is shown bare
        log.error("the error page is broken", exc_info=fault)
        sentence, step = html.escape(str(error.sentence)), html.escape(str(error.next_step))
        return (
            f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>{error.status}</title>'
            f"<h1>{sentence}</h1><p>{step}</p><p>{html.escape(request_id)}</p></html>"
        )
