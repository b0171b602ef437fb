"""Uploads: what is kept, what is refused and how kindly, and how it is handed out again."""

from __future__ import annotations

import io
import os
import socket
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.audit.tests.making import TESTER, a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, Missing
from kuyakusho.core.files import jobs, rules, scanning, services, storage
from kuyakusho.core.files.models import StoredFile
from kuyakusho.core.files.rules import check, picture_size, shown_name
from kuyakusho.core.files.serving import download

EICAR_LIKE = b"infected for the test"


def png(width: int = 4, height: int = 3) -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\x00" + b"\x00" * width for _ in range(min(height, 10))))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", rows) + part(b"IEND", b"")


def jpeg(width: int = 4, height: int = 3) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + b"\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + b"\x03" + b"\x00" * 20 + b"\xff\xd9"
    )  # fmt: skip


def docx() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


def xlsx() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ALL = tuple(rules.KINDS)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("方針.PDF", PDF, "application/pdf"),
        ("写真.jpeg", jpeg(), "image/jpeg"),
        ("a.png", png(), "image/png"),
        ("文書.docx", docx(), "wordprocessingml"),
        ("表.ｘｌｓｘ", xlsx(), "spreadsheetml"),
        ("a.txt", "区の運営方針".encode("cp932"), "text/plain"),
        ("a.csv", "名前,数\n".encode(), "text/csv"),
        ("a.htm", b"<p>x</p>", "text/html"),
    ],
)
def test_a_sound_file_passes_as_what_it_is(name: str, content: bytes, media_type: str) -> None:
    assert media_type in check(name, content, kinds=ALL, limit=rules.MB).media_type


WORD = {"word/document.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "file_empty"),
        ("a.pdf", PDF + b" " * rules.MB, "file_too_large"),
        ("a.exe", b"MZ", "file_kind"),
        ("noending", b"x", "file_kind"),
        ("a.pdf.exe", PDF, "file_kind"),
        ("a.pdf", png(), "file_not_what_it_says"),
        ("a.png", PDF, "file_not_what_it_says"),
        ("a.docx", xlsx(), "file_not_what_it_says"),
        ("a.docx", archive({"x": b"x"}), "file_not_what_it_says"),
        ("a.docx", b"PK\x03\x04broken", "file_not_what_it_says"),
        ("a.txt", b"MZ\x00\x01", "file_not_what_it_says"),
        ("a.txt", PDF, "file_not_what_it_says"),
        ("a.pdf", PDF[:-7], "file_unsound"),
        ("a.png", png(60_000, 60_000), "file_unsound"),
        ("a.docx", archive({**WORD, "big": b"\x00" * (20 * rules.MB)}), "file_unsound"),
        ("a.docx", archive({**WORD, "word/vbaProject.bin": b"x"}), "file_unsound"),
        ("a.docx", archive({**WORD, "../../etc/passwd": b"x"}), "file_unsound"),
        ("a.docx", archive({**WORD, **{f"n{n}": b"" for n in range(rules.MEMBERS_LIMIT)}}), "file_unsound"),
    ],
)
def test_what_is_not_sound_is_refused_with_a_reason_and_a_way_on(
    name: str, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(name, content, kinds=ALL, limit=rules.MB)
    assert refused.value.code == code
    assert str(refused.value.sentence)
    assert str(refused.value.next_step)


def test_an_archive_that_lies_about_its_sizes_unpacks_to_no_more_than_it_says() -> None:
    """The check believes the directory; so does every reader, which stops at the size written there."""
    honest = archive({**WORD, "big": b"\x00" * (6 * rules.MB)})
    real, lie = struct.pack("<I", 6 * rules.MB), struct.pack("<I", 10)
    lying = honest.replace(real, lie)
    assert check("a.docx", lying, kinds=ALL, limit=rules.MB)
    with zipfile.ZipFile(io.BytesIO(lying)) as opened, pytest.raises(zipfile.BadZipFile):
        opened.read("big")


def test_a_locked_archive_is_refused() -> None:
    content = bytearray(archive(WORD))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    with pytest.raises(Invalid, match="file_unsound"):
        check("a.docx", bytes(content), kinds=ALL, limit=rules.MB)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
@given(st.binary(max_size=60))
def test_no_bytes_break_the_reading_of_a_pictures_size(kind: str, content: bytes) -> None:
    picture_size(kind, b"\xff\xd8" + content)


def test_sizes_are_read_from_the_header() -> None:
    assert picture_size("png", png(7, 5)) == (7, 5)
    assert picture_size("jpg", jpeg(7, 5)) == (7, 5)
    vp8x = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\x06\x00\x00\x04\x00\x00"
    assert picture_size("webp", vp8x) == (7, 5)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\太郎\\方針.pdf", "方針.pdf"),
        ("../../etc/passwd", "passwd"),
        ("葛\U000e0100城.pdf", "葛\U000e0100城.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("...", "file"),
        ("あ" * 300 + ".pdf", "あ" * 196 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_written_without_its_path(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.text())
def test_a_shown_name_is_never_a_path(name: str) -> None:
    shown = shown_name(name)
    assert shown
    assert not set(shown) & set("/\\\r\n\x00")
    assert shown not in (".", "..")
    assert len(shown) <= rules.LONGEST_NAME


# ---- kept and handed out ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def stored(**more: Any) -> StoredFile:
    upload = SimpleUploadedFile("運営方針.pdf", PDF, content_type="text/html")
    return services.store(ward=a_ward(), actor=TESTER, purpose="test.source", upload=upload, **more)


@pytest.mark.django_db
def test_a_file_is_kept_under_a_name_that_says_nothing(folder: Path) -> None:
    kept = stored()
    assert services.content_of(kept) == PDF
    assert kept.media_type == "application/pdf"
    assert "運営" not in kept.path
    assert (folder / kept.path).stat().st_size == len(PDF)
    assert not list(folder.rglob("*.part"))
    line = AuditLine.objects.get()
    assert (line.action, line.facts["digest"]) == ("files.file.stored", kept.digest)


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_not_read_whole(folder: Path) -> None:
    class Endless(SimpleUploadedFile):
        def read(self, size: int = -1) -> bytes:
            assert 0 < size < 200
            return b"x" * size

    with pytest.raises(Invalid, match="file_too_large"):
        services.store(
            ward=a_ward(), actor=TESTER, purpose="t", upload=Endless("a.txt", b""), limit=100, kinds=("txt",)
        )


@pytest.mark.django_db
def test_a_download_can_run_nothing(folder: Path) -> None:
    answer = download(stored())
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert download(stored(), inline=True)["Content-Disposition"].startswith("inline")
    page = services.store(ward=a_ward(), actor=TESTER, purpose="t", upload=b"<p>", name="a.html")
    assert download(page, inline=True)["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_leaves_a_row_and_no_content(folder: Path) -> None:
    kept = stored()
    with transaction.atomic():
        services.remove(stored=kept, actor=TESTER)
        assert (folder / kept.path).exists(), "until it is certain"
    services.remove(stored=kept, actor=TESTER)
    assert not (folder / kept.path).exists()
    kept.refresh_from_db()
    assert (kept.state, kept.name) == ("removed", "")
    with pytest.raises(Missing):
        download(kept)
    assert AuditLine.objects.filter(action="files.file.removed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_nightly_job_removes_what_is_past_its_day_and_what_nobody_names(folder: Path) -> None:
    old, young = stored(remove_on=date(2026, 4, 1)), stored(remove_on=date(2026, 4, 2))
    storage.write("ab/abandoned", b"x")
    storage.write("ab/fresh", b"x")
    yesterday = time.time() - 2 * 24 * 3600
    for path in ("ab/abandoned", young.path):
        os.utime(folder / path, (yesterday, yesterday))
    with clock.frozen(clock.now().replace(year=2026, month=4, day=1, hour=3)):
        assert jobs.remove_old_files.call() == {"removed": 1, "orphans": 1}
    assert not (folder / old.path).exists()
    assert (folder / young.path).exists()
    assert (folder / "ab/fresh").exists()
    assert not (folder / "ab/abandoned").exists()


# ---- viruses: a stand-in that speaks clamd's protocol, since signatures can't be had here ------------------------


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: Any, tmp_path: Path) -> Iterator[str]:
    if request.param == "tcp":
        server = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    else:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(str(tmp_path / "clamd.sock"))
        server.listen()
        address = f"unix://{tmp_path / 'clamd.sock'}"
    server.settimeout(5)

    def serve() -> None:
        while True:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as said:
                command = b""
                while not command.endswith(b"\0"):
                    command += said.read(1)
                if command == b"zPING\0":
                    connection.sendall(b"PONG\0")
                    continue
                content = b""
                while length := int.from_bytes(said.read(4), "big"):
                    content += said.read(length)
                found = b"stream: Test.Signature FOUND\0" if EICAR_LIKE in content else b"stream: OK\0"
                connection.sendall(found)

    thread = threading.Thread(target=serve)
    thread.start()
    yield address
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.mark.django_db
def test_a_scanner_finds_what_it_knows_and_passes_the_rest(clamd: str, folder: Path, settings: Any) -> None:
    scanning.ping(clamd)
    assert scanning.scan(clamd, b"x" * 200_000 + EICAR_LIKE) == "Test.Signature"
    assert scanning.scan(clamd, b"clean") == ""
    settings.VIRUS_SCANNER = clamd
    assert stored().scanned_at is not None
    with pytest.raises(Invalid, match="file_infected"):
        services.store(ward=a_ward(), actor=TESTER, purpose="t", upload=EICAR_LIKE, name="a.txt")
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_kept_unscanned_and_with_one_that_is_away_refused(
    folder: Path, settings: Any, tmp_path: Path
) -> None:
    assert stored().scanned_at is None
    settings.VIRUS_SCANNER = f"unix://{tmp_path / 'nobody'}"
    with pytest.raises(Conflict, match="scanner_away"):
        stored()
    assert clock.now() - StoredFile.objects.get().stored_at < timedelta(minutes=1)
