"""What the ward's front page answers in one glance. The page and its snapshot are made of the same facts.

Open now? what do I need to do? what is new? what in a disaster? What isn't built yet has no place here: how long the
wait is will stand first when counters run.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.opening import next_opening, openings, state_at
from kuyakusho.core.calendar.queries import hours_of
from kuyakusho.core.snapshots import services as snapshots
from kuyakusho.core.ui import formats
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.domains.policy.public.news import news

DAYS_AHEAD = 14


def opening(ward: Ward, now: datetime) -> dict[str, Any]:
    """Whether the office is open, until when, which counters, and when it opens next."""
    hours = hours_of(ward)
    state = state_at(hours, now)
    following = next_opening(hours, now)
    names = dict(Section.objects.filter(ward=ward, key__in=state.sections).values_list("key", "name"))
    partly = next((o for o in openings(hours, now) if o.sections), None)
    return {
        "kind": state.kind,
        "until": state.until,
        "counters": sorted(names.values()),
        "next": following.starts if following else None,
        "next_partly": partly.starts if partly and following and partly.starts < following.starts else None,
    }


def sentence(facts: dict[str, Any], now: datetime) -> str:
    """When it closes or opens next, in words."""
    if facts["until"] is not None:
        return _("%(time)sまで") % {"time": formats.clock_time(facts["until"])}
    if facts["next"] is None:
        return ""
    starts = facts["next"]
    today = now.astimezone(clock.JAPAN).date()
    day = starts.astimezone(clock.JAPAN).date()
    if day == today:
        return _("きょう%(time)sに開きます") % {"time": formats.clock_time(starts)}
    if (day - today).days == 1:
        return _("あす%(time)sに開きます") % {"time": formats.clock_time(starts)}
    return _("次は%(day)s %(time)sに開きます") % {
        "day": formats.short_day(day),
        "time": formats.clock_time(starts),
    }


def closing_soon(ward: Ward, now: datetime) -> list[Any]:
    """Days on which the office is closed by its own decision in the next two weeks."""
    today = now.astimezone(clock.JAPAN).date()
    return [
        day
        for day in ward.closing_days.filter(on__gte=today).order_by("on")[:20]
        if (day.on - today).days <= DAYS_AHEAD
    ]


def snapshot(ward: Ward, now: datetime) -> dict[str, Any]:
    """The home page's snapshot: `/api/v1/<ward>/home`."""
    facts = opening(ward, now)
    with translation.override("ja"):
        words = sentence(facts, now)
    return {
        "ward": ward.slug,
        "as_of": now.replace(microsecond=0, second=0).isoformat(),
        "open": facts["kind"],
        "is": {kind: facts["kind"] == kind for kind in ("open", "partly", "closed")},
        "until": facts["until"].isoformat() if facts["until"] else None,
        "next": facts["next"].isoformat() if facts["next"] else None,
        "words": words,
        "news": [
            {"day": row["day"].isoformat(), "title": str(row["title"]), "path": row["path"]}
            for row in news(ward)[:5]
        ],
    }


def refresh(ward: Ward) -> None:
    """Puts the snapshot. A minute's job calls it; the same bytes tell nobody."""
    if ward.is_training:
        return
    facts = snapshot(ward, clock.now())
    facts.pop("as_of")  # the front door says as of when; with it every minute would be a change
    body = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    snapshots.put(f"/api/v1/{ward.slug}/home", body, ward=ward, max_age=5, stale_after=300)
