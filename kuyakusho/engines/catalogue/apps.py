from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "kuyakusho.engines.catalogue"
    label = "catalogue"
    verbose_name = "区役所でできること"
