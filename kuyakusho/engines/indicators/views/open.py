"""What everybody may read about an indicator."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.pages import public_page
from kuyakusho.core.http.request import Request
from kuyakusho.core.text.eras import fiscal_year_of, read_day

from .. import presenting, queries, wording
from ..models import Observation
from ..queries import Loaded

COLUMNS = (
    "indicator", "title", "unit", "fiscal_year", "period_from", "period_to", "value", "base", "low", "high",
    "as_of", "recorded_at", "source", "source_on", "is_latest",
)  # fmt: skip


@access.public
@public_page()
def index(request: Request) -> HttpResponse:
    """All indicators of the ward with the result of the latest year that has one."""
    year = queries.current_year()
    rows = [
        {"one": one, "shown": presenting.shown(one, latest_year(one, year))}
        for one in queries.load(request.ward)
    ]
    return render(request, "indicators/index.html", {"rows": rows})


@access.public
@public_page(parameters=("on",))
def page(request: Request, key: str) -> HttpResponse:
    """One indicator: result, plot, table, where the figures come from. `?on=2023-09-30` asks what was known then."""
    on = _asked_day(request)
    loaded = queries.load_one(request.ward, key, at=_end_of(on) if on else None)
    if loaded is None:
        raise Missing
    year = latest_year(loaded, fiscal_year_of(on or clock.today()))
    latest = loaded.latest
    return render(
        request,
        "indicators/page.html",
        {
            "one": loaded,
            "on": on,
            "asked": request.GET.get("on", ""),
            "now": presenting.shown(loaded, year),
            "sentence": presenting.sentence(loaded, year),
            "years": [presenting.shown(loaded, each) for each in reversed(loaded.years)],
            "points": presenting.points(loaded, last=8),
            "plot_kind": "bar" if loaded.cumulates else "line",
            "origin": presenting.origin(loaded, latest),
            "latest": latest,
            "direction": wording.direction_label(loaded.indicator.direction),
            "accumulation": wording.accumulation_label(loaded.indicator.accumulation),
            "baseline": presenting.written(loaded, loaded.indicator.baseline),
            "corrections": _corrections(loaded) if on is None else [],
            "crumbs": [(_("指標"), reverse("indicators:index")), (loaded.title, "")],
        },
    )


@access.public
@public_page()
def data(request: Request, key: str) -> HttpResponse:
    """Every observation of the indicator, corrected ones too, as CSV. No names, no reasons: those are the staff's."""
    loaded = queries.load_one(request.ward, key)
    if loaded is None:
        raise Missing
    indicator = loaded.indicator
    observations = queries.history(indicator, limit=100_000)
    replaced = queries.corrected(observations)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in reversed(observations):
        writer.writerow(
            [
                indicator.key,
                plain(indicator.title),
                plain(indicator.unit),
                row.fiscal_year,
                row.period_from.isoformat(),
                (row.period_until - timedelta(days=1)).isoformat(),
                f"{row.value.normalize():f}",
                "" if row.base is None else row.base,
                "" if row.low is None else f"{row.low.normalize():f}",
                "" if row.high is None else f"{row.high.normalize():f}",
                row.as_of.astimezone(JAPAN).isoformat(timespec="seconds"),
                row.recorded_at.astimezone(JAPAN).isoformat(timespec="seconds"),
                plain(row.source),
                row.source_on.isoformat() if row.source_on else "",
                "false" if row.pk in replaced else "true",
            ]
        )
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{request.ward.slug}-{indicator.key}.csv"'
    return response


def plain(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: an apostrophe before signs that begin one."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠") else text


def latest_year(loaded: Loaded, year: int) -> int:
    """The latest fiscal year up to `year` with a value; without any, the latest with a target, else `year`."""
    measured = {seen.period.fiscal_year for seen in loaded.known}
    for years in (measured, loaded.goals.keys()):
        past = [each for each in years if each <= year]
        if past:
            return max(past)
    return year


def _corrections(loaded: Loaded) -> list[dict[str, object]]:
    """What was corrected: the period, the value before and after, and when."""
    observations = queries.history(loaded.indicator)
    replaced = queries.corrected(observations)
    found = []
    later: dict[tuple[date, date], Observation] = {}
    for row in observations:  # newest first
        period = (row.period_from, row.period_until)
        after = later.get(period)
        if row.pk in replaced and after is not None and after.value != row.value:
            found.append(
                {
                    "at": after.recorded_at,
                    "period": presenting.between(row.period_from, row.period_until - timedelta(days=1)),
                    "before": presenting.written(loaded, row.value),
                    "after": presenting.written(loaded, after.value),
                }
            )
        later[period] = row
    return found


def _asked_day(request: Request) -> date | None:
    day = read_day(request.GET.get("on", "")[:40])
    return day if day and day < clock.today() else None


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), JAPAN).astimezone(UTC) - timedelta(
        microseconds=1
    )
