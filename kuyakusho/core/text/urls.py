"""Addresses of the readings, for staff."""

from django.urls import path

from . import views

app_name = "text"

urlpatterns = [
    path("desk/readings/", views.readings, name="readings"),
    path("desk/readings/<slug:public_id>/remove/", views.remove, name="reading-remove"),
]
