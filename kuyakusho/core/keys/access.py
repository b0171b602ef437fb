"""The declaration of an address that a city's own systems use with a key.

    @machine_key("indicators:write")

stands where `@access.public` would stand. Afterwards `request.actor` is `Actor("key", <public id>)` and `request.key`
the row. Wrong, expired, revoked and missing keys, and keys of another ward, get the same 401; a key that is good but
lacks the scope gets 403. On an address of the API the key is looked at before the body is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja.security.base import AuthBase
from ninja.utils import contribute_operation_callback

from kuyakusho.core import access
from kuyakusho.core.access import Actor, Declaration
from kuyakusho.core.errors import KuyakushoError, Refused
from kuyakusho.core.http.limits import by_address, count

from . import queries, services
from .models import ApiKey

View = Callable[..., Any]  # also an operation of the API, which answers with data

REFUSED_LIMIT = "30/minute"  # from one source, keys that are none
USED_LIMIT = "120/minute"  # with one key, from wherever


class NotRecognised(KuyakushoError):
    """No key that works here. One answer for every reason."""

    status = 401
    headers = {"WWW-Authenticate": 'Bearer realm="kuyakusho"'}

    def __init__(self) -> None:
        super().__init__(
            "key_not_recognised",
            _("APIキーを確かめられませんでした。"),
            _("使えるキーを Authorization: Bearer … で送ってください。キーは区の管理者が作ります。"),
        )


class OutOfScope(Refused):
    """The key works, but is not for this."""

    headers = {"WWW-Authenticate": 'Bearer realm="kuyakusho", error="insufficient_scope"'}


class WardKey(AuthBase):
    """Looks at the key of a request. Where ninja asks, it is asked before the body and the parameters are read."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "An API key of the ward, made by its administrators at /<ward>/desk/keys/."

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiKey:
        """The key. Raises NotRecognised, OutOfScope or TooMany."""
        checked: ApiKey | None = getattr(request, "key", None)
        if checked is not None and self.scope in checked.scopes:
            return checked
        kind, _space, text = request.headers.get("Authorization", "").partition(" ")
        match = request.resolver_match
        slug = str(match.kwargs.get("ward", "")) if match else ""
        key = queries.recognised(text.strip(), slug) if kind.lower() == "bearer" else None
        if key is None:
            count(REFUSED_LIMIT, "keys.refused", by_address(request))
            raise NotRecognised
        count(USED_LIMIT, "keys.used", key.public_id)
        if self.scope not in key.scopes:
            raise OutOfScope(
                "key_out_of_scope",
                _("このAPIキーでは、この操作はできません。"),
                _("区の管理者に、この操作ができるキーを作ってもらってください。"),
            )
        services.note_used(key)
        request.key = key  # type: ignore[attr-defined]
        return key


def machine_key(scope: str) -> Callable[[View], View]:
    """Systems with a key of the ward in the address that has `scope`."""
    check = WardKey(scope)

    def declare(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.actor = Actor("key", check(request).public_id)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded = access.public(checked)
        guarded.access = Declaration("key", (scope,))  # type: ignore[attr-defined]
        contribute_operation_callback(guarded, lambda operation: operation._set_auth(check))
        return guarded

    return declare
