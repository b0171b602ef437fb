"""Races run with threads on both databases, and on SQLite with processes, too: there the file is what they share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from kuyakusho.core.http import limits

from .racing import Race, Team, with_threads

TEAM = 6
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
WAYS = ["threads", "processes"] if ON_SQLITE else ["threads"]


@pytest.fixture(scope="session")
def team(django_db_setup: None, django_db_blocker: object) -> Iterator[Team]:
    """Six processes on the test's database, kept for all the races."""
    team = Team(TEAM)
    yield team
    team.close()


@pytest.fixture(params=WAYS)
def race(request: pytest.FixtureRequest, transactional_db: None) -> Race:
    """Runs a deed several times at once; see `racing`. At most six at a time."""
    if request.param == "threads":
        return with_threads
    return request.getfixturevalue("team").race  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    limits.forget()
