"""Reads the policy files of a ward's pack."""

from __future__ import annotations

from kuyakusho.core.packs.faults import Fault
from kuyakusho.core.packs.files import Entry, PackFolder

from .shapes import (
    HeadingShape,
    IndicatorShape,
    InitiativeShape,
    ObservationShape,
    PlanPack,
    PlanShape,
    PolicyPack,
    ServiceShape,
)

FILES = (
    "policy/plan.toml",
    "policy/headings.toml",
    "policy/initiatives.toml",
    "policy/initiatives/*.toml",
    "policy/indicators.toml",
    "policy/indicators/*.toml",
    "policy/observations.csv",
    "plans/*.toml",
)
SERVICES = "services.toml"


def read(folder: PackFolder) -> PolicyPack:
    """The plans, the policy first, and the figures; faults of form go to the folder."""
    plans = []
    if folder.matching("policy/*"):
        if not folder.matching("policy/plan.toml"):
            folder.faults.append(
                Fault(
                    "policy/plan.toml", "", "", "is missing", "Add it: the plan that the headings belong to"
                )
            )
        plan = folder.toml("policy/plan.toml", "plan").entry("plan", PlanShape)
        headings = folder.entries("policy/headings.toml", "heading", HeadingShape)
        initiatives = folder.entries("policy/initiatives.toml", "initiative", InitiativeShape, "row")
        if plan is not None:
            plans.append(PlanPack(plan, tuple(headings), tuple(initiatives)))
    for name in folder.matching("plans/*.toml"):
        file = folder.toml(name, "plan", "heading", "initiative")
        plan = file.entry("plan", PlanShape)
        headings = file.entries("heading", HeadingShape)
        initiatives = file.entries("initiative", InitiativeShape, "row")
        if plan is not None:
            plans.append(PlanPack(plan, tuple(headings), tuple(initiatives)))
    return PolicyPack(
        tuple(plans),
        tuple(folder.entries("policy/indicators.toml", "indicator", IndicatorShape)),
        tuple(folder.rows("policy/observations.csv", ObservationShape, "indicator")),
    )


def read_services(folder: PackFolder) -> list[Entry[ServiceShape]]:
    """What residents can do here."""
    return folder.entries(SERVICES, "service", ServiceShape)
