"""What the command line does with exports: `kuyakusho policy export WARD` and its way back."""

from __future__ import annotations

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.calendar import clock
from kuyakusho.core.ui import formats
from kuyakusho.core.wards.models import Ward

from ..models import Plan
from . import files, sheet_files, staff_sheets
from .bundle import gather
from .restoring import Changes, rehearse, restore

FORMATS = ("json", "csv", "xlsx", "pdf-sheet")
COMMAND = Actor.system("policy.export")


class NoSuchPlan(LookupError):
    """The ward or the plan isn't there; the message says which."""


def export_plan(
    ward: str, *, year: int | None = None, kind: str = "json", key: str = "policy"
) -> tuple[str, bytes]:
    """A name for the file, and its bytes. `kind` is one of FORMATS; without a year the newest plan is taken.

    json, csv (a ZIP with a CSV file per table) and xlsx hold everything and import again; pdf-sheet is the evaluation
    sheet as it stands, with drafts marked. Raises NoSuchPlan.
    """
    plan = _plan(ward, year, key)
    if kind == "pdf-sheet":
        sheet = staff_sheets.sheet_of_plan(plan, as_of=formats.moment(clock.now(), "ja"))
        return f"{ward}-{plan.key}-{plan.fiscal_year}-sheet.pdf", sheet_files.sheet_pdf(sheet)
    found = gather(plan)
    return f"{found.name}.{files.EXTENSIONS[kind]}", files.write(found, kind)


def import_file(ward: str, body: bytes, *, dry_run: bool = False) -> Changes:
    """Brings an export back into the ward; `dry_run` only says what would change.

    Raises NoSuchPlan for an unknown ward, `files.Unreadable`, and what `restoring.restore` raises.
    """
    found = Ward.objects.filter(slug=ward).first()
    if found is None:
        raise NoSuchPlan(f"there is no ward {ward}")
    return (rehearse if dry_run else restore)(found, files.read(body), actor=COMMAND)


def _plan(ward: str, year: int | None, key: str) -> Plan:
    plans = Plan.objects.select_related("ward").filter(ward__slug=ward, key=key)
    plan = plans.filter(fiscal_year=year).first() if year else plans.order_by("-fiscal_year").first()
    if plan is None:
        known = ", ".join(
            f"{key} {year}"
            for key, year in Plan.objects.filter(ward__slug=ward).values_list("key", "fiscal_year")
        )
        raise NoSuchPlan(
            f"{ward} has no plan {key} {year or ''}".rstrip() + (f"; it has: {known}" if known else "")
        )
    return plan
