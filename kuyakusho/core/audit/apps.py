from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kuyakusho.core.audit"
    label = "audit"
    verbose_name = "監査"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
