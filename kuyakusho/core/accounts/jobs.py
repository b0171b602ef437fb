"""What signing in leaves behind is cleared away at night; rows go by `retention`."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django_tasks import task

from kuyakusho.core import jobs


@jobs.daily(at="03:40")
@task()
def clear_sessions() -> None:
    """Deletes the data of sessions that are over."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
