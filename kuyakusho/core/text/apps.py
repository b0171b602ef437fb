from django.apps import AppConfig


class TextConfig(AppConfig):
    name = "kuyakusho.core.text"
    label = "text"
    verbose_name = "文字と読み"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
