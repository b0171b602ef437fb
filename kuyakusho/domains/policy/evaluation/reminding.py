"""Reminding the sections of what they owe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.models import Posting
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.outbox.services import send
from kuyakusho.core.ui import formats
from kuyakusho.core.wards.addresses import ward_address

from ..models import Plan
from . import queries
from .access import heirs
from .queries import Cell

ROLES = {"clerk": "clerk", "chief": "chief"}


@transaction.atomic
def remind(plan: Plan, phase: str, *, actor: Actor, sections: Collection[str] | None = None) -> int:
    """Sends one e-mail to everybody whose turn it is, listing what is owed; gives back how many people.

    Clerks are told of what is to be written, chiefs of what waits for their decision. `sections` (keys) narrows.
    Pressed twice on a day it sends once.
    """
    owed = _owed(plan, phase, sections)
    today = clock.today()
    people = Posting.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=today), section__in=owed, valid_from__lte=today
    ).select_related("member__account", "section")
    told = set()
    for posting in people:
        account = posting.member.account
        if not account.is_active or not account.email:
            continue
        cells = [
            cell
            for cell in owed[posting.section_id]
            if cell.duty.who in ROLES and cell.duty.who in posting.roles
        ]
        if not cells or posting.member_id in told:
            continue
        told.add(posting.member_id)
        with override("ja"):
            subject, body = _words(plan, phase, cells)
        send(
            ward=plan.ward,
            channel="email",
            to=account.email,
            subject=subject,
            body=body,
            key=f"policy.evaluation.remind:{plan.public_id}:{phase}:{posting.member.public_id}:{today}",
            topic="policy.evaluation",
        )
    record(
        ward=plan.ward,
        actor=actor,
        action="policy.evaluation.reminded",
        target=f"policy.plan:{plan.public_id}",
        phase=phase,
        people=len(told),
    )
    return len(told)


def _owed(plan: Plan, phase: str, sections: Collection[str] | None) -> dict[int, list[Cell]]:
    owed: dict[int, list[Cell]] = defaultdict(list)
    for group in queries.matrix(plan).groups:
        if sections is not None and group.section.key not in sections:
            continue
        for row in group.rows:
            owed[group.section.pk] += [c for c in row.cells if c.phase == phase and c.duty.is_owed]
    for ended, after in heirs(plan.ward, clock.today()).items():
        for section in after:
            owed[section] += owed.get(ended, [])
    return {section: cells for section, cells in owed.items() if cells}


def _words(plan: Plan, phase: str, cells: list[Cell]) -> tuple[str, str]:
    due_on = cells[0].due_on
    subject = _("【%(ward)s】%(plan)sの振り返り：期限は%(due)sです") % {
        "ward": plan.ward.name,
        "plan": formats.fiscal_year(plan.fiscal_year),
        "due": formats.short_day(due_on),
    }
    lines = [
        _("次の取組が残っています（%(count)d件）。") % {"count": len(cells)},
        "",
        *(f"・{cell.initiative.row} {cell.initiative.title}" for cell in cells),
        "",
        _("ここから開けます。"),
        ward_address(plan.ward, "evaluation:mine", absolute=True),
    ]
    return subject, "\n".join(lines)
