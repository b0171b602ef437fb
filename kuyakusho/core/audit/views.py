"""The auditors' pages: what happened in this ward, and whether the record of it is whole."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kuyakusho.core import access
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.http.limits import by_ward, rate_limited
from kuyakusho.core.http.request import Request

from . import queries, services
from .forms import FilterForm
from .models import AuditLine
from .sealing import seal
from .verifying import verify
from .words import words_for

ROLES = ("auditor", "administrator")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@access.staff(*ROLES)
@require_GET
def index(request: Request) -> HttpResponse:
    """The ward's lines, newest first, and the state of its chain."""
    form = FilterForm(request.GET or None)
    wanted = form.wanted() if form.is_bound else queries.Filter()
    before = request.GET.get("before", "")
    rows, older = queries.page(request.ward, wanted, int(before) if before.isdigit() else None)
    names = queries.names_of(request.ward, {row.actor for row in rows})
    chain, waiting = queries.state_of(request.ward)
    shown = [
        {
            "line": row,
            "words": words_for(row.action),
            "who": names.get(row.actor, row.actor),
            "facts": ", ".join(f"{key}={_plain(value)}" for key, value in row.facts.items()),
        }
        for row in rows
    ]
    context = {
        "form": form,
        "rows": shown,
        "older": older,
        "chain": chain,
        "waiting": waiting,
        "before": before,
    }
    return render(request, "audit/index.html", context)


@access.staff(*ROLES)
@require_GET
@rate_limited("20/minute", by=by_ward)
def as_csv(request: Request) -> HttpResponseBase:
    """The lines that fit as CSV, oldest first. That they were taken away is a line itself."""
    form = FilterForm(request.GET)
    found = queries.lines(request.ward, form.wanted()).order_by("id")
    services.record(
        ward=request.ward,
        actor=request.actor,
        action="audit.lines.exported",
        target=f"wards.ward:{request.ward.slug}",
        filter={key: value for key, value in request.GET.items() if value},
    )
    response = StreamingHttpResponse(
        _csv_rows(found.iterator(chunk_size=1000)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="audit-{request.ward.slug}.csv"'
    return response


@access.staff(*ROLES)
@require_POST
@rate_limited("6/minute", by=by_ward)
def check(request: Request) -> HttpResponse:
    """Seals what waits, walks the ward's whole chain, and says what was found."""
    seal()
    verdict = next(iter(verify(request.ward.slug)))
    services.record(
        ward=request.ward,
        actor=request.actor,
        action="audit.chain.checked",
        target=f"wards.ward:{request.ward.slug}",
        lines=verdict.lines,
        broken=verdict.broken.number if verdict.broken else None,
    )
    if verdict.broken:
        messages.error(
            request,
            _("連鎖は %(number)s 番で壊れています。") % {"number": verdict.broken.number},
        )
    else:
        messages.success(request, _("%(count)s 件すべてがつながっています。") % {"count": verdict.lines})
    return HttpResponseRedirect(reverse("audit:index"))


class _Echo:
    """Gives back what a csv writer writes."""

    def write(self, text: str) -> str:
        return text


def _csv_rows(lines: Iterator[AuditLine]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(("number", "at", "actor", "action", "target", "facts", "digest"))
    for line in lines:
        yield writer.writerow(
            [
                line.number or "",
                line.at.astimezone(JAPAN).isoformat(timespec="milliseconds"),
                *(_harmless(text) for text in (line.actor, line.action, line.target)),
                json.dumps(line.facts, ensure_ascii=False, sort_keys=True),
                line.digest,
            ]
        )


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
