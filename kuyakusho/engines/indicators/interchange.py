"""Indicators as rows of an export, and back. Used by rooms whose exports hold indicators.

Three tables: `indicators`, `targets`, `observations`. Coming back, definitions and targets become those of the rows;
observations are only ever added, each exactly as it was recorded.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.files.rows import Column, Row, attributes, columns_of, rows_of
from kuyakusho.core.wards.models import Ward, new_public_id

from .models import Indicator, Observation, Target

COLUMNS: dict[str, tuple[Column, ...]] = {
    "indicators": columns_of(Indicator, {}, without=["ward"]),
    "targets": columns_of(Target, {"indicator": "indicator__key"}),
    "observations": columns_of(Observation, {"indicator": "indicator__key"}),
}


@dataclass(frozen=True)
class Restored:
    """What became of the rows of one table."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0


def exported(ward: Ward, keys: Iterable[str]) -> dict[str, list[Row]]:
    """The tables of those indicators, in the order of the ward and of recording."""
    chosen = Indicator.objects.filter(ward=ward, key__in=list(keys)).order_by("order", "key")
    pks = list(chosen.values_list("pk", flat=True))
    return {
        "indicators": rows_of(chosen, COLUMNS["indicators"]),
        "targets": rows_of(
            Target.objects.filter(indicator__in=pks).order_by(
                "indicator__order", "indicator__key", "fiscal_year"
            ),
            COLUMNS["targets"],
        ),
        "observations": rows_of(
            Observation.objects.filter(indicator__in=pks).order_by(
                "indicator__order", "indicator__key", "recorded_at", "id"
            ),
            COLUMNS["observations"],
        ),
    }


@transaction.atomic
def restore(ward: Ward, tables: Mapping[str, list[Row]], *, actor: Actor) -> dict[str, Restored]:
    """Makes the ward's indicators those of the (checked) rows; indicators that the rows don't name are left alone.

    An indicator that is there keeps its public id; one that is made takes that of its row unless another ward has it.
    """
    keys = [row["key"] for row in tables["indicators"]]
    # All held before the first is written, and in one order, as when figures are loaded from a file.
    held = Indicator.objects.select_for_update(no_key=True).filter(ward=ward, key__in=keys)
    list(held.order_by("pk").values_list("pk", flat=True))
    before = exported(ward, keys)
    done = {
        "indicators": _indicators(ward, tables["indicators"], before["indicators"]),
        "targets": Restored(),
        "observations": Restored(),
    }
    numbers = dict(Indicator.objects.filter(ward=ward, key__in=keys).values_list("key", "pk"))
    done["targets"] = _targets(numbers, tables["targets"], before["targets"])
    done["observations"] = _observations(numbers, tables["observations"], before["observations"])
    if any(one.created or one.updated or one.removed for one in done.values()):
        record(
            ward=ward,
            actor=actor,
            action="indicators.indicators.restored",
            target=f"wards.ward:{ward.slug}",
            **{name: [one.created, one.updated, one.removed] for name, one in done.items()},
        )
    return done


def _indicators(ward: Ward, rows: list[Row], before: list[Row]) -> Restored:
    known = {row["key"]: row for row in before}
    wanted = {row["public_id"] for row in rows}
    taken = set(
        Indicator.objects.filter(public_id__in=wanted)
        .exclude(ward=ward, key__in=known)
        .values_list("public_id", flat=True)
    )
    created, updated = [], 0
    for row in rows:
        values = attributes(COLUMNS["indicators"], row)
        if row["key"] not in known:
            if row["public_id"] in taken:
                values["public_id"] = new_public_id()
            created.append(Indicator(ward=ward, **values))
            continue
        values.pop("public_id")
        standing = attributes(COLUMNS["indicators"], known[row["key"]])
        changed = {name: value for name, value in values.items() if standing[name] != value}
        if changed:
            Indicator.objects.filter(ward=ward, key=row["key"]).update(**changed)
            updated += 1
    Indicator.objects.bulk_create(created)
    return Restored(len(created), updated, 0, len(rows) - len(created) - updated)


def _targets(numbers: Mapping[str, int], rows: list[Row], before: list[Row]) -> Restored:
    known = {(row["indicator"], row["fiscal_year"]): row for row in before}
    created, updated = [], 0
    for row in rows:
        values = attributes(COLUMNS["targets"], row)
        standing = known.pop((row["indicator"], row["fiscal_year"]), None)
        if standing is None:
            created.append(Target(indicator_id=numbers[row["indicator"]], **values))
        elif standing != row:
            Target.objects.filter(indicator=numbers[row["indicator"]], fiscal_year=row["fiscal_year"]).update(
                **values
            )
            updated += 1
    Target.objects.bulk_create(created)
    for key, year in known:
        Target.objects.filter(indicator=numbers[key], fiscal_year=year).delete()
    return Restored(len(created), updated, len(known), len(rows) - len(created) - updated)


def _observations(numbers: Mapping[str, int], rows: list[Row], before: list[Row]) -> Restored:
    there = Counter(_fingerprint(row) for row in before)
    created = []
    for row in rows:
        name = _fingerprint(row)
        if there[name] > 0:
            there[name] -= 1
            continue
        created.append(
            Observation(indicator_id=numbers[row["indicator"]], **attributes(COLUMNS["observations"], row))
        )
    Observation.objects.bulk_create(created, batch_size=500)
    return Restored(created=len(created), unchanged=len(rows) - len(created))


def _fingerprint(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, ensure_ascii=False)
