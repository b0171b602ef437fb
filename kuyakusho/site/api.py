"""The HTTP API: `/api/v1/…`. Each room brings a router in its `rest.py`; errors are problem details.

The description is kept in `docs/api/openapi.json`; a test compares it, so that a change of the API shows as a
difference in a review; `scripts/api` writes it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from kuyakusho.core import access
from kuyakusho.core.access import declaration_of
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing
from kuyakusho.core.http.api import address, nothing
from kuyakusho.core.http.problems import render_error
from kuyakusho.core.wards.rest import router as wards
from kuyakusho.domains.policy.rest import router as policy
from kuyakusho.engines.indicators.rest import router as indicators

from .rest import router as site

View = Callable[..., HttpResponse]


class Readable(JSONRenderer):
    """Japanese as Japanese: half the bytes, and a person can read it."""

    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="Kuyakusho",
    version="1",
    description="区役所の公開データ。誰でも読めます。書き込みには区のAPIキーが要ります。Errors are problem details "
    "(RFC 9457). docs/api/README.md explains keys, limits and validators.",
    urls_namespace="api",
    renderer=Readable(),
    docs_url=None,
    openapi_url=None,  # `description` below serves it, declared like every other address
)


for router in (site, wards, policy, indicators):
    api.add_router("", router)


@api.exception_handler(KuyakushoError)
def refused(request: HttpRequest, error: KuyakushoError) -> HttpResponse:
    return render_error(request, error)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, Any] = {".".join(map(str, one["loc"][1:])): one["msg"] for one in error.errors}
    return render_error(
        request,
        Invalid(
            "invalid",
            _("読み取れない値があります。"),
            _("fields の説明に従って直してください。"),
            fields=fields,
        ),
    )


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 404:
        return render_error(request, Missing())
    return render_error(request, Invalid("malformed", _("要求を読み取れませんでした。"), str(error)))


def described() -> dict[str, Any]:
    """The API as OpenAPI 3.1."""
    schema = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:  # ninja documents one media type for everything
                    response["content"] = {
                        "application/problem+json": response["content"]["application/json"]
                    }
    return schema


@access.public
def description(request: HttpRequest) -> HttpResponse:
    """The description of this API (OpenAPI 3.1)."""
    return JsonResponse(described(), json_dumps_params={"ensure_ascii": False})


def addresses() -> list[URLPattern]:
    """The addresses below `/api/v1/`: the rooms' operations, the description, and the answer to all others."""
    patterns = [path("openapi.json", address(description, ["GET"], is_public=True), name="openapi")]
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = _surrounded(pattern.callback)
            patterns.append(pattern)
    everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [*patterns, re_path("", address(nothing, everything, is_public=True), name="nothing")]


def _surrounded(view: View) -> View:
    operations = operations_of(view)
    gets = [operation for operation in operations if "GET" in operation.methods]
    surrounded = address(
        view,
        [method for operation in operations for method in operation.methods],
        is_public=bool(gets) and all(_is_public(operation) for operation in gets),
        parameters=[name for operation in gets for name in _parameters(operation)],
    )
    surrounded.operations = operations  # type: ignore[attr-defined]  # the test of declarations reads them
    return surrounded


def operations_of(view: View) -> list[Operation]:
    """The operations behind an address: ninja keeps them in the view's closure."""
    for cell in getattr(view, "__closure__", None) or ():
        found = getattr(cell.cell_contents, "operations", None)
        if isinstance(found, list):
            return found
    raise ValueError(f"{view} is no address of the API")


def _is_public(operation: Operation) -> bool:
    declaration = declaration_of(operation.view_func)
    return declaration is not None and declaration.kind == "public"


def _parameters(operation: Operation) -> list[str]:
    """The names of the query parameters that it reads."""
    return [
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    ]
