"""Passkeys (WebAuthn). The authenticator verifies the person, so that one proves both factors.

The relying party is the host of PUBLIC_ADDRESS, and only pages of that very origin may ask for a signature.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kuyakusho.core.accounts.models import Account, Passkey

LONGEST_ANSWER = 20_000


def _server() -> Fido2Server:
    address = urlsplit(settings.PUBLIC_ADDRESS)
    origin = f"{address.scheme}://{address.netloc}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(name="区役所", id=address.hostname or ""),
        verify_origin=lambda asked: asked == origin,
    )


def ask_to_create(account: Account) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options for the browser, and the state to keep in the session until the answer."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=account.public_id.encode(),
            name=account.email or account.public_id,
            display_name=account.name or account.email or account.public_id,
        ),
        credentials=_credentials(account),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def create(account: Account, state: dict[str, Any], answer: str, name: str, now: datetime) -> Passkey | None:
    """Keeps the new passkey, or returns None when the browser's answer does not fit."""
    try:
        data = _server().register_complete(state, _read(answer))
    except (ValueError, TypeError, KeyError):
        return None
    credential = data.credential_data
    if credential is None:
        return None
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                account=account,
                credential_id=websafe_encode(credential.credential_id),
                credential=websafe_encode(bytes(credential)),
                sign_count=data.counter,
                name=name,
                created_at=now,
            )
    except IntegrityError:  # somebody's already
        return None


def ask_to_prove(account: Account | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options and state. Without an account the browser offers whatever passkeys it has for this office."""
    options, state = _server().authenticate_begin(
        credentials=_credentials(account) if account else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def prove(
    state: dict[str, Any], answer: str, now: datetime, account: Account | None = None
) -> Account | None:
    """Whose passkey signed, or None. With `account` only that account's passkeys count."""
    try:
        response = AuthenticationResponse.from_dict(_read(answer))
        passkeys = Passkey.objects.select_related("account").filter(
            credential_id=websafe_encode(response.raw_id)
        )
        passkey = (passkeys.filter(account=account) if account else passkeys).first()
        if passkey is None:
            return None
        handle = response.response.user_handle
        if handle is not None and handle != passkey.account.public_id.encode():
            return None
        credential = AttestedCredentialData(websafe_decode(passkey.credential))
        _server().authenticate_complete(state, [credential], response)
        count = response.response.authenticator_data.counter
    except (ValueError, TypeError, KeyError):
        return None
    # A counter that does not grow is a copied key; authenticators that sync keep it at zero.
    fresh = Passkey.objects.filter(pk=passkey.pk).filter(
        Q(sign_count__lt=count) | (Q(sign_count=0) if count == 0 else Q(pk=None))
    )
    if fresh.update(sign_count=count, used_at=now) != 1:
        return None
    return passkey.account


def _credentials(account: Account) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(websafe_decode(passkey.credential)) for passkey in account.passkeys.all()]


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise ValueError("not an object")
    return read
