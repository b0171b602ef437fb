from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "kuyakusho.core.outbox"
    label = "outbox"
    verbose_name = "送信箱"
