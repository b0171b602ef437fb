"""Addresses of the design system inside a ward; `root_urls` has those outside."""

from django.urls import path

from . import views

app_name = "ui"

urlpatterns = [
    path("theme.css", views.theme, name="theme"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
