from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "kuyakusho.core.tokens"
    label = "tokens"
