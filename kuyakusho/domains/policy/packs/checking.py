"""What the shapes can't see: names that lead nowhere, keys that stand twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from ..rules.outline import BrokenTree, Outline, Part
from .faults import Fault
from .shapes import RESERVED_KEYS, PlanPack, PolicyPack


def check(
    pack: PolicyPack,
    *,
    sections: Collection[str],
    districts: Collection[str],
    capabilities: Collection[str] = (),
) -> list[Fault]:
    """All faults of reference. `capabilities` empty: any name is taken."""
    faults: list[Fault] = []
    indicators = {i.key for i in pack.indicators}
    rows = [i.row for plan in pack.plans for i in plan.initiatives]
    faults += _twice("policy/initiatives", "initiative", rows)
    faults += _twice("policy/indicators.toml", "indicator", [i.key for i in pack.indicators])
    faults += _twice("services.toml", "service", [s.key for s in pack.services])
    faults += _twice("plans", "plan", [f"{p.plan.stable_key} {p.plan.fiscal_year}" for p in pack.plans])
    for plan in pack.plans:
        faults += _plan(plan, sections, districts, indicators, capabilities)
    for one in pack.observations:
        if one.indicator not in indicators:
            faults.append(
                _unknown("policy/observations.csv", f"indicator {one.indicator}", "indicator", one.indicator)
            )
        if one.to_on < one.from_on:
            faults.append(
                Fault(
                    "policy/observations.csv",
                    f"indicator {one.indicator}",
                    "to",
                    f"{one.to_on} lies before {one.from_on}",
                    "Put the last day of the period",
                )
            )
    for plan in pack.plans:
        for row in plan.plan.serves:
            if row not in rows:
                faults.append(_unknown(f"plans/{plan.plan.key}.toml", "plan", "serves", row))
    for service in pack.services:
        for row in service.serves:
            if row not in rows:
                faults.append(_unknown("services.toml", f"service {service.key}", "serves", row))
    return faults


def _plan(
    pack: PlanPack,
    sections: Collection[str],
    districts: Collection[str],
    indicators: Collection[str],
    capabilities: Collection[str],
) -> list[Fault]:
    faults: list[Fault] = []
    file = "policy" if pack.plan.kind == "policy" else f"plans/{pack.plan.key}.toml"
    if pack.plan.stable_key in RESERVED_KEYS:
        faults.append(
            Fault(
                file, "plan", "key", f"{pack.plan.stable_key} is an address of the desk", "Take another key"
            )
        )
    keys = [heading.key for heading in pack.headings]
    faults += _twice(file, "heading", keys)
    for heading in pack.headings:
        where = f"heading {heading.key}"
        for name, value, known in (
            ("under", heading.under, keys),
            ("section", heading.section, sections),
            ("owner", heading.owner, sections),
            ("district", heading.district, districts),
        ):
            if value and value not in known:
                faults.append(_unknown(file, where, name, value))
    for one in pack.initiatives:
        where = f"initiative {one.row}"
        for name, value, known in (
            ("under", one.under, keys),
            ("owner", one.owner, sections),
            ("district", one.district or "", [*districts, ""]),
        ):
            if value not in known:
                faults.append(_unknown(file, where, name, value))
        faults += [_unknown(file, where, "indicators", k) for k in one.indicators if k not in indicators]
        if capabilities:
            faults += [
                _unknown(file, where, "capabilities", c) for c in one.capabilities if c not in capabilities
            ]
    if not faults:
        try:
            Outline.build([(Part(id=h.key, kind=h.kind), h.under or None) for h in pack.headings])
        except BrokenTree as error:
            faults.append(
                Fault(file, "heading", "under", str(error), "Put each heading under one that is there")
            )
    return faults


def _unknown(file: str, where: str, name: str, value: str) -> Fault:
    return Fault(file, where, name, f"{value!r} is not there", "Correct the name, or add what it names")


def _twice(file: str, what: str, keys: Iterable[str]) -> list[Fault]:
    return [
        Fault(file, f"{what} {key}", "", f"stands {count} times", "Give each a name of its own")
        for key, count in Counter(keys).items()
        if count > 1
    ]
