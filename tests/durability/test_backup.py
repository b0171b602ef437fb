"""A backup of a busy office is one consistent state; a restore checks everything and keeps what was there."""

from __future__ import annotations

import gzip
import io
import signal
import tarfile
import threading
import time
from pathlib import Path

import pytest

from .conftest import Maker
from .house import Office, acknowledged

pytestmark = pytest.mark.slow


def write(office: Office, name: str, count: int) -> list[str]:
    writer = office.start("writer.py", name, str(count))
    lines = list(acknowledged(writer, count))
    writer.wait()
    assert len(lines) == count
    return lines


def test_a_backup_under_load_restores_to_one_consistent_state(make_office: Maker, tmp_path: Path) -> None:
    office, file = make_office(), tmp_path / "backup.tar.gz"
    before = write(office, "before", 30)
    worker = office.start("worker")
    writers = [office.start("writer.py", f"w{n}") for n in range(2)]
    heard: list[str] = []
    for writer in writers:
        heard += acknowledged(writer, 5)
    drains = [threading.Thread(target=lambda w=w: list(w.stdout)) for w in writers]
    for drain in drains:
        drain.start()
    said = office.run("backup", str(file))
    assert "wards durable" in said
    assert file.stat().st_mode & 0o777 == 0o600
    for process in (*writers, worker):
        assert process.poll() is None, "the office went on"
        process.send_signal(signal.SIGKILL)
        process.wait()
    for drain in drains:
        drain.join()

    assert "whole" in office.run("restore", "--check", str(file))
    elsewhere = make_office("elsewhere", empty=True)
    said = elsewhere.run("restore", str(file))
    assert "audit chains" in said
    found, there = elsewhere.ask(), office.ask()
    assert set(before) | set(heard) <= set(found["districts"])
    assert found["districts"] == found["lines"] == found["messages"]
    assert found["sound_files"] == found["files"] > 0
    assert set(found["districts"]) < set(there["districts"]), "the backup is of a moment in the middle"
    assert "✓ durable" in elsewhere.run("audit", "verify")
    assert set(found["states"]) <= {"done", "given_up"}, (
        "nothing that may have been sent goes out again by itself"
    )
    assert (
        "nothing was due" in elsewhere.run("worker", "--once") or elsewhere.ask()["states"] == found["states"]
    )


def test_a_restore_keeps_what_was_there_and_needs_to_be_told(make_office: Maker, tmp_path: Path) -> None:
    office, file = make_office(), tmp_path / "backup.tar.gz"
    write(office, "first", 12)
    office.run("worker", "--once")
    office.run("backup", str(file))
    assert "exists already" in office.run("backup", str(file), code=1)
    write(office, "second", 12)
    state = office.ask()
    assert "--replace" in office.run("restore", str(file), code=1)
    assert office.ask() == state
    said = office.run("restore", "--replace", str(file))
    assert "what was there before" in said
    assert office.ask()["districts"] == sorted(f"first-{n}" for n in range(12))
    assert "✓ durable" in office.run("audit", "verify"), (
        "the newer copies of ends were set aside with the rest"
    )
    if not office.environment["DATABASE_URL"]:
        assert list(office.folder.glob("kuyakusho.sqlite3.before-*"))
    write(office, "third", 3)
    office.run("worker", "--once")
    office.run("audit", "verify")


def test_a_running_office_is_not_replaced(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    office.run("backup", str(file))
    worker = office.start("worker")
    assert worker.stdout is not None
    worker.stdout.readline()
    until_heard(office)
    assert "a worker is running" in office.run("restore", "--replace", str(file), code=1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=40) == 0
    office.run("restore", "--replace", str(file))


def until_heard(office: Office) -> None:
    """A worker shows itself in its first turn; its row is what `doctor` and `readyz` ask for."""
    for _ in range(100):
        if office.query("SELECT name FROM outbox_heartbeat"):
            return
        time.sleep(0.1)
    raise AssertionError("the worker never showed itself")


def test_a_damaged_backup_is_refused_before_anything_is_touched(make_office: Maker, tmp_path: Path) -> None:
    office, file = make_office(), tmp_path / "backup.tar.gz"
    write(office, "w", 12)
    office.run("backup", str(file))
    content = file.read_bytes()
    cut, flipped, strange = (tmp_path / name for name in ("cut.tar.gz", "flipped.tar.gz", "strange.tar.gz"))
    cut.write_bytes(content[: len(content) // 2])
    plain = bytearray(gzip.decompress(content))
    place = plain.index(b"w-0")  # the content of the first uploaded file
    plain[place] ^= 1
    flipped.write_bytes(gzip.compress(bytes(plain), 1))
    with tarfile.open(strange, "w:gz") as archive:
        entry = tarfile.TarInfo("../../outside")
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    target = make_office("target", empty=True)
    for bad, words in (
        (cut, "can't be read"),
        (flipped, "differs from what the manifest says"),
        (strange, "no part of a backup"),
    ):
        assert words in target.run("restore", str(bad), code=1)
        assert not list(target.folder.glob("kuyakusho.sqlite3*"))
    assert not (tmp_path / "outside").exists()
    target.run("restore", str(file))
    assert len(target.ask()["districts"]) == 12


def test_only_the_newest_backups_are_kept(office: Office) -> None:
    for _ in range(3):
        office.run("backup", "--keep", "2")
    assert 1 <= len(list((office.folder / "backups").glob("kuyakusho-*.tar.gz"))) <= 2
