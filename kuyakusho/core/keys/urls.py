"""Addresses of the keys inside a ward, for administrators."""

from django.urls import path

from . import views

app_name = "keys"

urlpatterns = [
    path("desk/keys/", views.index, name="index"),
    path("desk/keys/new/", views.make, name="make"),
    path("desk/keys/<slug:public_id>/revoke/", views.revoke, name="revoke"),
]
