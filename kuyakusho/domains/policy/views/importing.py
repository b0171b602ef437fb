"""Import: upload, look through, save."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.errors import Invalid, KuyakushoError, Refused
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal
from kuyakusho.core.wards.models import Section

from ..access import review_of
from ..forms import AimForm, UploadForm
from ..models import ImportReview, Plan
from ..queries.seekers import running
from ..rules.imported import coverage_of
from ..services import reviews
from ..services.reviews import Upload, joins_of, open_review, outline_of
from ..services.saving import save_review
from .correcting import Asked, asked, kept_query, number_of
from .editing import card_of
from .workbench import Workbench


@access.staff("planner")
def upload(request: Request) -> HttpResponse:
    """A document comes in."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            review = open_review(
                request.ward,
                Upload(
                    data["file"].name,
                    data["file"].read(),
                    data["plan_key"],
                    data["plan_kind"],
                    data["fiscal_year"],
                    data["address"],
                ),
                actor=request.actor,
            )
        except (Invalid, Refused) as refusal:
            take_refusal(form, refusal)
            if "file" in refusal.fields and refusal.next_step:
                form.add_error("file", str(refusal.next_step))
        else:
            return redirect("policy-desk:review", review.public_id)
    return render(request, "policy/desk/upload.html", {"form": form}, status=422 if form.errors else 200)


@access.staff("planner")
def review(request: Request, review: str) -> HttpResponse:
    """Source and tree side by side, with everything that the import has to say."""
    found = review_of(request.staff, review)
    return _page(request, found)


@access.staff("planner")
def fix(request: Request, review: str) -> HttpResponse:
    """One correction, or one decision about a join; then back to where the planner was."""
    found = review_of(request.staff, review)
    if request.method != "POST":
        return redirect("policy-desk:review", review)
    wanted: Asked | None = None
    try:
        wanted = asked(request.POST, request.ward)
        if wanted.form is not None and not wanted.form.is_valid():
            return _page(request, found, wanted=wanted, status=422)
        focus = _do(request, found, wanted)
    except KuyakushoError as refusal:
        found.refresh_from_db()
        return _page(request, found, wanted=wanted, refusal=refusal, status=refusal.status)
    bench = _bench(found, kept_query(request.POST), focus)
    return redirect(bench.address(focus, f"t-{focus}" if focus else ""))


def _do(request: Request, found: ImportReview, wanted: Asked) -> str:
    version = number_of(request.POST, "version")
    actor = request.actor
    if wanted.correction is not None:
        return reviews.correct_review(found, wanted.correction, version=version, actor=actor)
    if wanted.action == "undo":
        reviews.undo_review(found, version=version, actor=actor)
        return wanted.node
    if wanted.action == "propose":
        reviews.propose_again(found, version=version, actor=actor)
        messages.success(request, _("結び付ける相手を探し直しました。"))
        return wanted.node
    if wanted.action in ("confirm", "reject"):
        state = "confirmed" if wanted.action == "confirm" else "rejected"
        reviews.decide_review_join(found, wanted.node, wanted.row, state=state, version=version, actor=actor)
        return wanted.node
    raise Invalid("policy.action-unknown", _("この操作はできません。"))


@access.staff("planner")
def whole(request: Request, review: str) -> HttpResponse:
    """What concerns the document as a whole: which plan it is, or that it is put aside."""
    found = review_of(request.staff, review)
    if request.method != "POST":
        return redirect("policy-desk:review", review)
    version = number_of(request.POST, "version")
    form = None
    try:
        if request.POST.get("action") == "abandon":
            reviews.abandon_review(found, version=version, actor=request.actor)
            messages.success(request, _("取込をやめました。計画は変わっていません。"))
            return redirect("policy-desk:plans")
        form = AimForm(request.POST)
        if not form.is_valid():
            return _page(request, found, aim=form, status=422)
        reviews.aim_review(found, version=version, actor=request.actor, **form.cleaned_data)
    except KuyakushoError as refusal:
        found.refresh_from_db()
        return _page(request, found, aim=form, refusal=refusal, status=refusal.status)
    messages.success(request, _("どの計画かを改め、結び付ける相手を探し直しました。"))
    return redirect("policy-desk:review", review)


@access.staff("planner")
def save(request: Request, review: str) -> HttpResponse:
    """Asks once more with what will happen, then makes the document the working tree."""
    found = review_of(request.staff, review)
    refusal: KuyakushoError | None = None
    if request.method == "POST":
        try:
            saved = save_review(
                found,
                version=number_of(request.POST, "version"),
                plan_revision=number_of(request.POST, "plan_revision"),
                actor=request.actor,
            )
        except KuyakushoError as error:
            refusal = error
            found.refresh_from_db()
        else:
            messages.success(request, _("計画の体系として保存しました。公表するまで区民には見えません。"))
            return redirect("policy-desk:tree", saved.key, saved.fiscal_year)
    plan = Plan.objects.filter(ward=request.ward, key=found.plan_key, fiscal_year=found.fiscal_year).first()
    bench = _bench(found, {}, "")
    return render(
        request,
        "policy/desk/save.html",
        {
            "review": found,
            "plan": plan,
            "plan_revision": plan.revision if plan else 0,
            "bench": bench,
            "coverage": coverage_of(found.document.text, bench.outline, found.tree["about"]),
            "refusal": refusal,
            "back": reverse("policy-desk:review", args=[found.public_id]),
            "is_closed": found.state != "open",
            "points": _points(bench, plan),
        },
        status=refusal.status if refusal else 200,
    )


def _points(bench: Workbench, plan: Plan | None) -> list[str]:
    points = [
        _("%(count)d個の項目が、作業中の体系になります。") % {"count": bench.counts["all"]},
        _("%(joined)d件の取組が文書の項目と結び付きます（全部で%(all)d件）。")
        % {"joined": bench.counts["joined"], "all": bench.counts["initiatives"]},
    ]
    if bench.counts["doubtful"]:
        points.append(
            _("確認が要る結び付けが%(count)d件残っています。公表には載らず、後からも確かめられます。")
            % {"count": bench.counts["doubtful"]}
        )
    if plan is not None:
        points.append(_("今の体系は置き換わります。同じ項目のアドレスと経過は残ります。"))
        if plan.origin == "hand":
            points.append(_("机で直した今の体系の文は、文書の文に置き換わります。"))
    points.append(_("公表した版は変わりません。"))
    return points


def _bench(found: ImportReview, query: dict[str, str], chosen: str, page: str = "") -> Workbench:
    return Workbench(
        outline=outline_of(found),
        joins=joins_of(found),
        initiatives=running(found.ward, found.plan_key, found.fiscal_year),
        text=found.document.text,
        path=reverse("policy-desk:review", args=[found.public_id]),
        query=query,
        chosen_id=chosen,
        page_number=int(page) if page.isdigit() else 0,
        owners=dict(Section.objects.filter(ward=found.ward).values_list("key", "name")),
    )


def _page(
    request: Request,
    found: ImportReview,
    *,
    wanted: Asked | None = None,
    aim: Any = None,
    refusal: KuyakushoError | None = None,
    status: int = 200,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    bench = _bench(found, kept_query(data), data.get("node", ""), data.get("page", ""))
    about = found.tree["about"]
    is_open = found.state == "open"
    return render(
        request,
        "policy/desk/review.html",
        {
            "review": found,
            "bench": bench,
            "about": about,
            "coverage": coverage_of(found.document.text, bench.outline, about),
            "card": card_of(bench, request.ward, wanted.form if wanted else None) if bench.chosen else None,
            "may_change": is_open,
            "lock_name": "version",
            "lock": found.version,
            "fix": reverse("policy-desk:review-fix", args=[found.public_id]),
            "can_undo": bool(found.undo),
            "refusal": refusal,
            "aim": aim
            or AimForm(
                initial={
                    "plan_key": found.plan_key,
                    "plan_kind": found.plan_kind,
                    "fiscal_year": found.fiscal_year,
                }
            ),
            "kept": kept_query(data),
            "crumbs": [(_("計画"), reverse("policy-desk:plans")), (_("取込の確認"), "")],
        },
        status=status,
    )
