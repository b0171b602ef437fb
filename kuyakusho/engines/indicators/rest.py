"""Indicators over HTTP: what they are, how they stand, where every value comes from; and figures from other systems."""

# Without `from __future__ import annotations`: ninja looks for names of types where the declaration is written.
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from kuyakusho.core import access
from kuyakusho.core.errors import Invalid, Missing
from kuyakusho.core.http.rest import KEY_PROBLEMS, PROBLEMS, Body, Day, Line, Moment, Number, Plain, ward_of
from kuyakusho.core.keys.access import machine_key
from kuyakusho.core.keys.services import once

from . import queries, wording
from .models import Indicator, Observation
from .queries import Loaded
from .rules import fiscal_year_of
from .services import Entry, receive
from .views.open import latest_year

router = Router(tags=["indicators"])

# Kept with a figure where the system gave no reason; the same words always, so that sending again changes nothing.
NO_NOTE = "API"
# How a body calls what the service calls otherwise.
FIELDS = {"from_on": "period_from", "until_on": "period_until"}


class TargetOut(Schema):
    """What shall be reached in a fiscal year: `value`, or `low` and `high` of a range."""

    fiscal_year: int
    value: Plain | None
    low: Plain | None
    high: Plain | None


class ResultOut(Schema):
    """How a fiscal year stands. `result`: met, missed, undecidable or not_measured; never a zero for nothing.

    `reason` says why it can't be decided: interval, few_cases, base_unknown, no_target, gap. `value` is what was
    compared with the target: of the year, or, of a cumulative indicator, what was reached up to it. `progress`: per cent
    of the way from the baseline to the target.
    """

    fiscal_year: int
    result: Literal["met", "missed", "undecidable", "not_measured"]
    reason: Literal["", "interval", "few_cases", "base_unknown", "no_target", "gap"]
    label: str
    value: Plain | None
    low: Plain | None
    high: Plain | None
    base: int | None
    progress: Plain | None
    is_provisional: bool
    is_stale: bool


class LineageOut(Schema):
    """Where a value comes from. `way`: service (a running service counted it), typed, file or api."""

    way: Literal["service", "typed", "file", "api", ""]
    source: str
    description: str
    source_on: date | None
    facts: dict[str, Any]


class ObservationOut(Schema):
    """A value over a period: from `period_from` up to, and without, `period_until`.

    `as_of` is the state that was counted, `recorded_at` when it became known here. `is_replaced`: a later one of the
    same period corrected it.
    """

    period_from: date
    period_until: date
    fiscal_year: int
    value: Plain
    base: int | None
    low: Plain | None
    high: Plain | None
    as_of: datetime
    recorded_at: datetime
    is_replaced: bool
    is_demo: bool
    lineage: LineageOut


class IndicatorOut(Schema):
    """What is counted or measured. `is_live`: a running service counts it, and nothing can be sent from outside.

    `latest` is the newest fiscal year with a value.
    """

    key: str
    title: str
    title_en: str
    unit: str
    unit_en: str
    decimals: int
    direction: Literal["up", "down", "range"]
    accumulation: Literal["yearly", "cumulative"]
    is_live: bool
    is_demo: bool
    latest: ResultOut | None


class IndicatorDetail(IndicatorOut):
    """An indicator with its definition of today, its targets, and its values as known at the moment that was asked."""

    baseline: Plain | None
    baseline_on: date | None
    minimum_base: int
    freshness_days: int
    method: str
    how: str
    rule: str
    about: list[str]
    at: datetime | None
    targets: list[TargetOut]
    results: list[ResultOut]
    observations: list[ObservationOut]


class ObservationIn(Body):
    """A figure for a period: from `period_from` up to, and without, `period_until`.

    `base` is the number of cases that it rests on, `low` and `high` the ends of its interval where cases were drawn
    at random. `source` names the statistic or publication, `source_on` its date: both are public. `note` is for the
    ward's staff only; no personal data.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "period_from": "2025-04-01",
                "period_until": "2026-04-01",
                "value": "64.5",
                "base": 1200,
                "source": "健診システム",
                "source_on": "2026-05-01",
            }
        }
    )

    period_from: Day
    period_until: Day
    value: Number
    source: Line = Field(min_length=1, max_length=200)
    source_on: Day
    base: int | None = Field(None, ge=0, lt=2**63)
    low: Number | None = None
    high: Number | None = None
    note: Line = Field("", max_length=400)


@router.get("/{slug:ward}/indicators", response={200: list[IndicatorOut], **PROBLEMS}, summary="指標の一覧")
@access.public
def indicators(request: HttpRequest, ward: str) -> list[dict[str, Any]]:
    """Every indicator of the ward with its newest result."""
    return [indicator_out(one) for one in queries.load(ward_of(ward))]


@router.get(
    "/{slug:ward}/indicators/{slug:key}",
    response={200: IndicatorDetail, **PROBLEMS},
    summary="指標の値と根拠",
)
@access.public
def indicator(
    request: HttpRequest,
    ward: str,
    key: str,
    at: Moment | None = Query(None, description="この時点で知られていた値。省くと今"),
) -> dict[str, Any]:
    """Definition, targets, results by year, and the 200 newest observations, corrected ones included."""
    loaded = queries.load_one(ward_of(ward), key, at=at)
    if loaded is None:
        raise Missing("indicator_missing")
    one = loaded.indicator
    observations = queries.history(one, at=at)
    replaced = queries.corrected(observations)
    names = ("baseline", "baseline_on", "minimum_base", "freshness_days", "method", "how", "rule", "about")
    return {
        **indicator_out(loaded),
        **{name: getattr(one, name) for name in names},
        "at": at,
        "targets": [
            {"fiscal_year": year, "value": goal.value, "low": goal.low, "high": goal.high}
            for year, goal in sorted(loaded.goals.items())
        ],
        "results": [result_out(loaded, year) for year in loaded.years],
        "observations": [observation_out(row, row.pk in replaced) for row in observations],
    }


@router.post(
    "/{slug:ward}/indicators/{slug:key}/observations",
    response={200: ObservationOut, 201: ObservationOut, **KEY_PROBLEMS},
    summary="指標の値を送る",
)
@machine_key("indicators:write")
def add_observation(
    request: HttpRequest,
    response: HttpResponse,
    ward: str,
    key: str,
    body: ObservationIn,
    idempotency_key: str | None = Header(
        None,
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="同じ値で同じ内容をもう一度送ると、最初の答えがそのまま返ります（48時間）",
    ),
) -> Status[Any]:
    """Adds a figure made elsewhere: 201 when it is new, 200 when the same was sent before. Corrections are added too:
    send the period again with the right value."""
    found = Indicator.objects.filter(ward=ward_of(ward), key=key).select_related("ward").first()
    if found is None:
        raise Missing("indicator_missing")
    made: list[bool] = []

    def add() -> dict[str, Any]:
        row, is_new = _received(found, body, request)
        made.append(is_new)
        return ObservationOut.model_validate(observation_out(row, False)).model_dump(mode="json")

    if idempotency_key is None:
        answer, is_repeat = add(), False
    else:
        content = json.dumps([request.path, body.model_dump(mode="json")], sort_keys=True)
        answer, is_repeat = once(request.key, idempotency_key, content, add)  # type: ignore[attr-defined]
    if is_repeat:
        response["Idempotent-Replayed"] = "true"
    return Status(201 if made == [True] else 200, answer)


def _received(indicator: Indicator, body: ObservationIn, request: HttpRequest) -> tuple[Observation, bool]:
    entry = Entry(
        from_on=body.period_from,
        until_on=body.period_until,
        value=body.value,
        source=body.source,
        source_on=body.source_on,
        note=body.note.strip() or NO_NOTE,
        base=body.base,
        low=body.low,
        high=body.high,
    )
    try:
        return receive(indicator, entry, actor=request.actor)  # type: ignore[attr-defined]
    except Invalid as fault:
        fault.fields = {FIELDS.get(name, name): sentence for name, sentence in fault.fields.items()}
        raise


def indicator_out(loaded: Loaded) -> dict[str, Any]:
    """What the list shows of one."""
    one = loaded.indicator
    names = (
        "key",
        "title",
        "title_en",
        "unit",
        "unit_en",
        "decimals",
        "direction",
        "accumulation",
        "is_demo",
    )
    year = latest_year(loaded, fiscal_year_of(loaded.on))
    return {
        **{name: getattr(one, name) for name in names},
        "is_live": loaded.is_live,
        "latest": result_out(loaded, year) if loaded.known else None,
    }


def result_out(loaded: Loaded, fiscal_year: int) -> dict[str, Any]:
    """The result of a year."""
    judged = loaded.judged(fiscal_year)
    figure, progress = judged.graded, loaded.progress(fiscal_year)
    return {
        "fiscal_year": fiscal_year,
        "result": judged.result,
        "reason": judged.reason,
        "label": wording.result_label(judged),
        "value": figure.value if figure else None,
        "low": figure.low if figure else None,
        "high": figure.high if figure else None,
        "base": figure.base if figure else None,
        "progress": None if progress is None else round(Decimal(progress), 1),
        "is_provisional": judged.is_provisional,
        "is_stale": judged.is_stale,
    }


def observation_out(row: Observation, is_replaced: bool) -> dict[str, Any]:
    """An observation as everybody may see it: without who recorded it and why."""
    lineage = queries.lineage_of(row)
    names = ("period_from", "period_until", "fiscal_year", "value", "base", "low", "high", "is_demo")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        **{name: getattr(row, name).astimezone(UTC) for name in ("as_of", "recorded_at")},
        "is_replaced": is_replaced,
        "lineage": {
            "way": "service" if lineage["is_live"] else lineage["way"],
            "source": lineage["source"],
            "description": str(lineage["description"]),
            "source_on": lineage["source_on"],
            "facts": lineage["facts"],
        },
    }
