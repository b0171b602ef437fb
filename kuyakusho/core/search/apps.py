from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "kuyakusho.core.search"
    label = "search"
    verbose_name = "検索"
