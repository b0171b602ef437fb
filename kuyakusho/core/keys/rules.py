"""What a key looks like and when it works. Pure: days are arguments.

    kuyakusho_2c7hk9qd_tv5w…          mark, prefix (8 characters), secret (32 characters, 158 bits)

The mark lets scanners of source code find a key that was committed by mistake; the prefix is shown in lists. Only
SHA-256 over the whole key is kept: a secret of 158 random bits needs no slow digest.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, timedelta

from kuyakusho.core.wards.models import ALPHABET, new_public_id

MARK = "kuyakusho"
PREFIX_LENGTH, SECRET_LENGTH = 8, 32
LONGEST_LIFE = timedelta(days=731)
SOON = timedelta(days=30)
_FORM = re.compile(rf"({MARK}_[{ALPHABET}]{{{PREFIX_LENGTH}}})_[{ALPHABET}]{{{SECRET_LENGTH}}}")

ACTIVE, ENDING, EXPIRED, REVOKED = "active", "ending", "expired", "revoked"


def new_key() -> tuple[str, str]:
    """A new key: its prefix with the mark, and the whole."""
    prefix = f"{MARK}_{new_public_id(PREFIX_LENGTH)}"
    return prefix, f"{prefix}_{new_public_id(SECRET_LENGTH)}"


def prefix_of(key: str) -> str:
    """The prefix of what may be a key; empty when it does not look like one."""
    match = _FORM.fullmatch(key)
    return match.group(1) if match else ""


def digest_of(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def state(expires_on: date, revoked_at: datetime | None, today: date) -> str:
    """active, ending (30 days or less are left), expired or revoked."""
    if revoked_at is not None:
        return REVOKED
    if today > expires_on:
        return EXPIRED
    return ENDING if expires_on - today <= SOON else ACTIVE


def works(expires_on: date, revoked_at: datetime | None, today: date) -> bool:
    """Whether the key opens anything today."""
    return state(expires_on, revoked_at, today) in (ACTIVE, ENDING)
