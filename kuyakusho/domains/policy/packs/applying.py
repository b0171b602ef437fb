"""Makes the ward's rows those of its pack, as often as one likes. The second time nothing changes.

What people at the desk have taken over is theirs: a value is only rewritten when the pack itself changed it since it
was applied last (each row remembers what the pack said), and a tree only while it is still the pack's own. What
stays for that reason is reported as `kept`.
"""

from __future__ import annotations

from typing import Any

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.packs.faults import Change
from kuyakusho.core.packs.files import Entry
from kuyakusho.core.packs.registry import Pack
from kuyakusho.core.wards.models import FiscalYear, Section, Ward
from kuyakusho.engines.catalogue import public as catalogue

from ..models import Budget, Initiative, InitiativeIndicator, Node, Plan
from ..queries.content import content_of
from ..rules.canonical import digest
from ..services.publishing import publish
from ..services.revisions import grown, grown_with, hold_initiatives, locked
from .figures import apply_indicators, apply_observations
from .shapes import InitiativeShape, PlanPack, PlanShape, PolicyPack, ServiceShape
from .trees import apply_tree

PLAN_WORDS = ("title", "title_en", "title_easy", "summary", "summary_en", "summary_easy")


def apply(ward: Ward, pack: Pack, actor: Actor) -> list[Change]:
    """Applies plans, initiatives, indicators and figures, inside the transaction of the whole pack."""
    policy: PolicyPack = pack["policy"]
    hold_initiatives(ward)
    changes = apply_indicators(ward, [entry.value for entry in policy.indicators], actor)
    redefined = [change.key for change in changes]
    grown_with(Initiative.objects.filter(ward=ward, indicator_links__indicator__key__in=redefined))
    changes += apply_observations(ward, [entry.value for entry in policy.observations], actor)
    weights = {entry.value.key: entry.value.weight for entry in policy.indicators}
    for one in policy.plans:
        changes += _apply_plan(ward, one, weights, actor)
    return changes


def apply_services(ward: Ward, pack: Pack, actor: Actor) -> list[Change]:
    """Makes what residents can do here what the pack says."""
    services: list[Entry[ServiceShape]] = pack["services"]
    done = catalogue.set_offers(
        ward, [catalogue.OfferSpec(**entry.value.model_dump()) for entry in services], actor=actor
    )
    return [
        Change(kind, "service", key)
        for kind, name in (("added", "created"), ("changed", "changed"), ("removed", "removed"))
        for key in done[name]
    ]


def _apply_plan(ward: Ward, pack: PlanPack, weights: dict[str, Any], actor: Actor) -> list[Change]:
    plan, changes = _plan_row(ward, pack.plan.value)
    plan = locked(plan)
    shapes = [entry.value for entry in pack.initiatives]
    initiative_changes, initiatives = _apply_initiatives(ward, plan, shapes, weights)
    changes += initiative_changes
    if plan.origin == "pack":
        tree_changes = apply_tree(plan, [entry.value for entry in pack.headings], shapes, initiatives)
        if tree_changes:
            grown(plan)
        changes += tree_changes
        changes += _publish_own(plan, actor)
    else:
        changes.append(
            Change("kept", "tree", f"{plan.key} {plan.fiscal_year}", why="the desk has taken the tree over")
        )
    return changes


def _plan_row(ward: Ward, shape: PlanShape) -> tuple[Plan, list[Change]]:
    values = {
        **{name: getattr(shape, name) for name in PLAN_WORDS},
        "kind": shape.kind,
        "style": shape.style,
        "serves": list(shape.serves),
        "is_demo": shape.demo,
    }
    name = f"{shape.stable_key} {shape.fiscal_year}"
    FiscalYear.objects.get_or_create(ward=ward, western=shape.fiscal_year)
    plan, created = Plan.objects.get_or_create(
        ward=ward,
        key=shape.stable_key,
        fiscal_year=shape.fiscal_year,
        defaults={**values, "origin": "pack", "pack": values},
    )
    if created:
        return plan, [Change("added", "plan", name)]
    changed, kept = taken_over(plan, values)
    changes = []
    if plan.pack != values:
        plan.pack = values
        plan.save(update_fields=["pack", *changed])
    if changed:
        Plan.objects.filter(pk=plan.pk).update(revision=plan.revision + 1)
        changes.append(Change("changed", "plan", name, tuple(changed)))
    if kept:
        changes.append(Change("kept", "plan", name, tuple(kept), "changed at the desk"))
    return plan, changes


def taken_over(row: Any, values: dict[str, Any], **current: Any) -> tuple[list[str], list[str]]:
    """Sets what the pack changed since last time; names what was set and what people keep otherwise.

    `current` gives the present value of a name where it isn't simply the attribute.
    """
    changed, kept = [], []
    for name, value in values.items():
        now = current[name] if name in current else getattr(row, name)
        if now == value:
            continue
        if name in row.pack and row.pack[name] == value:
            kept.append(name)
            continue
        changed.append(name)
        if name not in current:
            setattr(row, name, value)
    return changed, kept


INITIATIVE_WORDS = (
    "title", "title_en", "title_easy", "summary", "summary_en", "summary_easy", "capabilities", "sdgs",
)  # fmt: skip


def _apply_initiatives(
    ward: Ward, plan: Plan, shapes: list[InitiativeShape], weights: dict[str, Any]
) -> tuple[list[Change], dict[str, Initiative]]:
    sections = {s.key: s for s in Section.objects.filter(ward=ward)}
    standing = {i.row: i for i in Initiative.objects.filter(ward=ward).select_related("owner")}
    changes: list[Change] = []
    rows: dict[str, Initiative] = {}
    touched: list[Initiative] = []
    for order, shape in enumerate(shapes):
        values = {
            **{name: getattr(shape, name) for name in INITIATIVE_WORDS},
            "is_confidential": shape.confidential,
            "find": [one.model_dump(exclude_defaults=True) for one in shape.find],
            "find_year": plan.fiscal_year,
            "order": order,
            "plan_key": plan.key,
        }
        remembered = {
            **values,
            "owner": shape.owner,
            "budgets": [_amount(one) for one in shape.budget],
            "indicators": [[key, str(weights.get(key, 1))] for key in shape.indicators],
        }
        row = standing.get(shape.row)
        if row is None:
            row = Initiative.objects.create(
                ward=ward,
                row=shape.row,
                owner=sections[shape.owner],
                first_year=plan.fiscal_year,
                pack=remembered,
                **values,
            )
            changed = ["budgets", "indicators"]
            changes.append(Change("added", "initiative", shape.row))
        else:
            changed, kept = taken_over(
                row,
                remembered,
                owner=row.owner.key,
                budgets=row.pack.get("budgets", []),
                indicators=row.pack.get("indicators", []),
            )
            if "owner" in changed:
                row.owner = sections[shape.owner]
            if row.pack != remembered:
                row.pack = remembered
                row.save()
            if changed:
                touched.append(row)
                changes.append(Change("changed", "initiative", shape.row, tuple(changed)))
            if kept:
                changes.append(Change("kept", "initiative", shape.row, tuple(kept), "changed at the desk"))
        if "budgets" in changed:
            _set_budgets(row, shape)
        if "indicators" in changed:
            _set_indicators(ward, row, shape, weights)
        rows[shape.row] = row
    for row in standing.values():
        if row.plan_key == plan.key and row.pack and row.row not in rows and _from_this_year(row, plan):
            changes.append(
                Change("kept", "initiative", row.row, why="no longer in the pack; end it at the desk")
            )
    grown_with(touched)
    return changes, rows


def _from_this_year(row: Initiative, plan: Plan) -> bool:
    return row.find_year == plan.fiscal_year and row.last_year is None


def _amount(shape: Any) -> list[Any]:
    return [shape.fiscal_year, shape.kind, shape.amount_yen, shape.demo]


def _set_budgets(row: Initiative, shape: InitiativeShape) -> None:
    Budget.objects.filter(initiative=row).delete()
    Budget.objects.bulk_create(
        Budget(
            initiative=row,
            fiscal_year=one.fiscal_year,
            kind=one.kind,
            amount_yen=one.amount_yen,
            is_demo=one.demo,
        )
        for one in shape.budget
    )


def _set_indicators(ward: Ward, row: Initiative, shape: InitiativeShape, weights: dict[str, Any]) -> None:
    known = dict(ward.indicators.filter(key__in=shape.indicators).values_list("key", "pk"))
    InitiativeIndicator.objects.filter(initiative=row).delete()
    InitiativeIndicator.objects.bulk_create(
        InitiativeIndicator(initiative=row, indicator_id=known[key], weight=weights.get(key, 1))
        for key in shape.indicators
    )


def _publish_own(plan: Plan, actor: Actor) -> list[Change]:
    """Publishes the pack's tree, so that residents can read it; never over a publication that a person made."""
    last = plan.editions.order_by("-number").defer("content").first()
    if last is not None and (last.published_by != str(actor) or last.plan_revision == plan.revision):
        return []
    stage = last.stage if last else "final"
    if not Node.objects.filter(plan=plan).exists():
        return []
    if last is not None and last.digest == digest(content_of(plan, stage)):
        return []
    edition = publish(plan, stage=stage, note="", actor=actor)
    return [Change("added", "edition", f"{plan.key} {plan.fiscal_year} number {edition.number}")]
