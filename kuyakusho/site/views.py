"""Pages that mix rooms: the list of wards and a ward's home page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from kuyakusho.core import access
from kuyakusho.core.calendar import clock
from kuyakusho.core.http.pages import public_page
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.said import Said, said
from kuyakusho.core.wards.addresses import prefix
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.public.news import news
from kuyakusho.engines.catalogue import public as catalogue

from .desk import waiting
from .home import closing_soon, opening, sentence


@access.public
def wards(request: Request) -> HttpResponse:
    """The wards of this installation."""
    return render(request, "site/wards.html", {"wards": Ward.objects.filter(training_of=None)})


@access.public
@public_page(by_minute=True, max_age=15)
def home(request: Request) -> HttpResponse:
    """A ward's front page: what a resident came for, in one glance."""
    ward, now = request.ward, clock.now()
    facts = opening(ward, now)
    disaster = ward.disaster or {}
    return render(
        request,
        "site/home.html",
        {
            "ward": ward,
            "now": now,
            "opening": facts,
            "words": sentence(facts, now),
            "live": f"/api/v1/{ward.slug}/home",
            "offers": catalogue.offers(ward, request.variant),
            "news": [
                {**row, "href": prefix(ward, request.variant.segment) + row["path"][1:]}
                for row in news(ward, 5)
            ],
            "closing": closing_soon(ward, now),
            "disaster": {
                "title": said(disaster, "title"),
                "steps": [said_step(step) for step in disaster.get("steps", disaster.get("step", []))],
                "numbers": [
                    {**number, "said": said(number, "name")}
                    for number in disaster.get("numbers", disaster.get("number", []))
                ],
            },
        },
    )


def said_step(step: dict[str, str]) -> Said:
    """A step in the reader's language; the pack has `ja`, `en` and `easy`."""
    return said(
        {"step": step.get("ja", ""), "step_en": step.get("en", ""), "step_easy": step.get("easy", "")}, "step"
    )


@access.staff()
def desk(request: Request) -> HttpResponse:
    """The first page of the desk."""
    return render(request, "site/desk.html", {"rows": waiting(request.staff), "staff": request.staff})
