from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "kuyakusho.site"
    label = "office"
    verbose_name = "区役所"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
