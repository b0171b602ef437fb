"""What holds for every test of the project."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest

# How long one example takes says nothing on a machine that is doing other things, too.
hypothesis.settings.register_profile("office", deadline=None)
hypothesis.settings.load_profile("office")
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


@pytest.fixture(scope="session", autouse=True)
def audit_guard_steps_aside_while_tables_are_emptied() -> Iterator[None]:
    """Tests with real transactions are undone by emptying every table, which the guard of the audit refuses."""
    from django.db import connection
    from django.test import TransactionTestCase

    from kuyakusho.core.audit import guard

    emptied = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        guard.remove(connection)
        try:
            emptied(case)
        finally:
            guard.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Wards and public pages are kept in the process for speed; a test must not see those of another."""
    yield
    from kuyakusho.core.http.pages import shelf
    from kuyakusho.core.wards import directory

    directory.forget()
    shelf.clear()
