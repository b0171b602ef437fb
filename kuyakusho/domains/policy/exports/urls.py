"""Addresses of exports inside a ward: open data below the plan, whole exports below the desk."""

from django.urls import path

from . import views

app_name = "exports"

urlpatterns = [
    path("policy/<int:year>/data/", views.data, name="data"),
    path("policy/<int:year>/data/sheet/", views.sheet, name="sheet"),
    path("policy/<int:year>/data/tables/<slug:name>.csv", views.table, name="table"),
    path("policy/<int:year>/data/<str:name>", views.file, name="file"),
    path("policy/plans/<slug:key>/<int:year>/data/", views.data, name="plan-data"),
    path("policy/plans/<slug:key>/<int:year>/data/sheet/", views.sheet, name="plan-sheet"),
    path("policy/plans/<slug:key>/<int:year>/data/tables/<slug:name>.csv", views.table, name="plan-table"),
    path("policy/plans/<slug:key>/<int:year>/data/<str:name>", views.file, name="plan-file"),
    path("desk/exports/", views.index, name="index"),
    path("desk/exports/import/", views.bring_in, name="import"),
    path("desk/exports/<int:year>/<slug:key>/full/<slug:kind>/", views.full, name="full"),
    path("desk/exports/<int:year>/<slug:key>/sheet/<slug:kind>/", views.staff_sheet, name="staff-sheet"),
]
