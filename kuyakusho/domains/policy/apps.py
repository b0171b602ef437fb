from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "kuyakusho.domains.policy"
    label = "policy"
    verbose_name = "運営方針"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
