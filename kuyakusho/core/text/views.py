"""The ward dictionary, for staff: look a word up, correct its reading, try a sentence."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.errors import Invalid, Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal

from . import services
from .forms import ReadingForm
from .models import Reading

PER_PAGE = 50
LONGEST_TRIAL = 300


@access.staff()
def readings(request: Request) -> HttpResponse:
    """Lists the words of the ward; a POST sets the reading of one."""
    query = request.GET.get("q", "").strip()[:100]
    trial = request.GET.get("try", "").strip()[:LONGEST_TRIAL]
    if request.method == "POST":
        form = ReadingForm(request.POST)
        if form.is_valid():
            try:
                services.correct(ward=request.ward, actor=request.actor, **form.cleaned_data)
            except Invalid as refusal:
                take_refusal(form, refusal)
            else:
                messages.success(request, _("読みを保存しました。"))
                return HttpResponseRedirect(reverse("text:readings"))
    else:
        form = ReadingForm(initial={"surface": query})
    rows = Reading.objects.filter(ward=request.ward)
    if query:
        rows = rows.filter(surface__contains=query)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "query": query, "trial": trial}
    return render(request, "text/readings.html", context, status=422 if form.errors else 200)


@access.staff()
def remove(request: Request, public_id: str) -> HttpResponse:
    """Asks, then takes a word out of the ward's dictionary."""
    row = Reading.objects.filter(ward=request.ward, public_id=public_id).first()
    if row is None:
        raise Missing
    if request.method == "POST":
        services.remove(ward=request.ward, public_id=public_id, actor=request.actor)
        messages.success(request, _("辞書から消しました。"))
        return HttpResponseRedirect(reverse("text:readings"))
    return render(request, "text/remove.html", {"row": row})
