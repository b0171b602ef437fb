"""The administrators' pages: the ward's keys, a new one, the end of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kuyakusho.core import access
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import KuyakushoError
from kuyakusho.core.http.limits import by_ward, rate_limited
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal

from . import rules, scopes, services
from .forms import KeyForm
from .models import ApiKey

ROLES = ("administrator",)


@access.staff(*ROLES)
@require_GET
def index(request: Request) -> HttpResponse:
    """The keys of this ward, newest first; those that no longer work stay in the list."""
    rows = [_row(key) for key in access.scope(ApiKey.objects.all(), request)]
    return render(
        request,
        "keys/index.html",
        {"working": [row for row in rows if row["works"]], "over": [row for row in rows if not row["works"]]},
    )


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
@rate_limited("30/hour", by=by_ward, methods=("POST",))
def make(request: Request) -> HttpResponse:
    """A form; sent, it shows the new key, once."""
    form = KeyForm(request.POST or None)
    if form.is_valid():
        try:
            key, text = services.issue(
                request.ward,
                name=form.cleaned_data["name"],
                allowed=form.cleaned_data["scopes"],
                expires_on=form.cleaned_data["expires_on"],
                actor=request.actor,
                form=request.POST.get("idempotency_key", "")[:64],
            )
        except KuyakushoError as refusal:
            take_refusal(form, refusal)
        else:
            crumbs = [(_("APIキー"), reverse("keys:index")), (key.name, "")]
            return render(
                request, "keys/made.html", {"row": _row(key), "text": text, "crumbs": crumbs}, status=201
            )
    crumbs = [(_("APIキー"), reverse("keys:index")), (_("新しく作る"), "")]
    return render(
        request, "keys/make.html", {"form": form, "crumbs": crumbs}, status=422 if form.errors else 200
    )


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def revoke(request: Request, public_id: str) -> HttpResponse:
    """Asks, then ends a key at once."""
    key = access.find(access.scope(ApiKey.objects.select_related("ward"), request), public_id=public_id)
    if request.method == "POST":
        if services.revoke(key, actor=request.actor):
            messages.success(request, _("「%(name)s」を止めました。") % {"name": key.name})
        else:
            messages.info(request, _("「%(name)s」は、もう止まっています。") % {"name": key.name})
        return HttpResponseRedirect(reverse("keys:index"))
    crumbs = [(_("APIキー"), reverse("keys:index")), (key.name, "")]
    points = [
        _("このキーを使うシステムは、すぐに書き込めなくなります。"),
        _("これまでに送られた値は残ります。"),
    ]
    return render(request, "keys/revoke.html", {"row": _row(key), "points": points, "crumbs": crumbs})


def _row(key: ApiKey) -> dict[str, Any]:
    today = clock.today()
    state = rules.state(key.expires_on, key.revoked_at, today)
    kind, label = {
        rules.ACTIVE: ("good", _("使えます")),
        rules.ENDING: ("warn", _("まもなく期限です")),
        rules.EXPIRED: ("none", _("期限が過ぎました")),
        rules.REVOKED: ("none", _("止めました")),
    }[state]
    return {
        "key": key,
        "works": rules.works(key.expires_on, key.revoked_at, today),
        "kind": kind,
        "label": label,
        "can": "、".join(scopes.words_of(name) for name in key.scopes),
    }
