from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "kuyakusho.core.jobs"
    label = "jobs"
    verbose_name = "定時の仕事"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
