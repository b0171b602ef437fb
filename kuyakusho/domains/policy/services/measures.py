"""Which indicators tell how an initiative is doing."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.errors import Invalid, Missing
from kuyakusho.engines.indicators import public as indicators

from ..models import Initiative, InitiativeIndicator
from .revisions import grown_with

HEAVIEST = Decimal(1000)


@transaction.atomic
def attach(initiative: Initiative, key: str, *, weight: Decimal = Decimal(1), actor: Actor) -> None:
    """Attaches an indicator of the same ward, or gives an attached one another weight (0: shown, not counted)."""
    if not (weight.is_finite() and 0 <= weight <= HEAVIEST):
        raise Invalid(
            "policy.weight-wrong",
            _("重みは0から1000までの数で入れてください。"),
            fields={"weight": _("0から1000までの数で入れてください。")},
        )
    indicator = indicators.Indicator.objects.filter(ward=initiative.ward_id, key=key).first()
    if indicator is None:
        raise Missing("policy.indicator-missing", _("この指標は、この区にはありません。"))
    _hold(initiative)
    link, created = InitiativeIndicator.objects.get_or_create(
        initiative=initiative, indicator=indicator, defaults={"weight": weight}
    )
    if not created and link.weight == weight:
        return
    if not created:
        link.weight = weight
        link.save(update_fields=["weight"])
    _told(initiative, actor, "attached", key, str(weight))


@transaction.atomic
def detach(initiative: Initiative, key: str, *, actor: Actor) -> None:
    """The indicator and its figures stay; only this initiative is no longer judged by it."""
    _hold(initiative)
    gone, _rows = InitiativeIndicator.objects.filter(initiative=initiative, indicator__key=key).delete()
    if gone:
        _told(initiative, actor, "detached", key, "")


def _hold(initiative: Initiative) -> None:
    """One change of an initiative's indicators at a time."""
    Initiative.objects.select_for_update(no_key=True).only("pk").filter(pk=initiative.pk).first()


def _told(initiative: Initiative, actor: Actor, what: str, key: str, weight: str) -> None:
    grown_with([initiative])
    record(
        ward=initiative.ward,
        actor=actor,
        action=f"policy.indicator.{what}",
        target=f"policy.initiative:{initiative.public_id}",
        indicator=key,
        weight=weight,
    )
