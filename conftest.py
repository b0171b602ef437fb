"""What holds for every test of the project."""

from __future__ import annotations

import os

import pytest

DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what talks to a database runs again; the rest has run on SQLite already."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return
    again, done = [], []
    for item in items:
        talks = (
            item.get_closest_marker("django_db") is not None
            or item.get_closest_marker("postgres") is not None
            or bool(DATABASE & set(getattr(item, "fixturenames", ())))
        )
        (again if talks else done).append(item)
    items[:] = again
    config.hook.pytest_deselected(items=done)
