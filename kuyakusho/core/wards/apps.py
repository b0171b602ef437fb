from django.apps import AppConfig


class WardsConfig(AppConfig):
    name = "kuyakusho.core.wards"
    label = "wards"
    verbose_name = "区"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
