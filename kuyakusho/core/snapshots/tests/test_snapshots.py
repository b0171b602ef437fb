"""Versions, bells and races of snapshots. On PostgreSQL too, where DATABASE_URL points there."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from kuyakusho.core.calendar import clock
from kuyakusho.core.snapshots import bells, services
from kuyakusho.core.snapshots.models import Snapshot
from kuyakusho.core.wards.models import Ward

PATH = "/api/v1/yokohama-nishi/home"


@pytest.fixture
def bell(tmp_path, settings, monkeypatch):
    """A socket in the front door's place; returns what has been rung so far."""
    address = str(tmp_path / "b")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.setblocking(False)
        monkeypatch.setattr(bells, "address", lambda: address)

        def rung() -> list[bytes]:
            found = []
            while True:
                try:
                    found.append(listener.recv(65_536))
                except BlockingIOError:
                    return found

        yield rung


@pytest.mark.django_db
def test_put_writes_and_versions_grow() -> None:
    at = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    with clock.frozen(at):
        first = services.put(PATH, b"[1]", max_age=7, stale_after=60)
        second = services.put(PATH, b"[2]", max_age=7, stale_after=60)
    assert second > first
    row = Snapshot.objects.get(path=PATH)
    assert (bytes(row.body), row.version, row.made_at, row.max_age) == (b"[2]", second, at, 7)
    assert (row.stale_after, row.media_type, row.removed) == (60, "application/json", False)


@pytest.mark.django_db
def test_the_same_bytes_refresh_the_time_only() -> None:
    at = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    with clock.frozen(at):
        first = services.put(PATH, b"[1]")
    with clock.frozen(at + timedelta(minutes=5)):
        assert services.put(PATH, b"[1]") == first
    assert Snapshot.objects.get(path=PATH).made_at == at + timedelta(minutes=5)
    assert services.put(PATH, b"[1]", media_type="text/plain") > first


@pytest.mark.django_db
def test_versions_grow_though_the_clock_goes_back(monkeypatch) -> None:
    first = services.put(PATH, b"[1]")
    monkeypatch.setattr(services.time, "time_ns", lambda: 1_000_000)
    second = services.put(PATH, b"[2]")
    assert second == first + 1
    assert services.remove(PATH)
    third = services.put(PATH, b"[2]")  # the same bytes as before the removal are news
    assert third == second + 2


@pytest.mark.django_db
def test_remove_once() -> None:
    services.put(PATH, b"[1]")
    assert services.remove(PATH)
    assert not services.remove(PATH)
    row = Snapshot.objects.get(path=PATH)
    assert row.removed
    assert bytes(row.body) == b""


@pytest.mark.django_db
def test_ward_goes_with_its_snapshots() -> None:
    ward = Ward.objects.create(slug="nishi", official_code="141038", name="西区", languages=["ja"])
    services.put(PATH, b"[1]", ward=ward)
    ward.delete()
    assert not Snapshot.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "media_type"),
    [
        ("home", b"", "application/json"),
        ("/a?b", b"", "application/json"),
        ("/区", b"", "application/json"),
        ("/a b", b"", "application/json"),
        ("/" + "a" * 200, b"", "application/json"),
        ("/a/stream", b"", "application/json"),
        ("/live/x", b"", "application/json"),
        ("/a", b"x" * (services.LARGEST + 1), "application/json"),
        ("/a", b"", "application/json\r\nx: y"),
    ],
)
def test_what_could_not_be_answered_is_refused(path: str, body: bytes, media_type: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        services.put(path, body, media_type)


@pytest.mark.django_db(transaction=True)
def test_one_ring_per_commit_and_none_for_a_rollback(bell) -> None:
    with transaction.atomic():
        services.put(PATH, b"[1]")
        services.put(PATH + "/other", b"[1]")
        services.put(PATH, b"[2]")
        assert bell() == []
    assert bell() == [f"{PATH}\n{PATH}/other".encode()]
    with transaction.atomic():
        services.put(PATH, b"[3]")
        transaction.set_rollback(True)
    assert bell() == []
    services.remove(PATH)
    assert bell() == [PATH.encode()]
    with transaction.atomic():
        for number in range(400):
            services.put(f"/{number}/{'x' * 150}", b"")
    assert bell() == [b""]  # too many to name: look at everything


@pytest.mark.django_db(transaction=True)
def test_a_dead_redis_costs_one_short_wait(settings, monkeypatch, bell) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
        monkeypatch.setattr(bells, "_redis_silent_until", 0.0)
        services.put(PATH, b"[1]")
    assert bell() == [PATH.encode()]
    asked: list[object] = []
    monkeypatch.setattr(bells, "_redis", lambda: asked.append(1))
    services.put(PATH, b"[2]")
    assert asked == []  # it is left alone for a while


def race(writers: int, work: Callable[[int], None]) -> None:
    """Runs `work` in so many threads at the same moment; the first fault is raised here."""
    faults: list[BaseException] = []
    start = threading.Barrier(writers)

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


@pytest.mark.django_db(transaction=True)
def test_racing_writers_of_one_path_draw_different_versions() -> None:
    drawn: list[int] = []

    def work(number: int) -> None:
        drawn.extend(services.put(PATH, f"[{number},{turn}]".encode()) for turn in range(25))

    race(6, work)
    assert len(set(drawn)) == len(drawn) == 150
    assert Snapshot.objects.get(path=PATH).version == max(drawn)


@pytest.mark.django_db(transaction=True)
def test_refresh_loses_no_writer() -> None:
    """Each writer adds a part of its own and rebuilds the common snapshot: the last one must show them all."""

    def build() -> bytes:
        return b" ".join(sorted(s.path.encode() for s in Snapshot.objects.filter(path__startswith="/part/")))

    first_has_built = threading.Event()

    def work(number: int) -> None:
        if number:
            first_has_built.wait(10)
        with transaction.atomic():
            services.put(f"/part/{number}", b"")
            services.refresh(PATH, build, "text/plain")
            if not number:
                first_has_built.set()
                time.sleep(0.4)  # the others build now, unless they wait for this commit

    race(4, work)
    assert bytes(Snapshot.objects.get(path=PATH).body) == b"/part/0 /part/1 /part/2 /part/3"
