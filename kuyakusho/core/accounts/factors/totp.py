"""Authenticator apps: RFC 6238 with SHA-1, six digits, thirty seconds, as every app understands it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

import segno

from kuyakusho.core.accounts.models import Account, TotpFactor
from kuyakusho.core.calendar import clock
from kuyakusho.core.tokens import sealing

STEP_SECONDS, DIGITS = 30, 6
WINDOW = 1  # steps that the phone's clock may be off, either way


def new_secret() -> str:
    """A fresh key of 160 bits, in base32 as apps show it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of a time step."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(moment: datetime) -> int:
    """The time step that a moment falls in."""
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is, within the window; None for a wrong one."""
    found = None
    for step in range(step_of(now) - WINDOW, step_of(now) + WINDOW + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            found = step
    return found


def address_for_app(secret: str, account_name: str, issuer: str) -> str:
    """The `otpauth` address that an app reads from the picture."""
    label = quote(f"{issuer}:{account_name}")
    return f"otpauth://totp/{label}?" + urlencode({"secret": secret, "issuer": issuer})


def picture(address: str) -> str:
    """The address as a QR code, a data address for an image."""
    return segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff")


def enrol(account: Account, secret: str, code: str, now: datetime) -> bool:
    """Keeps the secret when `code` proves that the app has it. A former app stops working."""
    step = matching_step(secret, code, now)
    if step is None:
        return False
    TotpFactor.objects.update_or_create(
        account=account,
        defaults={
            "sealed_secret": sealing.seal("totp", secret),
            "last_step": step,
            "created_at": clock.now(),
        },
    )
    return True


def accept(account: Account, code: str, now: datetime) -> bool:
    """Whether the code is right and was not used before; it is used up by this one statement."""
    factor = TotpFactor.objects.filter(account=account).first()
    if factor is None:
        return False
    step = matching_step(sealing.unseal("totp", factor.sealed_secret), code, now)
    if step is None:
        return False
    used = TotpFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step)
    return used == 1
