from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "kuyakusho.domains.policy"
    label = "policy"
    verbose_name = "運営方針"

    def ready(self) -> None:
        from .evaluation import wiring  # noqa: F401
        from .packs.part import register_part

        register_part()
