"""Corrections of a plan's working tree. What is published does not change by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.errors import Conflict
from kuyakusho.core.outbox.services import announce
from kuyakusho.core.wards.models import new_public_id

from ..models import Join, Node, Plan, SourceDocument
from ..queries.outlines import outline_of
from ..rules.corrections import Correction, correct
from ..rules.outline import Outline, Patch, difference
from .nodes import write_patch
from .revisions import grown, locked, must_be

JOIN_FIELDS = ("how", "score", "state", "decided_by", "decided_at")


@transaction.atomic
def correct_tree(plan: Plan, correction: Correction, *, revision: int, actor: Actor) -> str:
    """Does the correction on the tree that the planner saw (`revision`); gives back the part to look at next.

    Conflict when somebody else was faster. Joins of a merged part follow it; those of a removed one end.
    """
    plan = locked(plan)
    must_be(plan, revision)
    outline = outline_of(plan)
    part = outline.parts.get(correction.id)
    done = correct(
        outline, correction, source=source_of(part.document if part else ""), new_id=new_public_id()
    )
    if done.changes_nothing:
        return done.focus
    before = _joins(plan, {*done.heirs, *(h for h in done.heirs.values() if h)})
    following = list(
        Node.objects.filter(previous__public_id__in=list(done.heirs)).values_list(
            "public_id", "previous__public_id"
        )
    )
    for id, heir in done.heirs.items():
        if heir is not None:
            _hand_over_joins(plan, id, heir)
    _write(plan, done.outline, outline)
    _grown(
        plan,
        undo={
            "patch": done.undo.to_json(),
            "joins": before,
            "following": following,
            "action": correction.action,
        },
    )
    _told(plan, actor, correction.action, correction.id)
    return done.focus


@transaction.atomic
def undo_tree(plan: Plan, *, revision: int, actor: Actor) -> None:
    """Takes the last correction back, with the joins that it touched. Conflict when there is none."""
    plan = locked(plan)
    must_be(plan, revision)
    if not plan.undo:
        raise Conflict("policy.nothing-to-undo", _("取り消せる修正がありません。"))
    outline = outline_of(plan)
    _write(plan, Patch.from_json(plan.undo["patch"]).apply(outline), outline)
    _restore_joins(plan, plan.undo["joins"])
    for id, previous in plan.undo["following"]:
        Node.objects.filter(public_id=id, plan__ward=plan.ward_id).update(
            previous=Node.objects.filter(public_id=previous).values("pk")[:1]
        )
    _grown(plan, undo=None)
    _told(plan, actor, "undo", "")


def source_of(document: str) -> str:
    """The text of a document by its public id; empty when there is none."""
    if not document:
        return ""
    return SourceDocument.objects.filter(public_id=document).values_list("text", flat=True).first() or ""


def _write(plan: Plan, after: Outline, before: Outline) -> None:
    write_patch(plan, after, difference(before, after))


def _grown(plan: Plan, *, undo: dict[str, Any] | None) -> None:
    grown(plan)
    # From the first correction on the tree is the desk's: a pack no longer writes into it.
    origin = "hand" if plan.origin == "pack" else plan.origin
    Plan.objects.filter(pk=plan.pk).update(undo=undo, origin=origin)


def _told(plan: Plan, actor: Actor, action: str, node: str) -> None:
    record(
        ward=plan.ward,
        actor=actor,
        action="policy.tree.changed",
        target=f"policy.plan:{plan.public_id}",
        correction=action,
        node=node,
        revision=plan.revision,
    )
    announce(
        ward=plan.ward,
        fact="policy.tree.changed",
        payload={"plan": plan.public_id, "revision": plan.revision},
    )


def _joins(plan: Plan, ids: Iterable[str]) -> list[list[Any]]:
    """The joins of these nodes as JSON, nodes without any as empty lists: enough to restore them."""
    found: dict[str, list[Any]] = {id: [] for id in ids}
    for join in Join.objects.filter(node__plan=plan, node__public_id__in=list(found)).select_related(
        "node", "initiative"
    ):
        values = {name: getattr(join, name) for name in JOIN_FIELDS}
        values["decided_at"] = values["decided_at"].isoformat() if values["decided_at"] else None
        found[join.node.public_id].append([join.initiative.row, values])
    return [[id, joins] for id, joins in found.items()]


def _restore_joins(plan: Plan, joins: list[list[Any]]) -> None:
    nodes = dict(plan.nodes.filter(public_id__in=[id for id, _ in joins]).values_list("public_id", "pk"))
    rows = dict(plan.ward.initiatives.values_list("row", "pk"))
    Join.objects.filter(node__in=nodes.values()).delete()
    Join.objects.bulk_create(
        Join(node_id=nodes[id], initiative_id=rows[row], **values)
        for id, standing in joins
        for row, values in standing
        if id in nodes and row in rows
    )


def _hand_over_joins(plan: Plan, id: str, heir: str) -> None:
    host = plan.nodes.get(public_id=heir)
    there = set(host.joins.values_list("initiative", flat=True))
    Join.objects.filter(node__plan=plan, node__public_id=id).exclude(initiative__in=there).update(node=host)
