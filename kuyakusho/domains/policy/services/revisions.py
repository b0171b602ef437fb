"""The working tree's revision: what tells two planners, and a publication, that something changed since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from kuyakusho.core.errors import Conflict, Missing
from kuyakusho.core.wards.models import Ward

from ..models import Initiative, Plan


def locked(plan: Plan) -> Plan:
    """The plan as it is now, held until the transaction ends: one correction or publication at a time.

    What points to the plan (an evaluation that somebody begins) is written meanwhile.
    """
    found = (
        Plan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ward")
        .filter(pk=plan.pk)
        .first()
    )
    if found is None:
        raise Missing
    return found


def hold_initiatives(ward: Ward, **which: Any) -> None:
    """Holds initiatives of the ward until the transaction ends: before a plan, as whoever changes one does."""
    found = Initiative.objects.select_for_update(no_key=True).filter(ward=ward, **which)
    list(found.order_by("pk").values_list("pk", flat=True))


def must_be(plan: Plan, revision: int | None) -> None:
    """Conflict unless the tree is still the one that the planner saw; None where nobody looked at it."""
    if revision is not None and plan.revision != revision:
        raise Conflict(
            "policy.tree-changed",
            _("ほかの人が先にこの計画を直しました。"),
            _("今の内容を見て、もう一度直してください。入力した文は下に残っています。"),
        )


def grown(plan: Plan) -> int:
    """Counts one change of the working tree; `plan` must be locked."""
    plan.revision += 1
    Plan.objects.filter(pk=plan.pk).update(revision=F("revision") + 1)
    return plan.revision


def grown_with(initiatives: Iterable[Initiative]) -> None:
    """Counts a change for every plan that names one of the initiatives: its publication would look different."""
    pks = [i.pk for i in initiatives]
    found = Plan.objects.filter(nodes__joins__initiative__in=pks).values_list("pk", flat=True).distinct()
    # Held in one order first: of two who change several plans neither holds what the other wants next.
    plans = Plan.objects.select_for_update(no_key=True).filter(pk__in=list(found)).order_by("pk")
    Plan.objects.filter(pk__in=[plan.pk for plan in plans.only("pk")]).update(revision=F("revision") + 1)
