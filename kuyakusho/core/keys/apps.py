from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "kuyakusho.core.keys"
    label = "keys"
    verbose_name = "APIキー"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
