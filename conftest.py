"""What every test needs to know about this project's database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase


@pytest.fixture(scope="session", autouse=True)
def _audit_guard_stands_aside_for_cleaning() -> Iterator[None]:
    """Tests that commit leave the tables to be emptied afterwards; the audit guard refuses that, as it should.

    Only for the moment of the cleaning the triggers are taken away, so that all tests run with them in place.
    """
    from kuyakusho.core.audit import guard

    clean = TransactionTestCase._fixture_teardown

    def clean_without_guard(self: TransactionTestCase) -> None:
        guard.remove(connection)
        try:
            clean(self)
        finally:
            guard.install(connection)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", clean_without_guard)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _nothing_kept_between_tests() -> Iterator[None]:
    """Wards and pages are kept in the process for speed; a test must not see those of the one before."""
    yield
    from kuyakusho.core.http.pages import shelf
    from kuyakusho.core.wards import directory

    directory.forget()
    shelf.clear()
