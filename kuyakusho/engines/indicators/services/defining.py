"""An indicator as a pack or a planner defines it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.errors import Invalid
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.services import touch

from ..models import Indicator, Target
from ..rules import Goal
from .storing import rounded, target_name

DIRECTIONS = ("up", "down", "range")
ACCUMULATIONS = ("yearly", "cumulative")
METHODS = ("", "records", "census", "random_survey", "exit_poll")


@dataclass(frozen=True)
class Spec:
    """Everything that defines an indicator; the fields of the model of the same name, and its goals by year."""

    key: str
    title: str
    unit: str
    source: str
    direction: str = "up"
    accumulation: str = "yearly"
    title_en: str = ""
    unit_en: str = ""
    decimals: int = 0
    baseline: Decimal | None = None
    baseline_low: Decimal | None = None
    baseline_high: Decimal | None = None
    baseline_on: date | None = None
    accumulates_from: int | None = None
    minimum_base: int = 0
    freshness_days: int = 400
    about: tuple[str, ...] = ()
    method: str = ""
    how: str = ""
    rule: str = ""
    is_demo: bool = False
    order: int = 0
    goals: Mapping[int, Goal] = field(default_factory=dict)


@transaction.atomic
def define(ward: Ward, spec: Spec, *, actor: Actor) -> tuple[Indicator, bool]:
    """Makes the indicator of that key or changes it, with its targets; also says whether anything changed.

    Targets of years that `spec` does not name are taken away; observations are never touched. Raises Invalid with
    the field's name.
    """
    _check(spec)
    values = {
        f.name: getattr(spec, f.name) for f in fields(spec) if f.name not in ("key", "goals", "about")
    } | {"about": list(spec.about)}
    for name in ("baseline", "baseline_low", "baseline_high"):
        values[name] = rounded(values[name])
    found = Indicator.objects.filter(ward=ward, key=spec.key).first()
    changed: list[str] = []
    if found is None:
        found = Indicator.objects.create(ward=ward, key=spec.key, **values)
        changed.append("created")
    else:
        changed = [name for name, value in values.items() if getattr(found, name) != value]
        if changed:
            Indicator.objects.filter(pk=found.pk).update(**{name: values[name] for name in changed})
            found.refresh_from_db()
    changed += _set_targets(found, spec.goals)
    if changed:
        record(
            ward=ward,
            actor=actor,
            action="indicators.indicator.defined",
            target=target_name(found),
            key=found.key,
            changed=sorted(set(changed)),
        )
        touch(ward)
    return found, bool(changed)


def _check(spec: Spec) -> None:
    faults = {}
    if not spec.title.strip():
        faults["title"] = _("名称を入れてください。")
    if spec.direction not in DIRECTIONS:
        faults["direction"] = _("方向は up、down、range のどれかです。")
    if spec.accumulation not in ACCUMULATIONS:
        faults["accumulation"] = _("積み上げ方は yearly か cumulative です。")
    if spec.method not in METHODS:
        faults["method"] = _("調べ方は records、census、random_survey、exit_poll のどれかです。")
    if not 0 <= spec.decimals <= 4:
        faults["decimals"] = _("小数の桁は0から4までです。")
    if spec.accumulation == "cumulative" and spec.direction == "range":
        faults["accumulation"] = _("範囲で見る指標は、年をまたいで足し上げられません。")
    if faults:
        raise Invalid(
            "indicator_invalid",
            _("指標の定めに誤りがあります。"),
            _("示された欄を直してください。"),
            fields=faults,
        )


def _set_targets(indicator: Indicator, goals: Mapping[int, Goal]) -> list[str]:
    """Makes the targets those of `goals`; names what changed."""
    wanted = {
        year: (rounded(goal.value), rounded(goal.low), rounded(goal.high)) for year, goal in goals.items()
    }
    standing = {t.fiscal_year: t for t in indicator.targets.all()}
    changed = []
    for year, target in standing.items():
        if year not in wanted:
            target.delete()
            changed.append(f"target_{year}")
    for year, (value, low, high) in wanted.items():
        before = standing.get(year)
        if before is not None and (before.value, before.low, before.high) == (value, low, high):
            continue
        Target.objects.update_or_create(
            indicator=indicator, fiscal_year=year, defaults={"value": value, "low": low, "high": high}
        )
        changed.append(f"target_{year}")
    return changed
