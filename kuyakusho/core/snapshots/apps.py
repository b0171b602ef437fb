from django.apps import AppConfig


class SnapshotsConfig(AppConfig):
    name = "kuyakusho.core.snapshots"
    label = "snapshots"
    verbose_name = "公開スナップショット"

    def ready(self) -> None:
        from . import wiring  # noqa: F401
