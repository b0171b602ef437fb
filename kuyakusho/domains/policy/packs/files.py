"""Reads the policy files of a ward's pack into shapes."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from .faults import Fault, PackFaulty
from .shapes import (
    HeadingShape,
    IndicatorShape,
    InitiativeShape,
    ObservationShape,
    PlanPack,
    PlanShape,
    PolicyPack,
    ServiceShape,
    Shape,
)

S = TypeVar("S", bound=Shape)


class Reader:
    """Collects faults while it reads, so that all of them are told at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []

    def toml(self, path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.faults.append(Fault(self.name(path), "", "", str(error), "Mend the file's form"))
            return {}

    def shapes(self, kind: type[S], path: Path, rows: Iterable[Any], by: str = "key") -> tuple[S, ...]:
        """The rows as shapes; those that don't fit become faults."""
        found = []
        for at, row in enumerate(rows, 1):
            try:
                found.append(kind.model_validate(row))
            except ValidationError as error:
                named = row.get(by, f"number {at}") if isinstance(row, dict) else f"number {at}"
                where = f"{kind.__name__.removesuffix('Shape').lower()} {named}"
                for one in error.errors():
                    place = ".".join(str(step) for step in one["loc"])
                    self.faults.append(
                        Fault(self.name(path), where, place, one["msg"], "See docs/packs.md for the form")
                    )
        return tuple(found)

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.folder))


def read_pack(folder: Path) -> PolicyPack:
    """Everything that this room reads from `packs/<ward>`. Raises PackFaulty with all faults of form."""
    reader = Reader(folder)
    policy = folder / "policy"
    plans: list[PlanPack] = []
    if (policy / "plan.toml").exists():
        path = policy / "plan.toml"
        plan = reader.shapes(PlanShape, path, [reader.toml(path).get("plan", {})])
        headings: tuple[HeadingShape, ...] = ()
        if (path := policy / "headings.toml").exists():
            headings = reader.shapes(HeadingShape, path, reader.toml(path).get("heading", []))
        initiatives: tuple[InitiativeShape, ...] = ()
        for path in _files(policy, "initiatives"):
            initiatives += reader.shapes(
                InitiativeShape, path, reader.toml(path).get("initiative", []), "row"
            )
        plans.extend(PlanPack(one, headings, initiatives) for one in plan)
    for path in sorted((folder / "plans").glob("*.toml")):
        data = reader.toml(path)
        plans.extend(
            PlanPack(
                one,
                reader.shapes(HeadingShape, path, data.get("heading", [])),
                reader.shapes(InitiativeShape, path, data.get("initiative", []), "row"),
            )
            for one in reader.shapes(PlanShape, path, [data.get("plan", {})])
        )
    indicators: tuple[IndicatorShape, ...] = ()
    for path in _files(policy, "indicators"):
        indicators += reader.shapes(IndicatorShape, path, reader.toml(path).get("indicator", []))
    observations: tuple[ObservationShape, ...] = ()
    if (path := policy / "observations.csv").exists():
        with path.open(encoding="utf-8", newline="") as lines:
            observations = reader.shapes(ObservationShape, path, list(csv.DictReader(lines)), "indicator")
    services: tuple[ServiceShape, ...] = ()
    if (path := folder / "services.toml").exists():
        services = reader.shapes(ServiceShape, path, reader.toml(path).get("service", []))
    if reader.faults:
        raise PackFaulty(reader.faults)
    return PolicyPack(tuple(plans), indicators, observations, services)


def _files(folder: Path, name: str) -> list[Path]:
    # A long file may be a folder of the same name.
    single = folder / f"{name}.toml"
    return ([single] if single.exists() else []) + sorted((folder / name).glob("*.toml"))
