"""Live figures of the policy itself."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators
from kuyakusho.engines.indicators.public import Measured, Period, share

from ..models import Evaluation, Initiative, Join, Plan
from ..rules.transitions import JOINED
from . import rules
from .access import EVALUATED_KINDS, initiatives_of
from .city_forms import form_of


def evaluated_share(ward: Ward, period: Period) -> Measured:
    """Of the evaluations that fell due in the period, those that are approved.

    The mid-year of a fiscal year falls due in that year, its year-end in the spring of the next.
    """
    due = hits = 0
    for plan in Plan.objects.filter(ward=ward, kind__in=EVALUATED_KINDS):
        form = form_of(ward.style, plan.fiscal_year)
        for phase in rules.PHASES:
            if not period.from_on <= form.due_on(phase, plan.fiscal_year) < period.until_on:
                continue
            running = initiatives_of(plan)
            approved = Evaluation.objects.filter(
                plan=plan, phase=phase, state="approved", initiative=OuterRef("pk")
            )
            due += running.count()
            hits += running.filter(Exists(approved)).count()
    return share(hits, due, counted="evaluations due in the period")


def joined_share(ward: Ward, period: Period) -> Measured:
    """Of the initiatives of the year's policy, those joined to a part of the published text."""
    found = _policy(ward, period)
    if found is None or not found.nodes.exists():
        return Measured(None, clock.now())
    joined = Join.objects.filter(node__plan=found, state__in=JOINED, initiative=OuterRef("pk"))
    running = initiatives_of(found)
    return share(running.filter(Exists(joined)).count(), running.count(), plan=found.public_id)


def measured_share(ward: Ward, period: Period) -> Measured:
    """Of all indicators, those whose newest value is within its freshness limit."""
    loaded = indicators.load(ward)
    fresh = sum(one.latest is not None and not one.is_stale for one in loaded)
    return share(fresh, len(loaded), counted="indicators")


def english_share(ward: Ward, period: Period) -> Measured:
    """Of the initiatives that run in the year, those with title and summary in English."""
    year = period.fiscal_year
    running = Initiative.objects.filter(ward=ward, first_year__lte=year).exclude(last_year__lt=year)
    readable = running.exclude(title_en="").exclude(summary_en="")
    return share(readable.count(), running.count(), counted="initiatives")


def _policy(ward: Ward, period: Period) -> Plan | None:
    return Plan.objects.filter(ward=ward, key="policy", fiscal_year=period.fiscal_year).first()


def register_sources() -> None:
    """Called once, at start-up."""
    for name, function, replays, description in (
        (
            "policy.evaluated_share",
            evaluated_share,
            True,
            _("期限の来た振り返りのうち、課長が承認したものの割合を数えます。"),
        ),
        (
            "policy.joined_share",
            joined_share,
            True,
            _("取組のうち、公表した文章と結び付いたものの割合を数えます。"),
        ),
        (
            "policy.measured_share",
            measured_share,
            False,
            _("指標のうち、決めた日数より新しい値があるものの割合を数えます。"),
        ),
        (
            "wards.languages_share",
            english_share,
            True,
            _("取組のうち、題名と説明を英語でも読めるものの割合を数えます。"),
        ),
    ):
        indicators.register_source(name, function, "%", description, replays=replays)
