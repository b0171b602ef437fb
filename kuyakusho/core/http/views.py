"""Pages for what goes wrong."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from kuyakusho.core import access
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing, Refused, TooLarge

from .problems import render_error

AWAY_SECONDS = 10


class Broken(KuyakushoError):
    """Our fault. Nothing about it is shown but the id of the request."""

    status = 500


class Away(KuyakushoError):
    """The database can't be reached; it will be back."""

    status = 503


class Malformed(KuyakushoError):
    """A request that no page can read."""

    status = 400


class NotAllowed(KuyakushoError):
    """The address exists, but not for this method."""

    status = 405


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
    if isinstance(exception, RequestDataTooBig):
        return render_error(
            request,
            TooLarge(
                "too_large",
                _("送られた内容が大きすぎるため、受け付けられませんでした。"),
                _("文章を短くするか、ファイルを小さくして、もう一度お試しください。"),
            ),
        )
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
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = render_error(
            request,
            Away(
                "away",
                _("ただいま区役所のシステムにつながりません。"),
                _("少し待ってから、もう一度お試しください。お急ぎのときは区役所にお電話ください。"),
            ),
        )
        response["Retry-After"] = str(AWAY_SECONDS)
        return response
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


def not_allowed(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """A page for an answer that only says 405; the methods that are allowed are handed on."""
    response = render_error(
        request,
        NotAllowed(
            "method_not_allowed",
            _("このページでは、その操作はできません。"),
            _("区のトップページから、もう一度お進みください。"),
        ),
    )
    response["Allow"] = answer.headers.get("Allow", "")
    return response
