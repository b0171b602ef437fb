"""Writing snapshots, in the transaction of the change that they show."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable

from django.db import connection, transaction

from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from . import bells
from .models import LONGEST_PATH

LARGEST = 1024 * 1024
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")

# One statement, so that two writers of one path never meet between a read and a write: the second waits for the
# first's row and counts on from its version. The version moves only when a reader would see something new.
_PUT = """
INSERT INTO snapshots_snapshot
    (path, ward_id, version, media_type, body, etag, max_age, made_at, stale_after, removed)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, {false})
ON CONFLICT (path) DO UPDATE SET
    version = CASE
        WHEN snapshots_snapshot.etag = excluded.etag AND NOT snapshots_snapshot.removed
        THEN snapshots_snapshot.version
        ELSE {greatest}(excluded.version, snapshots_snapshot.version + 1) END,
    ward_id = excluded.ward_id, media_type = excluded.media_type, body = excluded.body, etag = excluded.etag,
    max_age = excluded.max_age, made_at = excluded.made_at, stale_after = excluded.stale_after,
    removed = {false}
RETURNING version
"""
_REMOVE = """
UPDATE snapshots_snapshot
SET removed = {true}, body = %s, etag = '', version = {greatest}(%s, version + 1)
WHERE path = %s AND NOT removed
"""


def put(
    path: str,
    body: bytes,
    media_type: str = "application/json",
    *,
    ward: Ward | None = None,
    max_age: int = 5,
    stale_after: int | None = None,
) -> int:
    """Makes `body` the public answer at `path` (`/api/v1/<ward>/home`) once the transaction commits.

    `max_age`: seconds for which caches may answer without asking. `stale_after`: seconds after which the answer
    is marked as stale. Returns the version. The same bytes again refresh the time and tell nobody.

    Two transactions that change different parts of one snapshot each write what they see, and the later commit
    wins: use `refresh` where that may happen. Raises ValueError for a path or body that can't be answered.
    """
    check(path, body, media_type)
    etag = hashlib.blake2b(media_type.encode() + b"\0" + body, digest_size=12).hexdigest()
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            _PUT.format(**_dialect()),
            [
                path,
                ward.pk if ward else None,
                time.time_ns() // 1000,
                media_type,
                body,
                etag,
                max_age,
                connection.ops.adapt_datetimefield_value(clock.now()),
                stale_after,
            ],
        )
        (version,) = cursor.fetchone()
        bells.ring(path)
    return version


def refresh(
    path: str,
    build: Callable[[], bytes],
    media_type: str = "application/json",
    *,
    ward: Ward | None = None,
    max_age: int = 5,
    stale_after: int | None = None,
) -> int:
    """As `put`, with a body built after every earlier writer of this path has committed, so that none is lost.

    `build` reads the database and returns the bytes. Call it last in the transaction; with several paths in one
    transaction, in the order of their names, so that two transactions never wait for each other.
    """
    with transaction.atomic(savepoint=False):
        if connection.vendor == "postgresql":
            # SQLite's transactions begin with the write lock; here only writers of the same path wait.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"snapshot {path}"])
        return put(path, build(), media_type, ward=ward, max_age=max_age, stale_after=stale_after)


def remove(path: str) -> bool:
    """Takes the snapshot away: its address falls to the pages again, its streams end. False if there was none."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_REMOVE.format(**_dialect()), [b"", time.time_ns() // 1000, path])
        gone = cursor.rowcount > 0
        if gone:
            bells.ring(path)
    return gone


def check(path: str, body: bytes, media_type: str) -> None:
    """Refuses with ValueError what the front door could never be asked for, or couldn't answer."""
    if not _PATH.fullmatch(path) or len(path) > LONGEST_PATH:
        raise ValueError(f"{path!r} is no path of a snapshot: ASCII from the first slash on, no query")
    if path.endswith("/stream") or path.startswith("/live/"):
        raise ValueError(f"{path} belongs to the front door")
    if len(body) > LARGEST:
        raise ValueError(f"a snapshot of {len(body)} bytes is too large to be kept ready: at most {LARGEST}")
    if not re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+(; ?charset=utf-8)?", media_type):
        raise ValueError(f"{media_type!r} is no media type")


def _dialect() -> dict[str, str]:
    if connection.vendor == "postgresql":
        return {"greatest": "GREATEST", "true": "TRUE", "false": "FALSE"}
    return {"greatest": "max", "true": "1", "false": "0"}
