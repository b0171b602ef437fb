"""Snapshots are answered from memory, with validators, and follow the table."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import time

from house import Table, eventually, memory

PATH = "/api/v1/ward/home"
ALONE = {"KUYAKUSHO_HOLD_SECONDS": "0.2"}  # without pages, what isn't a snapshot is refused soon


def test_answer_and_validators(shared):
    body = json.dumps({"open": True, "filler": "x" * 2000})
    shared.put(PATH, body, max_age=7)
    reply = shared.seen(PATH, body)
    assert reply.fields["content-type"] == "application/json"
    assert reply.fields["cache-control"] == "public, max-age=7"
    assert reply.fields["vary"] == "accept-encoding"
    assert reply.fields["x-snapshot-state"] == "current"
    assert (
        abs(
            time.time()
            - time.mktime(time.strptime(reply.fields["x-snapshot-as-of"], "%Y-%m-%dT%H:%M:%SZ"))
            + time.timezone
        )
        < 5
    )
    tag = reply.fields["etag"]
    with shared.wire() as wire:
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = wire.get(PATH, f"If-None-Match: {given}")
            assert (again.status, again.body, again.fields["etag"]) == (304, b"", tag)
        assert wire.get(PATH, 'If-None-Match: "other"').status == 200
        head = wire.get(PATH, method="HEAD")
        assert (head.body, head.fields["content-length"]) == (b"", str(len(body)))


def test_gzip_for_who_takes_it(shared):
    body = json.dumps({"filler": "x" * 2000})
    shared.put(PATH, body)
    shared.seen(PATH, body)
    with shared.wire() as wire:
        zipped = wire.get(PATH, "Accept-Encoding: br, gzip")
        assert zipped.fields["content-encoding"] == "gzip"
        assert gzip.decompress(zipped.body).decode() == body
        assert len(zipped.body) < 100
        assert zipped.fields["etag"] != wire.get(PATH).fields["etag"]
        assert (
            wire.get(PATH, "Accept-Encoding: gzip", f"If-None-Match: {zipped.fields['etag']}").status == 304
        )
        for refused in ("identity", "gzip;q=0", "br"):
            assert "content-encoding" not in wire.get(PATH, f"Accept-Encoding: {refused}").fields
    shared.put(PATH, "{}")
    assert "vary" not in shared.seen(PATH, "{}").fields  # too small to zip


def test_the_same_bytes_again_get_the_newest_answer(shared):
    """The reading of a head is remembered, its answer is not."""
    with shared.wire() as wire:
        for number in range(20):
            shared.put(PATH, f"[{number}]")
            eventually(lambda n=number: wire.get(PATH).body == f"[{n}]".encode())


def test_only_this_path_without_a_query_is_the_snapshot(shared):
    shared.put("/echo", "{}")
    shared.seen("/echo", "{}")
    with shared.wire() as wire:
        assert json.loads(wire.get("/echo?page=2").body)["query"] == "page=2"
        assert json.loads(wire.get("/echo", method="POST", body=b"a").body)["body"] == "a"
        assert wire.get("//echo").status == 404
    shared.table.remove("/echo")
    shared.ring("/echo")
    eventually(lambda: b"HTTP_X_REQUEST_ID" in shared.get("/echo").body)


def test_stale_after_is_marked(shared):
    shared.put(PATH, "[1]", stale_after=3, age=1)
    assert shared.seen(PATH, "[1]").fields["x-snapshot-state"] == "current"
    eventually(lambda: shared.get(PATH).fields["x-snapshot-state"] == "stale")


def test_within_a_second_by_datagram_and_by_poll_alone(shared):
    for number in range(5):
        began = time.monotonic()
        shared.put(PATH, f"[{number}]")
        shared.seen(PATH, f"[{number}]")
        assert time.monotonic() - began < 3
    for number in range(5, 8):
        began = time.monotonic()
        shared.table.put(PATH, f"[{number}]")  # nobody rings
        shared.seen(PATH, f"[{number}]")
        assert time.monotonic() - began < 5
    shared.table.remove(PATH)
    eventually(lambda: shared.get(PATH).status == 404, 1.5)


def test_a_crowd_of_changes_ends_with_the_last(shared):
    paths = [f"/api/v1/ward/p{n}" for n in range(300)]
    for turn in range(3):
        for path in paths:
            shared.table.put(path, f"[{turn}]")
            shared.ring(path)
    for path in paths:
        shared.seen(path, "[2]")


def test_a_database_that_goes_away_and_comes_back(new_house):
    house = new_house(**ALONE)
    house.start_live()
    house.put(PATH, "[1]")
    house.seen(PATH, "[1]")
    hidden = house.folder / "hidden"
    os.rename(house.table.path, hidden)
    eventually(lambda: house.get(PATH).fields["x-snapshot-state"] == "unconfirmed")
    time.sleep(1.2)
    reply = house.get(PATH)
    assert (reply.status, reply.body) == (200, b"[1]")
    assert int(reply.fields["age"]) >= 1
    os.rename(hidden, house.table.path)
    eventually(lambda: house.get(PATH).fields["x-snapshot-state"] == "current")
    assert "age" not in house.get(PATH).fields


def test_a_restored_database_is_read_anew(new_house):
    """A backup put in the file's place: another file, with fewer and older snapshots."""
    house = new_house(**ALONE)
    house.start_live()
    house.put(PATH, "[1]")
    house.put("/api/v1/ward/later", "[1]")
    house.seen("/api/v1/ward/later", "[1]")
    other = house.folder / "backup.sqlite3"
    backup = Table(other)
    backup.put(PATH, "[0]")
    backup.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup.close()
    house.table.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.move(other, house.table.path)
    house.seen(PATH, "[0]")
    # The other path falls to the pages, which are not there in this test.
    eventually(lambda: house.get("/api/v1/ward/later").status == 503, 12)


def test_no_database_yet(new_house):
    """The front door may be up before the first migration."""
    house = new_house(**ALONE)
    house.table.connection.execute("DROP TABLE snapshots_snapshot")
    house.start_live(wait=False)
    eventually(lambda: b"unconfirmed" in house.get("/live/healthz").body)
    Table(house.table.path).close()
    house.table.put(PATH, "[1]")
    house.seen(PATH, "[1]")


def test_a_crowd_of_different_heads_is_not_kept(shared):
    shared.put(PATH, "[1]")
    shared.seen(PATH, "[1]")
    with shared.wire() as wire:
        for number in range(5_000):
            assert wire.get(PATH, f"X-Number: {number:01000d}").status == 200
    assert memory(shared.live.pid) < 60_000_000
