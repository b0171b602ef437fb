from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "kuyakusho.core.files"
    label = "files"
    verbose_name = "ファイル"
