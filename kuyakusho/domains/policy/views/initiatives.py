"""Initiatives: our wording, owner, amounts, indicators, history, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuyakusho.core import access
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import KuyakushoError, Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.text.eras import fiscal_year_of
from kuyakusho.core.ui.forms import take_refusal
from kuyakusho.engines.indicators import public as indicators

from ..access import initiative_of, initiatives_of, may_change
from ..forms import (
    AmountsForm,
    EndForm,
    FollowForm,
    IndicatorForm,
    InitiativeForm,
    NewInitiativeForm,
    SuccessorForm,
    year_name,
)
from ..models import Initiative, Join, Plan
from ..queries.history import history
from ..rules.transitions import JOINED
from ..services import initiatives as services
from ..services.initiatives import NewInitiative
from ..services.measures import attach, detach

AT_ONCE = 100
DEEDS = ("end", "continue", "split")
STEP_WORDS = {
    "continues": gettext_lazy("引き継ぎ"),
    "split": gettext_lazy("分割"),
    "merge": gettext_lazy("統合"),
}
TONES = {
    indicators.MET: "good",
    indicators.MISSED: "warn",
    indicators.UNDECIDABLE: "info",
    indicators.NOT_MEASURED: "none",
}
WORDS = ("title", "summary", "title_en", "summary_en", "title_easy", "summary_easy")


@access.staff()
def index(request: Request) -> HttpResponse:
    """The initiatives that this person sees; `?q=` searches, `?plan=` and `?show=` narrow."""
    found = initiatives_of(request.staff)
    names = dict(Plan.objects.filter(ward=request.ward).order_by("fiscal_year").values_list("key", "title"))
    plans = [
        (key, names.get(key, key))
        for key in found.order_by("plan_key").values_list("plan_key", flat=True).distinct()
    ]
    plan, show = request.GET.get("plan", ""), request.GET.get("show", "running")
    words = request.GET.get("q", "").strip()[:100]
    today = fiscal_year_of(clock.today())
    running = Q(last_year=None) | Q(last_year__gte=today)
    counts = {"running": found.filter(running).count(), "ended": found.exclude(running).count()}
    found = found.exclude(running) if show == "ended" else found.filter(running)
    if plan in dict(plans):
        found = found.filter(plan_key=plan)
    if words:
        found = found.filter(
            Q(title__icontains=words) | Q(summary__icontains=words) | Q(row__icontains=words)
        )
    found = (
        found.order_by("order", "pk")
        .annotate(measures=Count("indicator_links", distinct=True))
        .prefetch_related(
            Prefetch(
                "joins",
                Join.objects.filter(state__in=JOINED)
                .select_related("node__plan")
                .order_by("-node__plan__fiscal_year"),
                to_attr="live_joins",
            )
        )
    )
    page = Paginator(found, AT_ONCE).get_page(request.GET.get("page"))
    base = reverse("policy-desk:initiatives")
    tabs = [
        {
            "title": name,
            "href": f"{base}?show={key}",
            "count": counts[key],
            "current": (show == "ended") == (key == "ended"),
        }
        for key, name in (("running", _("続いている")), ("ended", _("終わった")))
    ]
    return render(
        request,
        "policy/desk/initiatives.html",
        {
            "page": page,
            "tabs": tabs,
            "plans": plans if len(plans) > 1 else [],
            "plan": plan,
            "q": words,
            "may_change": may_change(request.staff),
        },
    )


@access.staff()
def one(request: Request, initiative: str) -> HttpResponse:
    """An initiative: everything that is known, and its forms for planners."""
    found = initiative_of(request.staff, initiative)
    if request.method != "POST":
        return _page(request, found)
    _planner(request)
    if "amounts" in request.POST:
        form: Form = AmountsForm(request.POST)
        return _done(
            request,
            found,
            form,
            lambda: services.set_amounts(found, form.cleaned_data["amounts"], actor=request.actor),
            _("金額を直しました。"),
            amounts=form,
        )
    form = InitiativeForm(request.POST, ward=request.ward)
    return _done(
        request,
        found,
        form,
        lambda: services.change(
            found,
            owner=form.cleaned_data["owner"],
            actor=request.actor,
            **{name: form.cleaned_data[name] for name in WORDS},
        ),
        _("取組を直しました。公表するまで区民には見えません。"),
        form=form,
    )


@access.staff("planner")
def indicator(request: Request, initiative: str) -> HttpResponse:
    """Attaches or detaches an indicator."""
    found = initiative_of(request.staff, initiative)
    if request.method != "POST":
        return redirect("policy-desk:initiative", initiative)
    if key := request.POST.get("detach", ""):
        detach(found, key, actor=request.actor)
        messages.success(request, _("指標を外しました。数値は残っています。"))
        return redirect("policy-desk:initiative", initiative)
    form = IndicatorForm(request.POST, keys=_keys(request))
    return _done(
        request,
        found,
        form,
        lambda: attach(
            found, form.cleaned_data["key"], weight=Decimal(form.cleaned_data["weight"]), actor=request.actor
        ),
        _("指標を付けました。"),
        measure=form,
    )


@access.staff("planner")
def begin(request: Request) -> HttpResponse:
    """A new initiative."""
    form = NewInitiativeForm(request.POST or None, ward=request.ward)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        new = NewInitiative(row=data["row"], owner=data["owner"], **{name: data[name] for name in WORDS})
        try:
            made = services.begin(
                request.ward, new, plan_key=data["plan_key"], year=data["year"], actor=request.actor
            )
        except KuyakushoError as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("新しい取組を作りました。"))
            return redirect("policy-desk:initiative", made.public_id)
    return render(
        request,
        "policy/desk/initiative_new.html",
        {"form": form, "crumbs": _crumbs(_("新しい取組"))},
        status=422 if form.errors else 200,
    )


@access.staff("planner")
def follow(request: Request, initiative: str, deed: str) -> HttpResponse:
    """An initiative ends, continues under another row, or is split."""
    found = initiative_of(request.staff, initiative)
    if deed not in DEEDS:
        raise Missing
    number = 0 if deed == "end" else 1 if deed == "continue" else _how_many(request)
    head: Form = (EndForm if deed == "end" else FollowForm)(request.POST or None)
    successors = [
        SuccessorForm(request.POST or None, prefix=f"n{n}", ward=request.ward) for n in range(number)
    ]
    if (
        request.method == "POST"
        and "more" not in request.POST
        and all(f.is_valid() for f in (head, *successors))
    ):
        try:
            _follow(found, deed, head.cleaned_data, successors, request)
        except KuyakushoError as refusal:
            take_refusal(head, refusal)
        else:
            messages.success(request, _("記録しました。これまでの年度の計画は変わりません。"))
            return redirect("policy-desk:initiative", initiative)
    titles = {"end": _("取組を終える"), "continue": _("別の記号で続ける"), "split": _("取組を分ける")}
    return render(
        request,
        "policy/desk/initiative_follow.html",
        {
            "initiative": found,
            "deed": deed,
            "title": titles[deed],
            "head": head,
            "successors": successors,
            "number": number,
            "crumbs": _crumbs(found.title, titles[deed], initiative=found),
        },
        status=422 if head.errors or any(f.errors for f in successors) else 200,
    )


def _follow(
    found: Initiative, deed: str, data: dict[str, Any], successors: Sequence[SuccessorForm], request: Request
) -> None:
    news = [NewInitiative(**form.cleaned_data) for form in successors]
    if deed == "end":
        services.end(found, last_year=data["last_year"], actor=request.actor)
    elif deed == "continue":
        services.continue_as(found, news[0], year=data["year"], actor=request.actor)
    else:
        services.split(found, news, year=data["year"], actor=request.actor)


@access.staff("planner")
def merge(request: Request) -> HttpResponse:
    """Several initiatives, chosen in the list, become one."""
    data = request.POST if request.method == "POST" else request.GET
    chosen = list(initiatives_of(request.staff).filter(public_id__in=data.getlist("initiative")))
    head = FollowForm(request.POST if "year" in request.POST else None)
    into = SuccessorForm(request.POST if "year" in request.POST else None, ward=request.ward)
    if "year" in request.POST and head.is_valid() and into.is_valid():
        try:
            made = services.merge(
                chosen,
                NewInitiative(**into.cleaned_data),
                year=head.cleaned_data["year"],
                actor=request.actor,
            )
        except KuyakushoError as refusal:
            take_refusal(head, refusal)
        else:
            messages.success(request, _("取組を統合しました。これまでの年度の計画は変わりません。"))
            return redirect("policy-desk:initiative", made.public_id)
    return render(
        request,
        "policy/desk/initiatives_merge.html",
        {"chosen": chosen, "head": head, "into": into, "crumbs": _crumbs(_("統合"))},
        status=422 if head.errors or into.errors else 200,
    )


def _how_many(request: Request) -> int:
    asked = (request.POST or request.GET).get("number", "2")
    number = int(asked) if asked.isdigit() and len(asked) < 3 else 2
    return max(2, min(8, number + ("more" in request.POST)))


def _done(
    request: Request, found: Initiative, asked: Form, deed: Callable[[], Any], said: str, **forms: Form
) -> HttpResponse:
    if asked.is_valid():
        try:
            deed()
        except KuyakushoError as refusal:
            take_refusal(asked, refusal)
        else:
            messages.success(request, said)
            return redirect("policy-desk:initiative", found.public_id)
    return _page(request, found, status=422, **forms)


def _planner(request: Request) -> None:
    if not may_change(request.staff):
        raise Missing


def _keys(request: Request) -> list[tuple[str, str]]:
    return [
        (key, f"{title}（{key}）")
        for key, title in indicators.Indicator.objects.filter(ward=request.ward).values_list("key", "title")
    ]


def _page(request: Request, found: Initiative, *, status: int = 200, **forms: Form) -> HttpResponse:
    links = {link.indicator_id: link for link in found.indicator_links.all()}
    year = fiscal_year_of(clock.today())
    loaded = indicators.load(request.ward, pks=links) if links else []
    told = history(found)
    changing = may_change(request.staff)
    return render(
        request,
        "policy/desk/initiative.html",
        {
            "initiative": found,
            "measures": [
                {
                    "loaded": one,
                    "weight": links[one.indicator.pk].weight,
                    "doubts": [indicators.doubt_sentence(doubt) for doubt in one.doubts()],
                    "result": indicators.result_label(one.judged(year)),
                    "tone": TONES[one.judged(year).result],
                    "href": reverse("indicators:desk-one", args=[one.indicator.key]),
                }
                for one in loaded
            ],
            "history": [
                {
                    "title": f"{year_name(entry.year)}　{entry.row} {entry.title}",
                    "text": "、".join(
                        [
                            entry.owner,
                            *(f"{n.get('code', '')} {n.get('title', '')}".strip() for n in entry.nodes),
                        ]
                    ),
                }
                for entry in reversed(told.years)
            ],
            "steps": [
                f"{year_name(step.year)} {STEP_WORDS[step.kind]}：{step.before} → {step.after}"
                for step in told.steps
            ],
            "may_change": changing,
            "form": forms.get("form")
            or InitiativeForm(
                ward=request.ward,
                initial={**{name: getattr(found, name) for name in WORDS}, "owner": found.owner.key},
            ),
            "amounts": forms.get("amounts") or AmountsForm(initial={"amounts": AmountsForm.lines_of(found)}),
            "measure": (forms.get("measure") or IndicatorForm(keys=_keys(request))) if changing else None,
            "joins": list(
                found.joins.filter(state__in=JOINED)
                .select_related("node__plan")
                .order_by("-node__plan__fiscal_year")
            ),
            "crumbs": _crumbs(found.title),
        },
        status=status,
    )


def _crumbs(*labels: str, initiative: Initiative | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("取組"), reverse("policy-desk:initiatives"))]
    for label in labels:
        crumbs.append((label, ""))
    if initiative is not None:
        crumbs[1] = (labels[0], reverse("policy-desk:initiative", args=[initiative.public_id]))
    return crumbs
