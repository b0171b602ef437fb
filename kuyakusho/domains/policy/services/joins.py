"""Which initiative lives behind which node of the working tree: a planner's word."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Missing

from ..models import Initiative, Join, Node, Plan
from ..rules.transitions import join_may
from .revisions import grown, locked, must_be


@transaction.atomic
def join_by_hand(plan: Plan, node: str, row: str, *, revision: int, actor: Actor) -> Join:
    """Joins a node and an initiative, or confirms the join that stands there in whatever state."""
    plan = locked(plan)
    must_be(plan, revision)
    found, initiative = _both(plan, node, row)
    join, created = Join.objects.get_or_create(
        node=found,
        initiative=initiative,
        defaults={
            "how": "hand",
            "state": "confirmed",
            "decided_by": str(actor),
            "decided_at": clock.now(),
        },
    )
    if not created:
        _decide(join, "confirmed", actor)
    _told(plan, join, actor)
    return join


@transaction.atomic
def decide_join(plan: Plan, node: str, row: str, *, state: str, revision: int, actor: Actor) -> Join:
    """Confirms or rejects a join. A rejected one stays, so that it is not proposed again."""
    plan = locked(plan)
    must_be(plan, revision)
    found, initiative = _both(plan, node, row)
    join = Join.objects.filter(node=found, initiative=initiative).first()
    if join is None:
        raise Missing("policy.join-missing", _("この結び付けはもうありません。"))
    _decide(join, state, actor)
    _told(plan, join, actor)
    return join


def _both(plan: Plan, node: str, row: str) -> tuple[Node, Initiative]:
    found = plan.nodes.filter(public_id=node).first()
    initiative = Initiative.objects.filter(ward=plan.ward_id, plan_key=plan.key, row=row).first()
    if found is None or initiative is None:
        raise Missing("policy.part-missing", _("この項目か取組はもうありません。"))
    return found, initiative


def _decide(join: Join, state: str, actor: Actor) -> None:
    if join.state == state:
        return
    if not join_may(join.state, state):
        raise Conflict("policy.join-decided", _("この結び付けは、もうそのようには変えられません。"))
    join.state, join.decided_by, join.decided_at = state, str(actor), clock.now()
    join.save(update_fields=["state", "decided_by", "decided_at"])


def _told(plan: Plan, join: Join, actor: Actor) -> None:
    grown(plan)
    Plan.objects.filter(pk=plan.pk).update(undo=None, origin="hand" if plan.origin == "pack" else plan.origin)
    record(
        ward=plan.ward,
        actor=actor,
        action=f"policy.join.{join.state}",
        target=f"policy.node:{join.node.public_id}",
        row=join.initiative.row,
        revision=plan.revision,
    )
