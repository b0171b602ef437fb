"""The form of a token and its signature. Pure: keys and times are arguments.

    1 byte   version
    5 bytes  when it was made, seconds since 1970
    4 bytes  how long it holds, seconds
    9 bytes  random, so that two tokens never look alike and one can be used up
    n bytes  the subject in UTF-8
    16 bytes HMAC-SHA256, cut to 128 bits, under a key of the purpose

in base64url without padding. The purpose is not in the token: it chooses the key, so that a token for another
purpose is exactly as wrong as a forged one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VERSION = 1
LONGEST_SUBJECT = 200
CLOCKS_DIFFER = timedelta(seconds=60)
_HEAD = struct.Struct(">BBIL9s")  # the five bytes of the time as one and four
_MAC = 16


class Unsound(ValueError):
    """Changed, cut short, of another purpose, or made in the future."""


class Expired(ValueError):
    """Sound, but over."""


@dataclass(frozen=True)
class Claim:
    """What a sound token says. `name` identifies this one token among all."""

    purpose: str
    subject: str
    issued_at: datetime
    expires_at: datetime
    name: str


def purpose_key(secret: str, purpose: str) -> bytes:
    """The key of a purpose."""
    return hmac.new(secret.encode(), b"kuyakusho.tokens.1\0" + purpose.encode(), hashlib.sha256).digest()


def sign(secret: str, purpose: str, subject: str, *, issued_at: datetime, lifetime: timedelta) -> str:
    """Makes a token. Raises ValueError for a subject that is too long or a lifetime below a second."""
    text = subject.encode()
    seconds = int(lifetime.total_seconds())
    if len(text) > LONGEST_SUBJECT:
        raise ValueError(f"a token's subject has at most {LONGEST_SUBJECT} bytes")
    if not 1 <= seconds < 2**32:
        raise ValueError("a token holds for at least a second and less than 136 years")
    made = int(issued_at.timestamp())
    body = _HEAD.pack(VERSION, made >> 32, made & 0xFFFFFFFF, seconds, secrets.token_bytes(9)) + text
    mac = hmac.new(purpose_key(secret, purpose), body, hashlib.sha256).digest()[:_MAC]
    return base64.urlsafe_b64encode(body + mac).rstrip(b"=").decode()


def verify(keys: Iterable[str], purpose: str, token: str, *, now: datetime) -> Claim:
    """Reads a token with any of `keys` (the newest first). Raises Unsound or Expired."""
    raw = _decode(token)
    if len(raw) < _HEAD.size + _MAC or len(raw) > _HEAD.size + LONGEST_SUBJECT + _MAC:
        raise Unsound("length")
    body, mac = raw[:-_MAC], raw[-_MAC:]
    genuine = False
    for secret in keys:
        expected = hmac.new(purpose_key(secret, purpose), body, hashlib.sha256).digest()[:_MAC]
        genuine |= hmac.compare_digest(expected, mac)
    if not genuine:
        raise Unsound("signature")
    version, high, low, seconds, nonce = _HEAD.unpack(body[: _HEAD.size])
    if version != VERSION:
        raise Unsound("version")
    issued_at = datetime.fromtimestamp((high << 32) | low, UTC)
    expires_at = issued_at + timedelta(seconds=seconds)
    if issued_at > now + CLOCKS_DIFFER:
        raise Unsound("made in the future")
    if now >= expires_at:
        raise Expired
    return Claim(purpose, body[_HEAD.size :].decode(), issued_at, expires_at, nonce.hex())


def _decode(token: str) -> bytes:
    """base64url in its one canonical spelling, so that no two strings are the same token."""
    if not token.isascii() or len(token) > 400:
        raise Unsound("form")
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Unsound("form") from fault
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise Unsound("form")
    return raw
