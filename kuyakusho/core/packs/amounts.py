"""Every amount of money has a day from which it holds, and the rule it rests on or the mark of a demo value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .faults import Fault
from .positions import Lines
from .positions import Path as Steps


def faults_of_amounts(
    data: Mapping[str, Any], file: str, where: str, base: Steps, lines: Lines
) -> Iterator[Fault]:
    """The amounts (`…_yen`) anywhere inside an entry that lack a day or a ground."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from faults_of_amounts(value, file, where, (*base, name), lines)
        elif isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, Mapping):
                    yield from faults_of_amounts(one, file, where, (*base, name, number), lines)
        elif name.endswith("_yen"):
            line = lines.at((*base, name))
            if not data.get("starts_on"):
                yield Fault(
                    file, where, name, "has no day from which it holds", "Add starts_on = 2022-04-01", line
                )
            if not data.get("rule") and data.get("demo") not in (True, "demo"):
                yield Fault(
                    file,
                    where,
                    name,
                    "rests on nothing",
                    'Add rule = "…" (the ordinance or decision), or demo = true',
                    line,
                )
