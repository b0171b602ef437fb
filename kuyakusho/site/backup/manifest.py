"""What a backup says about itself, and how its members are named and summed."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from django.core.signing import Signer

FORMAT = 1
NAME = "manifest.json"
SQLITE, POSTGRESQL, HEADS = "database.sqlite3", "database.dump", "audit-heads.jsonl"
_MEMBER = re.compile(r"files/[0-9a-f]{2}/[0-9a-f]{40}|database\.sqlite3|database\.dump|audit-heads\.jsonl")


class BackupFault(Exception):
    """What keeps a backup from being made or brought back, and what to do about it."""


@dataclass
class Manifest:
    """`members` maps each name to its size in bytes and its SHA-256."""

    made_at: str
    version: str
    database: str
    wards: list[str]
    audit: dict[str, int]
    migrations: dict[str, str]
    secret: str
    format: int = FORMAT
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()


def read(content: bytes) -> Manifest:
    """Raises BackupFault when it is not a manifest that this version can read."""
    try:
        manifest = Manifest(**json.loads(content))
    except (ValueError, TypeError) as error:
        raise BackupFault(f"its {NAME} can't be read ({error}): take another backup") from error
    if manifest.format != FORMAT:
        raise BackupFault(
            f"it has format {manifest.format}, this version reads {FORMAT}: use the version that made it "
            f"({manifest.version})"
        )
    return manifest


def is_member(name: str) -> bool:
    """Whether a name may stand in a backup; nothing else is ever unpacked."""
    return _MEMBER.fullmatch(name) is not None


def secret_mark() -> str:
    """Tells whether two installations have the same secret, and nothing about it."""
    return Signer(salt="kuyakusho.backup.mark").signature("which secret")[:12]


class Summing:
    """A file that is read through while its SHA-256 and its size are worked out."""

    def __init__(self, inner: IO[bytes], progress: Any = None) -> None:
        self.inner, self.progress = inner, progress
        self.digest, self.size = hashlib.sha256(), 0

    def read(self, count: int = -1) -> bytes:
        chunk = self.inner.read(count)
        self.digest.update(chunk)
        self.size += len(chunk)
        if self.progress and chunk:
            self.progress(len(chunk))
        return chunk

    def sum(self) -> dict[str, Any]:
        return {"size": self.size, "sha256": self.digest.hexdigest()}
