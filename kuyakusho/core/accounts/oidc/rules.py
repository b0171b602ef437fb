"""What an ID token must say to be believed. Pure: the signature is checked before, times are arguments."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

# Signatures that are believed. Never `none`, never one with a shared secret.
ALGORITHMS = (
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "PS384",
    "ES384",
    "RS512",
    "PS512",
    "ES512",
    "Ed25519",
    "EdDSA",
)
LEEWAY_SECONDS = 60
OLDEST_SECONDS = 600
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def fault_in_claims(
    claims: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
    proved_within: int | None = None,
) -> str:
    """The name of the first claim that does not fit; empty when the token is good (OpenID Connect Core 3.1.3.7).

    `proved_within`: the person must have proved who they are to the directory in the last so many seconds.
    """
    second = now.timestamp()
    audiences = claims.get("aud")
    audiences = [audiences] if isinstance(audiences, str) else audiences
    if claims.get("iss") != issuer:
        return "iss"
    if not isinstance(audiences, list) or client_id not in audiences:
        return "aud"
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        return "azp"
    expires, issued, proved = (_time(claims.get(name)) for name in ("exp", "iat", "auth_time"))
    if expires is None or expires + LEEWAY_SECONDS <= second:
        return "exp"
    if issued is None or not second - OLDEST_SECONDS <= issued <= second + LEEWAY_SECONDS:
        return "iat"
    if "nbf" in claims and (_time(claims["nbf"]) or second * 2) > second + LEEWAY_SECONDS:
        return "nbf"
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        return "nonce"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        return "sub"
    if proved_within is not None and (proved is None or proved < second - proved_within - LEEWAY_SECONDS):
        return "auth_time"
    return ""


def access_token_fits(algorithm: str, at_hash: str, access_token: str) -> bool:
    """Whether `at_hash` of the ID token belongs to this access token."""
    make = _HASHES.get(algorithm[-3:], hashlib.sha512)
    half = make(access_token.encode()).digest()
    expected = base64.urlsafe_b64encode(half[: len(half) // 2]).rstrip(b"=").decode()
    return hmac.compare_digest(expected.encode(), at_hash.encode())


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _time(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
