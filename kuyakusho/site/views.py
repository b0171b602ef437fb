"""Pages that mix rooms: the list of wards and a ward's home page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kuyakusho.core import access
from kuyakusho.core.http.pages import public_page
from kuyakusho.core.wards.models import Ward


@access.public
def wards(request: HttpRequest) -> HttpResponse:
    """The wards of this installation."""
    return render(request, "site/wards.html", {"wards": Ward.objects.filter(training_of=None)})


@access.public
@public_page()
def home(request: HttpRequest) -> HttpResponse:
    """A ward's front page: what a resident came for, in one glance."""
    return render(request, "site/home.html", {"ward": request.ward})
