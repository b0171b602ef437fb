"""Addresses of the installation itself. A ward's are in `ward_urls`, mounted at `/<ward>/`."""

from django.urls import include, path

from kuyakusho.core.http import probes
from kuyakusho.site import api, views

handler404 = "kuyakusho.core.http.views.not_found"
handler403 = "kuyakusho.core.http.views.forbidden"
handler400 = "kuyakusho.core.http.views.bad_request"
handler500 = "kuyakusho.core.http.views.server_error"

urlpatterns = [
    path("", views.wards, name="wards"),
    path("api/v1/", include((api.addresses(), "api"))),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics_page, name="metrics"),
    path("style/", include("kuyakusho.core.ui.root_urls")),
]
