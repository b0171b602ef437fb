"""Offices on both databases. The whole is run once per database: see the markers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .house import Cluster, Office

BOTH = [
    pytest.param("sqlite", marks=pytest.mark.sqlite),
    pytest.param("postgresql", marks=pytest.mark.postgres),
]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with tables and the ward, made once."""
    office = Office(tmp_path_factory.mktemp("prepared"))
    office.run("opener.py")
    return office.folder / "kuyakusho.sqlite3"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def prepared_template(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL database with tables and the ward, made once for a cluster."""
    Office(tmp_path_factory.mktemp("template"), cluster.create("prepared")).run("opener.py")
    return "prepared"


Maker = Callable[..., Office]


@pytest.fixture(params=BOTH)
def make_office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Makes offices on the database of this run; `empty` ones have no tables."""
    made: list[Office] = []

    def make(name: str = "office", *, empty: bool = False, **environment: str) -> Office:
        folder = tmp_path / name
        if request.param == "sqlite":
            office = Office(folder, **environment)
            if not empty:
                shutil.copy(request.getfixturevalue("prepared"), folder / "kuyakusho.sqlite3")
        else:
            number = len(made)
            database = f"t{abs(hash(request.node.nodeid)) % 10**8}_{number}"
            template = "template0" if empty else request.getfixturevalue("prepared_template")
            office = Office(
                folder, request.getfixturevalue("cluster").create(database, template), **environment
            )
        made.append(office)
        return office

    yield make
    for office in made:
        office.close()


@pytest.fixture
def office(make_office: Maker) -> Office:
    return make_office()


@pytest.fixture
def kill_database(request: pytest.FixtureRequest) -> Callable[[], None]:
    """What happens to the database besides its clients: PostgreSQL as a whole is killed and started again."""

    def kill() -> None:
        if "postgresql" in request.node.name:
            cluster: Cluster = request.getfixturevalue("cluster")
            cluster.kill()
            cluster.start()

    return kill
