from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kuyakusho.core.accounts"
    label = "accounts"
    verbose_name = "利用者"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
