"""Addresses of indicators inside a ward."""

from django.urls import path

from .views import desk
from .views import open as pages

app_name = "indicators"

urlpatterns = [
    path("indicators/", pages.index, name="index"),
    path("indicators/<slug:key>/", pages.page, name="page"),
    path("indicators/<slug:key>/data.csv", pages.data, name="data"),
    path("desk/indicators/", desk.index, name="desk"),
    path("desk/indicators/load/", desk.load, name="load"),
    path("desk/indicators/sample.csv", desk.sample, name="sample"),
    path("desk/indicators/one/<slug:key>/", desk.one, name="desk-one"),
    path("desk/indicators/one/<slug:key>/measure/", desk.measure, name="measure"),
]
