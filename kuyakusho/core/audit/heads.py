"""Signed ends of chains: in the database, and copied to a file that can lie where the database can't reach.

The signature is a purpose-bound HMAC with the installation's secret. Older secrets (`OLD_SECRET_KEYS`) still
verify, and the daily job signs anew with the present one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer

from .models import Chain

_SALT = "kuyakusho.audit.head"


def sign(key: str, number: int, digest: str) -> str:
    """The signature of a chain's end."""
    return Signer(salt=_SALT).signature(f"{key}:{number}:{digest}")


def is_signed(key: str, number: int, digest: str, signature: str) -> bool:
    """Whether the installation's secret, or one of the older ones, made `signature` for that end."""
    try:
        Signer(salt=_SALT).unsign(f"{key}:{number}:{digest}:{signature}")
    except BadSignature:
        return False
    return True


def file() -> Path:
    """Where ends are copied to: `KUYAKUSHO_AUDIT_HEADS`, or `audit-heads.jsonl` beside the data."""
    return Path(getattr(settings, "AUDIT_HEADS", None) or Path(settings.VAR) / "audit-heads.jsonl")


def write(chains: list[Chain], at: str) -> None:
    """Adds the ends to the file, durably. The file only grows: some 250 bytes for each chain that moved."""
    if not chains:
        return
    target = file()
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(
        json.dumps(
            {"chain": c.key, "number": c.number, "digest": c.digest, "signature": c.signature, "at": at}
        )
        + "\n"
        for c in chains
    )
    with target.open("a", encoding="utf-8") as out:
        out.write(lines)
        out.flush()
        os.fsync(out.fileno())


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The ends in a file by chain, those with a wrong signature left out.

    A line that was cut off (the machine stopped while it was written) is passed over.
    """
    ends: dict[str, list[dict[str, Any]]] = {}
    if not path.exists():
        return ends
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                end = json.loads(line)
                known = (end["chain"], int(end["number"]), end["digest"], end["signature"])
            except (ValueError, KeyError, TypeError):
                continue
            if is_signed(*known):
                ends.setdefault(end["chain"], []).append(end)
    return ends
