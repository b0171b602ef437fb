from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "kuyakusho.core.outbox"
    label = "outbox"
    verbose_name = "送信箱"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
