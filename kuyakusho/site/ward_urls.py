"""Addresses inside a ward; `WardMiddleware` mounts them at `/<ward>/[<variant>/]`."""

from django.urls import include, path

from kuyakusho.site import views

from .urls import handler400, handler403, handler404, handler500  # noqa: F401

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("", include("kuyakusho.core.ui.urls")),
    path("", include("kuyakusho.core.text.urls")),
    path("", include("kuyakusho.core.accounts.urls")),
    path("", include("kuyakusho.core.audit.urls")),
    path("", include("kuyakusho.core.outbox.urls")),
    path("", include("kuyakusho.core.wards.urls")),
    path("", include("kuyakusho.core.keys.urls")),
    path("policy/", include("kuyakusho.domains.policy.public.urls")),
    path("desk/policy/", include("kuyakusho.domains.policy.urls")),
    path("", include("kuyakusho.domains.policy.evaluation.urls")),
    path("", include("kuyakusho.domains.policy.exports.urls")),
    path("", include("kuyakusho.engines.indicators.urls")),
]
