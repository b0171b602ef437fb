"""Saving a review: the document becomes the plan's working tree, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict
from kuyakusho.core.outbox.services import announce
from kuyakusho.core.wards.models import FiscalYear

from ..models import ImportReview, Initiative, Join, Plan
from ..queries.joins import joins_of_plan
from ..queries.outlines import outline_of as plan_outline
from ..rules.imported import coverage_of
from ..rules.joining import Joined
from ..rules.outline import Outline, Part, difference
from ..rules.places import folded
from ..rules.survival import Survival, survivors
from .nodes import AT_ONCE, write_patch
from .reviews import closed, joins_of, locked_review, outline_of
from .revisions import grown, locked

# What a node keeps when the document only says it in other words, and what only when it says it in the same.
KEPT = ("owner", "district", "sdgs", "previous")
KEPT_WITH_WORDS = ("title_en", "title_easy", "text_en", "text_easy")


@transaction.atomic
def save_review(review: ImportReview, *, version: int, plan_revision: int, actor: Actor) -> Plan:
    """Replaces the plan's working tree by the review's. Nodes that are the same ones keep their ids.

    `plan_revision` is the revision of the plan that the planner was shown (0: there was none), so that nobody's
    corrections are replaced unseen. Raises Conflict.
    """
    review = locked_review(review, version)
    plan = _plan_of(review)
    if plan.revision != plan_revision and not (plan_revision == 0 and plan.revision == 1):
        raise Conflict(
            "policy.tree-changed",
            _("この取込を見ているあいだに、計画の体系が直されました。"),
            _("今の体系を見て、置き換えてよければもう一度保存してください。"),
        )
    before, old_joins = plan_outline(plan), joins_of_plan(plan)
    document, joins = outline_of(review), joins_of(review)
    survival = survivors(
        before,
        document,
        old_rows=_rows(old_joins),
        new_rows=_rows(joins),
        by_place=plan.origin == "pack",
    )
    after, ids = _renamed(document, before, survival)
    after = _with_previous(
        plan, after, {ids[join.node]: [join.row] for join in joins if join.state != "rejected"}
    )
    write_patch(plan, after, difference(before, after))
    _write_joins(plan, [replace(join, node=ids[join.node]) for join in joins], actor)
    grown(plan)
    about = review.tree["about"]
    Plan.objects.filter(pk=plan.pk).update(
        origin="import",
        undo=None,
        title=(about.get("title") or plan.title)[:200],
        style=about.get("style") or plan.style,
    )
    review.plan = plan
    closed(review, "saved")
    covered = coverage_of(review.document.text, document, about)
    record(
        ward=review.ward,
        actor=actor,
        action="policy.import.saved",
        target=f"policy.plan:{plan.public_id}",
        review=review.public_id,
        document=review.document.public_id,
        nodes=len(after.parts),
        kept=len(survival.kept),
        joins=len(joins),
        coverage=covered.percent,
        revision=plan.revision,
    )
    announce(
        ward=review.ward,
        fact="policy.import.saved",
        payload={"plan": plan.public_id, "revision": plan.revision},
    )
    plan.refresh_from_db()
    return plan


def _plan_of(review: ImportReview) -> Plan:
    FiscalYear.objects.get_or_create(ward=review.ward, western=review.fiscal_year)
    plan, _created = Plan.objects.get_or_create(
        ward=review.ward,
        key=review.plan_key,
        fiscal_year=review.fiscal_year,
        defaults={
            "kind": review.plan_kind,
            "title": (review.tree["about"].get("title") or review.document.filename)[:200],
            "style": review.tree["about"].get("style") or review.ward.style,
            "origin": "import",
        },
    )
    return locked(plan)


def _rows(joins: list[Joined]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = defaultdict(list)
    for join in joins:
        if join.state != "rejected":
            rows[join.node].append(join.row)
    return rows


def _renamed(document: Outline, before: Outline, survival: Survival) -> tuple[Outline, dict[str, str]]:
    """The document's tree with the ids of the nodes that it continues, and which id became which."""
    ids = {id: survival.kept.get(id, id) for id in document.parts}
    absorbed: dict[str, list[str]] = defaultdict(list)
    for gone, host in survival.absorbed.items():
        absorbed[host].append(gone)
    rows: list[tuple[Part, str | None]] = []
    for id, _depth in document.walk():
        part = document.parts[id]
        old = before.parts.get(ids[id])
        former = [*absorbed[id]]
        if old is not None:
            former.extend(old.former_ids)
            part = _kept(part, old)
        for gone in absorbed[id]:
            former.extend(before.parts[gone].former_ids)
        part = replace(
            part,
            id=ids[id],
            former_ids=tuple(dict.fromkeys(i for i in former if i != ids[id])),
            repairs=(),
            doubts=(),
        )
        parent = document.parents[id]
        rows.append((part, ids[parent] if parent else None))
    return Outline.build(rows), ids


def _kept(part: Part, old: Part) -> Part:
    names: tuple[str, ...] = KEPT
    if folded(part.wording) == folded(old.wording):
        names += KEPT_WITH_WORDS
    return replace(part, **{name: getattr(part, name) or getattr(old, name) for name in names})


def _with_previous(plan: Plan, outline: Outline, rows: Mapping[str, list[str]]) -> Outline:
    """Names for each node the node of the year before that it continues, where it isn't known."""
    earlier = (
        Plan.objects.filter(ward=plan.ward_id, key=plan.key, fiscal_year__lt=plan.fiscal_year)
        .order_by("-fiscal_year")
        .first()
    )
    if earlier is None:
        return outline
    before = plan_outline(earlier)
    known = {part.previous for part in outline.parts.values() if part.previous}
    found = survivors(
        before,
        outline,
        old_rows=_rows(joins_of_plan(earlier)),
        new_rows=rows,
        by_place=False,
    )
    return outline.with_parts(
        *(
            replace(outline.parts[id], previous=old)
            for id, old in found.kept.items()
            if not outline.parts[id].previous and old not in known
        )
    )


def _write_joins(plan: Plan, joins: list[Joined], actor: Actor) -> None:
    nodes = dict(plan.nodes.values_list("public_id", "pk"))
    rows = dict(Initiative.objects.filter(ward=plan.ward_id, plan_key=plan.key).values_list("row", "pk"))
    standing = {
        (node, row): (by, at)
        for node, row, by, at in Join.objects.filter(node__plan=plan).values_list(
            "node__public_id", "initiative__row", "decided_by", "decided_at"
        )
    }
    Join.objects.filter(node__plan=plan).delete()
    now = clock.now()
    made = []
    for join in joins:
        if join.row not in rows:
            continue
        decided = join.state in ("confirmed", "rejected")
        by, at = standing.get((join.node, join.row), ("", None))
        made.append(
            Join(
                node_id=nodes[join.node],
                initiative_id=rows[join.row],
                how=join.how,
                score=join.score,
                state=join.state,
                decided_by=(by or str(actor)) if decided else "",
                decided_at=(at or now) if decided else None,
            )
        )
    Join.objects.bulk_create(made, batch_size=AT_ONCE)
