"""Addresses of evaluations inside a ward; all for staff."""

from django.urls import path

from . import views

app_name = "evaluation"

urlpatterns = [
    path("desk/evaluations/", views.mine, name="mine"),
    path("desk/evaluations/<int:year>/<slug:plan_key>/", views.matrix, name="matrix"),
    path("desk/evaluations/<int:year>/<slug:plan_key>/<slug:phase>/remind/", views.remind, name="remind"),
    path(
        "desk/evaluations/<int:year>/<slug:plan_key>/<slug:phase>/<slug:initiative>/", views.one, name="one"
    ),
]
