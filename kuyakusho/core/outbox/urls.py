"""Addresses of this room inside a ward."""

from django.urls import path

from . import views

app_name = "outbox"
urlpatterns = [
    path("desk/outbox/", views.index, name="index"),
    path("desk/outbox/<slug:public_id>/retry/", views.retry, name="retry"),
    path("desk/outbox/<slug:public_id>/cancel/", views.cancel, name="cancel"),
]
