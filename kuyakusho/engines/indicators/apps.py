from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "kuyakusho.engines.indicators"
    label = "indicators"
    verbose_name = "指標"
