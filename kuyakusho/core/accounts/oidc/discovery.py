"""What a directory publishes about itself: its addresses and its keys, fetched with care and kept for a while."""

from __future__ import annotations

import ipaddress
import json
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.jwk import KeySet

TIMEOUT_SECONDS, LARGEST = 5.0, 512 * 1024
KEPT_SECONDS, REFRESH_SECONDS = 600, 30


class Unreachable(Exception):
    """The directory did not answer, or answered something that can't be used. The message is for the log."""


class Declined(Exception):
    """The directory answered no: the code, the verifier, or our own secret did not fit."""


@dataclass(frozen=True)
class Metadata:
    """The part of the discovery document that is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    says_issuer: bool = False


_lock = threading.Lock()
_metadata: dict[str, tuple[float, Metadata]] = {}
_keys: dict[str, tuple[float, KeySet]] = {}


def metadata(issuer: str) -> Metadata:
    """What the issuer publishes. Raises Unreachable."""
    kept = _metadata.get(issuer)
    if kept and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    said = fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
    if said.get("issuer") != issuer:
        raise Unreachable("the discovery document names another issuer")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    optional = ("userinfo_endpoint", "end_session_endpoint")
    addresses = {name: str(said.get(name) or "") for name in (*needed, *optional)}
    for name, address in addresses.items():
        if (address or name in needed) and not is_safe(address):
            raise Unreachable(f"{name} is not an https address")
    found = Metadata(
        issuer=issuer,
        **addresses,
        says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
    )
    with _lock:
        _metadata[issuer] = (time.monotonic(), found)
    return found


def keys(jwks_uri: str, *, newer: bool = False) -> KeySet:
    """The issuer's keys. `newer` asks again because a key was not among them, at most every half minute."""
    kept = _keys.get(jwks_uri)
    limit = REFRESH_SECONDS if newer else KEPT_SECONDS
    if kept and time.monotonic() - kept[0] < limit:
        return kept[1]
    try:
        found = KeySet.import_key_set({"keys": _public(fetch(jwks_uri))})
    except Exception as fault:  # whatever a stranger's document makes the library raise
        raise Unreachable(f"keys can't be read: {type(fault).__name__}") from fault
    with _lock:
        _keys[jwks_uri] = (time.monotonic(), found)
    return found


def _public(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys that sign with a public half. A shared secret in a public document would let anybody sign."""
    return [
        key
        for key in document.get("keys", [])
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
    ]


def forget() -> None:
    """Drops what is kept; for tests and after a change of a provider."""
    with _lock:
        _metadata.clear()
        _keys.clear()


def is_safe(address: str) -> bool:
    """https; plain http only on this machine itself, for development and tests."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def fetch(address: str, *, data: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> dict:
    """A JSON object from an address: GET, or POST of a form. No redirects, five seconds, half a megabyte.

    Raises Unreachable, or Declined for an answer of the kind 4xx.
    """
    if not is_safe(address):
        raise Unreachable("not an https address")
    method = "POST" if data is not None else "GET"
    body = bytearray()
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream(
                method, address, data=data, headers={"Accept": "application/json", **(headers or {})}
            ) as got,
        ):
            for chunk in got.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise Unreachable("the answer is too large")
        said = json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        raise Unreachable(f"{urlsplit(address).path}: {type(fault).__name__}") from fault
    if got.status_code != 200 or not isinstance(said, dict):
        code = said.get("error") if isinstance(said, dict) else None
        kind = Declined if 400 <= got.status_code < 500 and data is not None else Unreachable
        raise kind(f"{urlsplit(address).path}: status {got.status_code} {str(code)[:40]}")
    return said
