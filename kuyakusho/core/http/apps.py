from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "kuyakusho.core.http"
    label = "http"
