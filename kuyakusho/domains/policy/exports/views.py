"""Open data for everybody; whole exports, their way back and the evaluation sheet for the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing
from kuyakusho.core.files.carrying import carried, carry
from kuyakusho.core.http.pages import public_page
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui import formats
from kuyakusho.core.ui.forms import take_refusal
from kuyakusho.core.ui.said import said

from ..models import Plan
from ..public.outline import STAGE_NAMES
from ..public.shelf import Shown, newest
from ..rules.canonical import canonical
from . import files, open_data, sheet_files, staff_sheets
from .bundle import Bundle, gather
from .forms import BundleForm
from .restoring import Changes, rehearse, restore
from .sheets import Sheet, sheet_of

CARRIED = "policy.import"
LARGEST_UPLOAD = 20 * 1024 * 1024
SHEET_READERS = ("planner", "auditor", "administrator")
XLSX = files.MEDIA_TYPES["xlsx"]


# For everybody


@access.public
@public_page()
def data(request: Request, year: int, key: str = "policy") -> HttpResponse:
    """What can be downloaded of the plan, what the columns mean, and what one may do with it."""
    shown = newest(request.ward, key, year)
    at = _address(key, year)
    tables = [
        {
            "name": table.name,
            "title": table.title,
            "columns": table.columns,
            "rows": sum(1 for _row in table.rows(shown.content)),
            "href": _inside("table", at, table.name),
        }
        for table in open_data.TABLES
    ]
    whole = [
        {
            "title": _("すべての表"),
            "href": _inside("file", at, "plan.zip"),
            "kind": "CSV",
            "about": _("ZIPの中に表ごとのCSV"),
        },
        {"title": _("すべての表"), "href": _inside("file", at, "plan.xlsx"), "kind": "XLSX", "about": ""},
        {
            "title": _("公表した版そのもの"),
            "href": _inside("file", at, "plan.json"),
            "kind": "JSON",
            "about": _("SHA-256 %(digest)s") % {"digest": shown.digest},
        },
    ]
    sheets = [
        {"title": _("振り返りの票"), "href": _inside("sheet", at), "kind": "HTML", "about": ""},
        {"title": _("振り返りの票"), "href": _inside("file", at, "sheet.xlsx"), "kind": "XLSX", "about": ""},
        {
            "title": _("振り返りの票"),
            "href": _inside("file", at, "sheet.pdf"),
            "kind": "PDF",
            "about": _("読み上げに対応"),
        },
    ]
    return render(
        request,
        "policy/exports/data.html",
        {
            "shown": shown,
            "plan_title": said(shown.plan, "title"),
            "stage": STAGE_NAMES[shown.stage],
            "whole": whole,
            "sheets": sheets,
            "tables": tables,
            "licence": request.ward.office.get("open_data_licence", "CC BY 4.0"),
            "crumbs": [(said(shown.plan, "title").text, _plan_address(key, year)), (_("オープンデータ"), "")],
        },
    )


@access.public
@public_page()
def file(request: Request, year: int, name: str, key: str = "policy") -> HttpResponse:
    """One of the whole files of the newest edition."""
    shown = newest(request.ward, key, year)
    stem = f"{request.ward.slug}-{key}-{year}"
    if name == "plan.json":
        return _download(canonical(shown.content), "application/json", f"{stem}.json")
    if name == "plan.zip":
        return _download(open_data.zip_of(shown), "application/zip", f"{stem}.zip")
    if name == "plan.xlsx":
        return _download(open_data.workbook_of(shown), XLSX, f"{stem}.xlsx")
    if name == "sheet.xlsx":
        return _download(sheet_files.sheet_xlsx(_sheet(request, shown)), XLSX, f"{stem}-sheet.xlsx")
    if name == "sheet.pdf":
        body = sheet_files.sheet_pdf(_sheet(request, shown), request.variant.html_lang)
        return _download(body, "application/pdf", f"{stem}-sheet.pdf")
    raise Missing


@access.public
@public_page()
def table(request: Request, year: int, name: str, key: str = "policy") -> HttpResponse:
    """One table as CSV."""
    shown = newest(request.ward, key, year)
    found = open_data.table_named(name)
    if found is None:
        raise Missing
    body = open_data.csv_of(found, shown)
    return _download(body, "text/csv; charset=utf-8", f"{request.ward.slug}-{key}-{year}-{name}.csv")


@access.public
@public_page()
def sheet(request: Request, year: int, key: str = "policy") -> HttpResponse:
    """The evaluation sheet of the newest edition as a page."""
    shown = newest(request.ward, key, year)
    found = _sheet(request, shown)
    at = _address(key, year)
    crumbs = [
        (said(shown.plan, "title").text, _plan_address(key, year)),
        (_("オープンデータ"), _inside("data", at)),
        (_("振り返りの票"), ""),
    ]
    return render(request, "policy/exports/sheet.html", {"sheet": found, "shown": shown, "crumbs": crumbs})


def _sheet(request: Request, shown: Shown) -> Sheet:
    words = {"stage": STAGE_NAMES[shown.stage], "at": formats.moment(shown.published_at)}
    return sheet_of(shown.content, request.ward.style, as_of=_("%(stage)s（%(at)sに公表）") % words)


def _address(key: str, year: int) -> dict[str, Any]:
    return {"year": year} if key == "policy" else {"key": key, "year": year}


def _inside(name: str, at: dict[str, Any], part: str = "") -> str:
    """An address of the open data, by whether the plan is the policy or one beside it."""
    prefix = "plan-" if "key" in at else ""
    return reverse(f"exports:{prefix}{name}", kwargs={**at, **({"name": part} if part else {})})


def _plan_address(key: str, year: int) -> str:
    if key == "policy":
        return reverse("policy:year", args=[year])
    return reverse("policy:plan", args=[key, year])


def _download(body: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# For the desk


@access.staff(*SHEET_READERS)
def index(request: Request) -> HttpResponse:
    """The plans of the ward with what can be taken out, and the way back in."""
    plans = [
        {
            "plan": plan,
            "files": [
                {
                    "title": plan.title,
                    "href": reverse("exports:full", args=[plan.fiscal_year, plan.key, kind]),
                    "kind": kind.upper() if kind != "csv" else "CSV (ZIP)",
                    "about": "",
                }
                for kind in ("json", "csv", "xlsx")
            ]
            if request.staff.has_role("planner")
            else [],
        }
        for plan in Plan.objects.filter(ward=request.ward)
    ]
    return render(
        request,
        "policy/exports/index.html",
        {"plans": plans, "form": BundleForm(), "may_import": request.staff.has_role("planner")},
    )


@access.staff("planner")
def full(request: Request, year: int, key: str, kind: str) -> HttpResponse:
    """Everything that belongs to a plan, in a file that imports again."""
    plan = _plan(request, year, key)
    if kind not in files.EXTENSIONS:
        raise Missing
    found = gather(plan)
    record(
        ward=request.ward,
        actor=request.actor,
        action="policy.plan.exported",
        target=f"policy.plan:{plan.public_id}",
        kind=kind,
    )
    return _download(
        files.write(found, kind), files.MEDIA_TYPES[kind], f"{found.name}.{files.EXTENSIONS[kind]}"
    )


@access.staff(*SHEET_READERS)
def staff_sheet(request: Request, year: int, key: str, kind: str) -> HttpResponse:
    """The evaluation sheet as it stands, drafts marked: as a page, XLSX or PDF."""
    plan = _plan(request, year, key)
    as_of = _("%(at)s 現在（承認前の内容を含む）") % {"at": formats.moment(clock.now())}
    found = staff_sheets.sheet_of_plan(plan, as_of=as_of)
    name = f"{request.ward.slug}-{key}-{year}-sheet"
    if kind == "page":
        crumbs = [(_("書き出し"), reverse("exports:index")), (plan.title, "")]
        return render(
            request, "policy/exports/staff_sheet.html", {"sheet": found, "plan": plan, "crumbs": crumbs}
        )
    if kind == "xlsx":
        return _download(sheet_files.sheet_xlsx(found), XLSX, f"{name}.xlsx")
    if kind == "pdf":
        return _download(sheet_files.sheet_pdf(found), "application/pdf", f"{name}.pdf")
    raise Missing


@access.staff("planner")
def bring_in(request: Request) -> HttpResponse:
    """An export comes back: choose, look what would change, say yes."""
    if request.method != "POST":
        return redirect("exports:index")
    if "carried" in request.POST:
        return _confirmed(request)
    form = BundleForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if upload.size > LARGEST_UPLOAD:
                sentence = _("ファイルが大きすぎます（20MBまで）。")
                raise Invalid("file_too_large", sentence, fields={"file": sentence})
            body = upload.read()
            changes = rehearse(request.ward, _read(body), actor=request.actor)
            value = carry(CARRIED, request.ward, request.actor, upload.name, body)
        except KuyakushoError as refusal:
            take_refusal(form, refusal)
        else:
            return render(
                request,
                "policy/exports/preview.html",
                {"name": upload.name, "carried": value, "changes": changes, "rows": _rows(changes)},
            )
    return render(
        request, "policy/exports/index.html", {"form": form, "may_import": True, "plans": []}, status=422
    )


def _confirmed(request: Request) -> HttpResponse:
    try:
        kept = carried(CARRIED, request.ward, request.actor, request.POST["carried"])
        changes = restore(request.ward, _read(kept.body), actor=request.actor)
    except KuyakushoError as refusal:
        form = BundleForm()
        return render(
            request,
            "policy/exports/index.html",
            {"form": form, "may_import": True, "plans": [], "refusal": refusal},
            status=refusal.status,
        )
    messages.success(request, _("何も変わっていません。") if changes.is_nothing else _("取り込みました。"))
    return redirect("exports:index")


def _read(body: bytes) -> Bundle:
    try:
        return files.read(body)
    except files.Unreadable as fault:
        raise Invalid(
            "not_an_export",
            _("書き出したファイルとして読めません：%(faults)s") % {"faults": "、".join(fault.faults[:5])},
            _("書き出しからやり直すか、示されたところを直してください。"),
        ) from fault


def _rows(changes: Changes) -> list[dict[str, Any]]:
    names = {
        "plan": _("計画"), "documents": _("原本"), "nodes": _("項目"), "initiatives": _("取組"),
        "initiative_links": _("取組のつながり"), "initiative_indicators": _("取組の指標"), "budgets": _("金額"),
        "joins": _("結び付け"), "indicators": _("指標"), "targets": _("目標"), "observations": _("指標の値"),
        "evaluations": _("振り返り"), "council_grades": _("委員の評価"),
    }  # fmt: skip
    return [{"title": names[name], "done": done} for name, done in changes.tables.items()]


def _plan(request: Request, year: int, key: str) -> Plan:
    plan = Plan.objects.filter(ward=request.ward, fiscal_year=year, key=key).first()
    if plan is None:
        raise Missing
    plan.ward = request.ward
    return plan
