"""Addresses of this room inside a ward."""

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("desk/audit/", views.index, name="index"),
    path("desk/audit/lines.csv", views.as_csv, name="csv"),
    path("desk/audit/check/", views.check, name="check"),
]
