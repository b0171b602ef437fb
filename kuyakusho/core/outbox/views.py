"""The administrators' page: what could not be sent and why, to be tried again or taken back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kuyakusho.core import access
from kuyakusho.core.http.request import Request

from . import queries, services

PER_PAGE = 50


@access.staff("administrator")
@require_GET
def index(request: Request) -> HttpResponse:
    """What is stuck, what is tried again, what is held, what waits."""
    counts = queries.counts(request.ward)
    kind = request.GET.get("kind", "")
    if kind not in queries.KINDS:
        kind = "held" if request.ward.is_training else "given_up"
    names = {
        "given_up": _("送れなかったもの"),
        "trying": _("やり直しているもの"),
        "held": _("練習用に止めたもの"),
        "waiting": _("これから送るもの"),
    }
    tabs = [
        {"title": names[k], "href": f"?kind={k}", "count": counts[k], "current": k == kind}
        for k in queries.KINDS
        if k != "held" or request.ward.is_training
    ]
    page = Paginator(queries.of_kind(request.ward, kind), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs,
        "kind": kind,
        "page": page,
        "rows": [queries.shown(entry) for entry in page.object_list],
        "faults": queries.faults(request.ward),
        "sent": queries.sent_lately(request.ward),
    }
    return render(request, "outbox/index.html", context)


@access.staff("administrator")
@require_POST
def retry(request: Request, public_id: str) -> HttpResponse:
    """Puts one back into the queue."""
    services.retry(ward=request.ward, public_id=public_id, actor=request.actor)
    messages.success(request, _("もう一度送ります。"))
    return HttpResponseRedirect(reverse("outbox:index"))


@access.staff("administrator")
@require_POST
def cancel(request: Request, public_id: str) -> HttpResponse:
    """Takes one out of the queue for good."""
    services.cancel(ward=request.ward, public_id=public_id, actor=request.actor)
    messages.success(request, _("取り消しました。"))
    return HttpResponseRedirect(reverse("outbox:index"))
