"""What the shapes can't see: names that lead nowhere, keys that stand twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kuyakusho.core.packs.capabilities import CAPABILITIES, FOUNDATIONS
from kuyakusho.core.packs.faults import Fault
from kuyakusho.core.packs.files import Entry, twice
from kuyakusho.core.packs.parts import districts, sections
from kuyakusho.core.packs.registry import Pack
from kuyakusho.core.text.eras import fiscal_year_of

from ..rules.outline import BrokenTree, Outline, Part
from .shapes import RESERVED_KEYS, IndicatorShape, PlanPack, PolicyPack, ServiceShape

MADE_ELSEWHERE = ("file", "typed")


def check(pack: Pack) -> Iterator[Fault]:
    """All faults of reference in the policy files."""
    policy: PolicyPack = pack["policy"]
    yield from twice([one for plan in policy.plans for one in plan.initiatives], "row")
    yield from twice(policy.indicators, "key")
    yield from twice([plan.plan for plan in policy.plans], "stable_key", "fiscal_year")
    known_sections = sections.keys(pack)
    known_districts = districts.keys(pack)
    indicators = {entry.value.key for entry in policy.indicators}
    for plan in policy.plans:
        yield from _plan(plan, policy.rows, known_sections, known_districts, indicators)
    sources = {entry.value.key: entry.value.source for entry in policy.indicators}
    for indicator in policy.indicators:
        yield from _indicator(indicator, policy.rows)
    for entry in policy.observations:
        its = entry.value
        if its.indicator not in indicators:
            yield entry.unknown("indicator", its.indicator, indicators)
        elif sources[its.indicator] not in MADE_ELSEWHERE:
            yield entry.fault(
                "indicator",
                f"{its.indicator} is counted by {sources[its.indicator]}",
                'Take the line away, or give the indicator source = "file"',
            )
        if its.to_on < its.from_on:
            yield entry.fault(
                "to", f"{its.to_on} lies before {its.from_on}", "Put the last day of the period"
            )


def _indicator(entry: Entry[IndicatorShape], rows: Collection[str]) -> Iterator[Fault]:
    its = entry.value
    room, dot, name = its.source.partition(".")
    if its.source not in MADE_ELSEWHERE:
        if not dot or not name:
            yield entry.fault(
                "source", f"{its.source!r} names no source", "Write room.figure, or file, or typed"
            )
        elif room not in (known := (*CAPABILITIES, *FOUNDATIONS)):
            yield entry.unknown("source", room, known)
    for year, goal in its.targets.items():
        if its.direction == "range" and goal.value is not None:
            yield entry.fault(
                "targets",
                f"{year} is one number",
                "A range has two: { low = 5, high = 20 }",
                "targets",
                str(year),
            )
        if its.direction != "range" and goal.value is None:
            yield entry.fault("targets", f"{year} is a range", "Give one number", "targets", str(year))
    yield from _names(entry, "about", its.about, rows)


def _plan(
    pack: PlanPack,
    rows: Collection[str],
    known_sections: Collection[str],
    known_districts: Collection[str],
    indicators: Collection[str],
) -> Iterator[Fault]:
    plan = pack.plan
    if plan.value.stable_key in RESERVED_KEYS:
        yield plan.fault("key", f"{plan.value.stable_key} is an address of the desk", "Take another key")
    yield from _names(plan, "serves", plan.value.serves, rows)
    yield from twice(pack.headings, "key")
    keys = {entry.value.key for entry in pack.headings}
    broken = False
    for entry in pack.headings:
        one = entry.value
        for name, value, known in (
            ("under", one.under, keys),
            ("section", one.section, known_sections),
            ("owner", one.owner, known_sections),
            ("district", one.district, known_districts),
        ):
            if value and value not in known:
                broken = True
                yield entry.unknown(name, value, known)
    for initiative in pack.initiatives:
        its = initiative.value
        if its.under not in keys:
            yield initiative.unknown("under", its.under, keys)
        if its.owner not in known_sections:
            yield initiative.unknown("owner", its.owner, known_sections)
        if its.district and its.district not in known_districts:
            yield initiative.unknown("district", its.district, known_districts)
        yield from _names(initiative, "indicators", its.indicators, indicators)
        yield from _names(initiative, "capabilities", its.capabilities, CAPABILITIES)
        for number, amount in enumerate(its.budget):
            if amount.starts_on and fiscal_year_of(amount.starts_on) != amount.fiscal_year:
                yield initiative.fault(
                    "budget.starts_on",
                    f"{amount.starts_on} is not in fiscal {amount.fiscal_year}",
                    f"It lies between {amount.fiscal_year}-04-01 and {amount.fiscal_year + 1}-03-31",
                    "budget",
                    number,
                    "starts_on",
                )
    if not broken and len(keys) == len(pack.headings):
        try:
            Outline.build(
                [(Part(id=e.value.key, kind=e.value.kind), e.value.under or None) for e in pack.headings]
            )
        except BrokenTree as error:
            yield plan.fault("key", f"has no sound tree: {error}", "Put each heading under one that is there")


def check_services(pack: Pack) -> Iterator[Fault]:
    """Keys once; rows that are there."""
    services: list[Entry[ServiceShape]] = pack["services"]
    yield from twice(services, "key")
    policy: PolicyPack | None = pack.get("policy")
    served = {
        one.value.row: one.value.capabilities
        for plan in (policy.plans if policy else ())
        for one in plan.initiatives
    }
    for entry in services:
        its = entry.value
        yield from _names(entry, "capability", [its.capability], CAPABILITIES)
        yield from _names(entry, "serves", its.serves, served)
        for number, row in enumerate(its.serves):
            if row in served and its.capability not in served[row]:
                yield entry.fault(
                    "serves",
                    f"{row} is not served by {its.capability}",
                    f"Name {its.capability} among its capabilities, or take {row} away",
                    "serves",
                    number,
                )


def _names(entry: Entry, name: str, words: list[str], known: Collection[str]) -> Iterator[Fault]:
    for number, word in enumerate(words):
        if word not in known:
            yield entry.unknown(name, word, known, name, number)
