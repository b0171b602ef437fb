"""What the tests of the API find in the wards: something of everything that can be asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.calendar import clock
from kuyakusho.core.keys import services as keys
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import Edition
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.domains.policy.tests.factories import make_node, make_plan
from kuyakusho.engines.indicators import public as indicators

ACTOR = Actor.system("test")
LIVE = "contract.live"
FIRST_AT = datetime(2023, 5, 10, 1, 0, tzinfo=UTC)
SECOND_AT = datetime(2023, 9, 1, 1, 0, tzinfo=UTC)


# What addresses call the things that `furnish` makes.
NAMES = {"ward": "yokohama-nishi", "key": "screening", "edition": "edition234", "node": "part234567"}


def furnish(ward: Ward) -> str:
    """A published policy, an indicator with a corrected figure, one that a service counts; gives back an API key."""
    plan = make_plan(ward)
    make_node(plan, "見守り", code="1-(1)", public_id=NAMES["node"])
    edition = publish(plan, stage="draft", note="", actor=ACTOR, revision=plan.revision)
    Edition.objects.filter(pk=edition.pk).update(public_id=NAMES["edition"])
    spec = {"goals": {2022: indicators.Goal(Decimal(60))}, "baseline": Decimal(50)}
    screened, _ = indicators.define(
        ward, indicators.Spec("screening", "健診を受けた人の割合", "%", "file", **spec), actor=ACTOR
    )
    if indicators.source_of(LIVE) is None:
        indicators.register_source(
            LIVE, lambda ward, period: indicators.Measured(Decimal(3), clock.now(), 3), "件", "受け付けた数"
        )
    indicators.define(ward, indicators.Spec("received", "受け付けた数", "件", LIVE), actor=ACTOR)
    for at, value in ((FIRST_AT, "41.5"), (SECOND_AT, "62.25")):
        with clock.frozen(at):
            indicators.type_in(screened, figure(value), actor=ACTOR)
    _key, text = keys.issue(
        ward, name="健診システム", allowed=["indicators:write"], expires_on=clock.today(), actor=ACTOR
    )
    return text


def figure(value: str) -> indicators.Entry:
    return indicators.Entry(
        date(2022, 4, 1), date(2023, 4, 1), Decimal(value), "健診の報告", date(2023, 5, 1), "見直し", base=200
    )
