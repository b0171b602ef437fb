from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "kuyakusho.core.packs"
    label = "packs"
    verbose_name = "区のパック"

    def ready(self) -> None:
        from . import parts

        parts.register_all()
