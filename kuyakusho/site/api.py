"""The HTTP API: `/api/v1/…`. Each room brings a router in its `rest.py`; errors are problem details.

The description is kept in `docs/api/openapi.json`; a test compares it, so that a change of the API shows as a
difference in a review; `scripts/api` writes it anew.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from kuyakusho.core import access
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing
from kuyakusho.core.http.problems import render_error
from kuyakusho.core.wards.rest import router as wards
from kuyakusho.domains.policy.rest import router as policy

from .rest import router as site

api = NinjaAPI(
    title="Kuyakusho",
    version="1",
    description="区役所の公開データ。誰でも読めます。Errors are problem details (RFC 9457).",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,  # `description` below serves it, declared like every other address
)


for router in (site, wards, policy):
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
    response = JsonResponse(described(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    return response


def addresses() -> list[URLPattern | URLResolver]:
    """The addresses below `/api/v1/`: the rooms' operations and the description."""
    operations = [one for one in api.urls[0] if getattr(one, "name", None) != "api-root"]
    return [path("openapi.json", description, name="openapi"), *operations]
