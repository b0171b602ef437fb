"""Fixtures of the front door's tests: a house for all tests of a module, or one per test."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from house import House


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
