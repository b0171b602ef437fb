"""A figure that a person enters: who, why, from where, of which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.errors import Invalid
from kuyakusho.core.wards.services import touch

from ..models import Indicator, Observation
from ..rules import Period
from .storing import Finding, rounded, store, target_name

# What the column can hold: 18 digits, four of them behind the point; SQLite keeps the first fifteen.
LARGEST = Decimal(10) ** 14
MOST_DIGITS = 15


@dataclass(frozen=True)
class Entry:
    """One figure as it comes from a form or a file; `source_on` is the date of the publication it is from."""

    from_on: date
    until_on: date
    value: Decimal
    source: str
    source_on: date
    note: str
    base: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    is_demo: bool = False


def faults_of(entry: Entry, *, today: date) -> dict[str, str]:
    """What is wrong with the entry, by field; empty when it can be kept."""
    faults = {}
    if entry.until_on <= entry.from_on:
        faults["until_on"] = _("期間の終わりは、始まりより後の日にしてください。")
    elif entry.from_on > today:
        faults["from_on"] = _("まだ始まっていない期間の数値は入れられません。")
    if not entry.source.strip():
        faults["source"] = _("数値の出どころ（資料の名前や公表した機関）を入れてください。")
    elif len(entry.source) > 200:
        faults["source"] = _("出どころは200文字までです。")
    if entry.source_on > today:
        faults["source_on"] = _("資料の日付が先の日になっています。")
    if not entry.note.strip():
        faults["note"] = _("なぜ手で入れるのか、またはなぜ直すのかを書いてください。")
    elif len(entry.note) > 400:
        faults["note"] = _("理由は400文字までです。")
    for name in ("value", "low", "high"):
        number = getattr(entry, name)
        if number is not None and (not number.is_finite() or abs(number) >= LARGEST):
            faults[name] = _("数値が大きすぎるか、数値として読めません。")
        elif number is not None and _digits(number) > MOST_DIGITS:
            faults[name] = _("数値は、小数点の前と後ろを合わせて15けたまでです。")
    if entry.base is not None and entry.base == 0:
        faults["base"] = _(
            "母数が0のときは測定できていません。数値を入れずに「未測定」のままにしてください。"
        )
    elif entry.base is not None and entry.base < 0:
        faults["base"] = _("母数は0より大きい数にしてください。")
    elif entry.base is not None and entry.base >= 2**63:
        faults["base"] = _("数値が大きすぎるか、数値として読めません。")
    if not faults.keys() & {"value", "low", "high"}:
        if entry.low is not None and entry.low > entry.value:
            faults["low"] = _("区間の下端は、値より大きくできません。")
        if entry.high is not None and entry.high < entry.value:
            faults["high"] = _("区間の上端は、値より小さくできません。")
    return faults


def _digits(number: Decimal) -> int:
    """How many digits the number has as it would be kept, without zeros at its end."""
    kept = rounded(number)
    return len(kept.normalize().as_tuple().digits) if kept else 0


@transaction.atomic
def type_in(
    indicator: Indicator, entry: Entry, *, actor: Actor, way: str = "typed"
) -> tuple[Observation, bool]:
    """Keeps the figure; a figure of the same period that is there already stays, and this one wins from now on.

    `way` (typed or file) goes into the lineage. Raises Invalid with the fields that are wrong.
    """
    faults = faults_of(entry, today=clock.today())
    if faults:
        raise Invalid(
            "figure_invalid",
            _("入力した内容を確かめてください。"),
            _("示された欄を直してください。"),
            fields=faults,
        )
    period = Period(entry.from_on, entry.until_on)
    observation, is_new = store(
        indicator,
        Finding(
            period,
            entry.value,
            as_of=_end_of(period),
            source=entry.source.strip(),
            base=entry.base,
            low=entry.low,
            high=entry.high,
            source_on=entry.source_on,
            note=entry.note.strip(),
            lineage={"way": way},
            is_demo=entry.is_demo,
        ),
        actor,
    )
    if is_new:
        record(
            ward=indicator.ward,
            actor=actor,
            action="indicators.observation.entered",
            target=target_name(indicator),
            key=indicator.key,
            way=way,
            period=[entry.from_on.isoformat(), entry.until_on.isoformat()],
            value=str(observation.value),
        )
        touch(indicator.ward)
    return observation, is_new


def _end_of(period: Period) -> datetime:
    """The state of a figure made elsewhere: the end of its last day, and no later than now."""
    return min(datetime.combine(period.last_on, time(23, 59, 59), JAPAN), clock.now())
