"""Errors as a person or a program reads them: an HTML page or problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from kuyakusho.core.errors import KuyakushoError


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
    if request_id:
        body["instance"] = f"urn:kuyakusho:request:{request_id}"
    return body


def render_error(request: HttpRequest, error: KuyakushoError) -> HttpResponse:
    """Answers with the error in the form that the asker reads."""
    request_id = getattr(request, "id", "")
    if request.path.startswith("/api/") or request.headers.get("accept", "").startswith("application/json"):
        response: HttpResponse = JsonResponse(
            problem(error, request_id), status=error.status, content_type="application/problem+json"
        )
    else:
        html = render_to_string("ui/error.html", {"error": error, "request_id": request_id}, request=request)
        response = HttpResponse(html, status=error.status)
    add_never_cache_headers(response)
    return response
