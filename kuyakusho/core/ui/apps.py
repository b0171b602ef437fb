from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "kuyakusho.core.ui"
    label = "ui"
    verbose_name = "画面"

    def ready(self) -> None:
        from . import checks  # noqa: F401
