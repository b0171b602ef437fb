"""Changes arrive within a second whichever bell rings: PostgreSQL's NOTIFY, Redis, or none but the poll.

The datagram and SQLite's poll are in test_snapshots and test_serve.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from house import PATH as LOOKED_IN
from house import eventually, free_port, stop

from kuyakusho.core.snapshots import bells, services

PATH = "/api/v1/ward/home"
ALONE = {"KUYAKUSHO_HOLD_SECONDS": "0.2"}
QUIET = {**ALONE, "KUYAKUSHO_LIVE_POLL_SECONDS": "60"}  # so that only the bell can have brought it


def database_url() -> str:
    """The address of the test database, for another process."""
    said = connection.get_connection_params()
    host = quote(said.get("host") or "", safe="")
    user = f"{quote(said['user'])}@" if said.get("user") else ""
    port = f":{said['port']}" if said.get("port") else ""
    return f"postgresql://{user}{host}{port}/{said['dbname']}"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_notify_brings_a_commit_within_a_second(new_house):
    house = new_house(DATABASE_URL=database_url(), **QUIET)
    services.put(PATH, b"[0]")
    house.start_live()
    assert house.get(PATH).body == b"[0]"
    spent = []
    for number in range(1, 6):
        began = time.monotonic()
        with transaction.atomic():
            services.put(PATH, f"[{number}]".encode())
        house.seen(PATH, f"[{number}]")
        spent.append(time.monotonic() - began)
    assert max(spent) < 0.5
    with transaction.atomic():
        services.put(PATH, b"[never]")
        transaction.set_rollback(True)
    time.sleep(0.3)
    assert house.get(PATH).body == b"[5]"
    services.remove(PATH)
    eventually(lambda: house.get(PATH).status == 503, 1)  # it falls to the pages, which this test has not


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_cut_connection_to_postgresql_is_marked_and_mended(new_house):
    services.put(PATH, b"[1]")
    house = new_house(DATABASE_URL=database_url(), **QUIET)
    house.start_live()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'kuyakusho live%%'"
        )
        assert len(cursor.fetchall()) == 2
    time.sleep(1.5)  # it listens again
    services.put(PATH, b"[2]")
    house.seen(PATH, "[2]")
    assert house.get(PATH).fields["x-snapshot-state"] == "current"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_the_poll_finds_what_no_bell_told(new_house, monkeypatch):
    house = new_house(DATABASE_URL=database_url(), **ALONE)
    services.put(PATH, b"[1]")
    house.start_live()
    monkeypatch.setattr(bells, "ring", lambda path: None)
    services.put(PATH, b"[2]")
    services.put(PATH + "/other", b"[2]")
    services.remove(PATH)
    eventually(lambda: house.get(PATH + "/other").body == b"[2]", 7)
    assert house.get(PATH).status == 503


@contextlib.contextmanager
def redis_server(port: int):
    server = subprocess.Popen(
        [
            shutil.which("redis-server", path=LOOKED_IN),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        stop(server)


@pytest.mark.redis
def test_redis_brings_a_commit_within_a_second(new_house, settings, monkeypatch):
    port = free_port()
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    monkeypatch.setattr(bells, "_redis_silent_until", 0.0)
    house = new_house(REDIS_URL=settings.REDIS_URL, **QUIET)
    house.start_pages()  # so that what isn't there yet is answered 404 at once
    with redis_server(port):
        house.start_live()
        eventually(lambda: bells._redis().pubsub_numsub(bells.REDIS_CHANNEL)[0][1] == 1)
        for number in range(5):
            began = time.monotonic()
            house.table.put(PATH, f"[{number}]")
            bells._publish(PATH.encode())
            house.seen(PATH, f"[{number}]")
            assert time.monotonic() - began < 3
        house.table.put(PATH + "/other", "[1]")
        bells._publish(b"")  # look at everything
        house.seen(PATH + "/other", "[1]")
    house.table.put(PATH, "[told by nobody]")
    with redis_server(port):
        # When it can listen again it looks at everything, since it may have missed something.
        eventually(lambda: house.get(PATH).body == b"[told by nobody]", 15)
        bells._redis().close()


def test_without_redis_the_poll_stands_in(new_house):
    house = new_house(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", **ALONE)
    house.start_live()
    house.table.put(PATH, "[1]")
    house.seen(PATH, "[1]")
    assert "can't listen to Redis" in house.log()
