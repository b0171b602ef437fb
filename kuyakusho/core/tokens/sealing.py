"""Secrets that the database has to keep and give back (a TOTP key): sealed with a key from SECRET_KEY.

Whoever steals the database alone can't read them. Rotation: put the old SECRET_KEY among OLD_SECRET_KEYS; what is
sealed with it opens until it is sealed anew.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Sealed(ValueError):
    """It does not open: changed, sealed for another purpose, or its key is gone."""


def seal(purpose: str, secret: str) -> str:
    """The secret as text that only this installation can open."""
    return _box(purpose).encrypt(secret.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """The secret. Raises Sealed when it doesn't open."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise Sealed(purpose) from fault


def _box(purpose: str) -> MultiFernet:
    return MultiFernet(
        [_key(secret, purpose) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str, purpose: str) -> Fernet:
    derive = HKDF(hashes.SHA256(), 32, salt=b"kuyakusho.seal.1", info=purpose.encode())
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))
