"""Initiatives across the years: they begin, change, continue under another row, are split, merge and end.

Nothing is deleted: last year's plan names them as they were. Links say what became of what, so that history can be
followed in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.errors import Conflict, Invalid, Missing
from kuyakusho.core.outbox.services import announce
from kuyakusho.core.wards.models import Section, Ward

from ..models import Budget, Initiative, InitiativeIndicator, InitiativeLink
from .revisions import grown_with

ROW = re.compile(r"^[0-9A-Za-zァ-ヴ+.\-]{1,40}$")
WORDS = ("title", "title_en", "title_easy", "summary", "summary_en", "summary_easy")


@dataclass(frozen=True)
class NewInitiative:
    """What a planner says about an initiative that comes into being."""

    row: str
    title: str
    owner: str
    summary: str = ""
    title_en: str = ""
    summary_en: str = ""
    title_easy: str = ""
    summary_easy: str = ""


@transaction.atomic
def begin(ward: Ward, new: NewInitiative, *, plan_key: str, year: int, actor: Actor) -> Initiative:
    """A new initiative from a fiscal year on. Raises Invalid with the fields that are wrong."""
    initiative = _made(ward, new, plan_key, year)
    _told(initiative, actor, "begun", year=year)
    return initiative


@transaction.atomic
def change(initiative: Initiative, *, owner: str | None = None, actor: Actor, **values: Any) -> Initiative:
    """Other words, SDGs, or another owner. `values` are some of WORDS and `sdgs`."""
    if unknown := set(values) - {*WORDS, "sdgs"}:
        raise ValueError(f"not changeable: {sorted(unknown)}")
    initiative = _locked(initiative)
    before = {name: getattr(initiative, name) for name in values}
    if "title" in values and not values["title"].strip():
        raise _invalid(title=_("題名を入れてください。"))
    for name, value in values.items():
        setattr(initiative, name, value)
    changed = [name for name in values if before[name] != values[name]]
    if owner is not None and owner != initiative.owner.key:
        initiative.owner = _section(initiative.ward, owner)
        changed.append("owner")
    if not changed:
        return initiative
    initiative.save(update_fields=changed)
    grown_with([initiative])
    _told(initiative, actor, "changed", fields=changed)
    return initiative


@transaction.atomic
def set_amounts(initiative: Initiative, amounts: Sequence[tuple[int, str, int]], *, actor: Actor) -> None:
    """The amounts of an initiative: fiscal year, kind, yen. What is not named any more goes."""
    initiative = _locked(initiative)
    if any(yen < 0 for _year, _kind, yen in amounts) or any(
        kind not in Budget.KINDS for _y, kind, _yen in amounts
    ):
        raise _invalid(amounts=_("金額は0円以上の整数で入れてください。"))
    if len({(year, kind) for year, kind, _yen in amounts}) != len(amounts):
        raise _invalid(amounts=_("同じ年度と種類の金額が二つあります。"))
    standing = set(initiative.budgets.values_list("fiscal_year", "kind", "amount_yen"))
    if standing == set(amounts):
        return
    initiative.budgets.all().delete()
    Budget.objects.bulk_create(
        Budget(initiative=initiative, fiscal_year=year, kind=kind, amount_yen=yen)
        for year, kind, yen in amounts
    )
    grown_with([initiative])
    _told(initiative, actor, "amounts-set", amounts=len(amounts))


@transaction.atomic
def end(initiative: Initiative, *, last_year: int, actor: Actor) -> None:
    """The fiscal year that is its last."""
    initiative = _locked(initiative)
    if last_year < initiative.first_year:
        raise _invalid(last_year=_("始まった年度より前には終われません。"))
    if initiative.last_year is not None and initiative.last_year != last_year:
        raise _ended(initiative)
    initiative.last_year = last_year
    initiative.save(update_fields=["last_year"])
    grown_with([initiative])
    _told(initiative, actor, "ended", last_year=last_year)


@transaction.atomic
def continue_as(initiative: Initiative, new: NewInitiative, *, year: int, actor: Actor) -> Initiative:
    """From `year` on the same thing under another row: the old one ends the year before."""
    [after] = _followed([initiative], [new], "continues", year, actor)
    return after


@transaction.atomic
def split(
    initiative: Initiative, into: Sequence[NewInitiative], *, year: int, actor: Actor
) -> list[Initiative]:
    """From `year` on several take its place."""
    if len(into) < 2:
        raise _invalid(into=_("二つ以上に分けてください。"))
    return _followed([initiative], into, "split", year, actor)


@transaction.atomic
def merge(initiatives: Sequence[Initiative], into: NewInitiative, *, year: int, actor: Actor) -> Initiative:
    """From `year` on one takes the place of several."""
    if len({i.pk for i in initiatives}) < 2:
        raise _invalid(initiatives=_("二つ以上の取組を選んでください。"))
    [after] = _followed(initiatives, [into], "merge", year, actor)
    return after


def _followed(
    before: Sequence[Initiative],
    into: Sequence[NewInitiative],
    kind: str,
    year: int,
    actor: Actor,
) -> list[Initiative]:
    olds = [_locked(one) for one in sorted(before, key=lambda i: i.pk)]
    first = olds[0]
    if any((one.ward_id, one.plan_key) != (first.ward_id, first.plan_key) for one in olds):
        raise Missing
    for old in olds:
        if old.last_year is not None:
            raise _ended(old)
        if year <= old.first_year:
            raise _invalid(year=_("始まった年度より後の年度を選んでください。"))
    news = [_made(first.ward, new, first.plan_key, year) for new in into]
    for new in news:
        _inherit(olds, new)
    for old in olds:
        old.last_year = year - 1
        old.save(update_fields=["last_year"])
    InitiativeLink.objects.bulk_create(
        InitiativeLink(before=old, after=new, kind=kind, fiscal_year=year) for old in olds for new in news
    )
    grown_with(olds)
    for old in olds:
        _told(old, actor, kind, year=year, into=[new.row for new in news])
    return news


def _inherit(olds: Sequence[Initiative], new: Initiative) -> None:
    """What goes over to a successor: indicators with their weights, capabilities, SDGs, and the guard of secrets."""
    links: dict[int, Any] = {}
    for old in olds:
        for link in old.indicator_links.all():
            links.setdefault(link.indicator_id, link.weight)
    InitiativeIndicator.objects.bulk_create(
        InitiativeIndicator(initiative=new, indicator_id=pk, weight=weight) for pk, weight in links.items()
    )
    new.capabilities = sorted({c for old in olds for c in old.capabilities})
    new.sdgs = sorted({g for old in olds for g in old.sdgs})
    new.is_confidential = any(old.is_confidential for old in olds)
    new.save(update_fields=["capabilities", "sdgs", "is_confidential"])


def _made(ward: Ward, new: NewInitiative, plan_key: str, year: int) -> Initiative:
    faults = {}
    if not ROW.match(new.row):
        faults["row"] = _("記号は英数字、カタカナ、「.」「-」「+」だけで40文字までです。")
    if not new.title.strip():
        faults["title"] = _("題名を入れてください。")
    if faults:
        raise _invalid(**faults)
    last = Initiative.objects.filter(ward=ward, plan_key=plan_key).aggregate(last=Max("order"))["last"]
    try:
        with transaction.atomic():
            return Initiative.objects.create(
                ward=ward,
                plan_key=plan_key,
                row=new.row,
                owner=_section(ward, new.owner),
                first_year=year,
                order=(last or 0) + 1,
                **{name: getattr(new, name) for name in WORDS},
            )
    except IntegrityError as fault:
        raise Conflict(
            "policy.row-taken",
            _("記号「%(row)s」は、もう使われています。") % {"row": new.row},
            _("別の記号にしてください。"),
        ) from fault


def _section(ward: Ward, key: str) -> Section:
    section = Section.objects.filter(ward=ward, key=key).first()
    if section is None:
        raise _invalid(owner=_("担当の課を選んでください。"))
    return section


def _locked(initiative: Initiative) -> Initiative:
    found = (
        Initiative.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner", "ward")
        .filter(pk=initiative.pk)
        .first()
    )
    if found is None:
        raise Missing
    return found


def _ended(initiative: Initiative) -> Conflict:
    return Conflict(
        "policy.initiative-ended",
        _("取組「%(title)s」は、もう終わることになっています。") % {"title": initiative.title},
        _("これまでの経過を見てください。"),
    )


def _invalid(**fields: str) -> Invalid:
    return Invalid("policy.initiative-invalid", _("入力を確かめてください。"), fields=fields)


def _told(initiative: Initiative, actor: Actor, what: str, **facts: Any) -> None:
    record(
        ward=initiative.ward,
        actor=actor,
        action=f"policy.initiative.{what}",
        target=f"policy.initiative:{initiative.public_id}",
        row=initiative.row,
        **facts,
    )
    announce(
        ward=initiative.ward,
        fact="policy.initiative.changed",
        payload={"initiative": initiative.public_id, "change": what},
    )
