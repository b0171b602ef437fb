"""Addresses inside a ward; `WardMiddleware` mounts them at `/<ward>/[<variant>/]`."""

from django.urls import include, path

from kuyakusho.site import views

from .urls import handler400, handler403, handler404, handler500  # noqa: F401

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("kuyakusho.core.ui.urls")),
]
