"""Fixtures of the front door's tests: a house for all tests of a module, or one per test."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from house import PATH, House

# What the machine may lack outside CI (scripts/test installs it where it may, and names what it left out).
PROGRAMS = {"redis": "redis-server", "nginx": "nginx"}


def pytest_configure(config):
    for mark, program in PROGRAMS.items():
        config.addinivalue_line("markers", f"{mark}: starts a {program} of its own")


def pytest_collection_modifyitems(config, items):
    """These tests bring their own databases: only those marked `postgres` belong to the run on PostgreSQL."""
    here, left_out = Path(__file__).parent, []
    for item in items:
        if here in item.path.parents:
            if not item.get_closest_marker("postgres"):
                item.add_marker(pytest.mark.sqlite)
            needs = [program for mark, program in PROGRAMS.items() if item.get_closest_marker(mark)]
            if os.environ.get("CI") != "true" and not all(
                shutil.which(program, path=PATH) for program in needs
            ):
                left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def folder() -> tempfile.TemporaryDirectory:
    # Short: a unix socket's path may have 107 bytes only.
    return tempfile.TemporaryDirectory(prefix="kf-", ignore_cleanup_errors=True)


@pytest.fixture(scope="module")
def shared():
    """Pages and a front door that tests of a module share; they must leave it as it was."""
    with folder() as place:
        house = House(Path(place))
        try:
            house.start_pages()
            house.start_live()
            yield house
        finally:
            house.close()


@pytest.fixture
def new_house():
    """Makes houses of one's own; nothing is started yet."""
    made = []
    places = []

    def make(**environ: str) -> House:
        place = folder()
        places.append(place)
        house = House(Path(place.name), **environ)
        made.append(house)
        return house

    yield make
    for house in made:
        house.close()
    for place in places:
        place.cleanup()
