from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "kuyakusho.engines.indicators"
    label = "indicators"
    verbose_name = "指標"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
