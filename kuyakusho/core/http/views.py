"""Pages for what goes wrong, and probes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from kuyakusho.core import access
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing, Refused

from .problems import render_error


class Broken(KuyakushoError):
    """Our fault. Nothing about it is shown but the id of the request."""

    status = 500


class Malformed(KuyakushoError):
    """A request that no page can read."""

    status = 400


@access.machine
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@access.public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render_error(request, Missing())


@access.public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render_error(
        request, Refused("refused", _("この操作はできません。"), _("担当の課にご相談ください。"))
    )


@access.public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render_error(
        request,
        Malformed(
            "malformed",
            _("送られた内容を読み取れませんでした。"),
            _("前のページに戻って、もう一度お試しください。"),
        ),
    )


@access.public
def server_error(request: HttpRequest) -> HttpResponse:
    return render_error(
        request,
        Broken(
            "broken",
            _("申し訳ありません。区役所のシステムに不具合がありました。"),
            _("少し待ってからもう一度お試しください。続くときは、下の番号を添えて区役所にお知らせください。"),
        ),
    )


@access.public
def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    return render_error(
        request,
        Invalid(
            "form_expired",
            _("画面を開いてから時間がたったため、送信を受け付けられませんでした。"),
            _("前のページに戻って再読み込みし、もう一度お送りください。入力した内容は戻ると残っています。"),
        ),
    )
