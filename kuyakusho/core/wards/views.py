"""The administrators' page of the training copy."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.http.request import Request

from . import training
from .addresses import ward_address


@access.staff("administrator")
def training_copy(request: Request) -> HttpResponse:
    """Shows the ward's training copy; a POST makes it, or makes it anew."""
    if request.method == "POST":
        training.make_training_copy(request.ward, actor=request.actor)
        messages.success(request, _("練習用の区を用意しました。"))
        return HttpResponseRedirect(reverse("wards:training"))
    copy = None if request.ward.is_training else training.training_ward_of(request.ward)
    context = {"copy": copy, "address": ward_address(copy, "home") if copy else ""}
    return render(request, "wards/training.html", context)
