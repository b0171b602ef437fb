"""Addresses of this room inside a ward."""

from django.urls import path

from . import views

app_name = "wards"
urlpatterns = [
    path("desk/training/", views.training_copy, name="training"),
]
