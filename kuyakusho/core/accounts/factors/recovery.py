"""Recovery codes: ten on paper, each for one sign-in when phone and passkey are not at hand."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from kuyakusho.core.accounts.models import Account, RecoveryCode
from kuyakusho.core.wards.models import ALPHABET

HOW_MANY, LENGTH = 10, 16  # 31 letters: 79 bits, out of reach even for one who has the database


def new_codes(account: Account) -> list[str]:
    """Makes ten codes; the former ones stop working. They are shown once and kept as digests only."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    with transaction.atomic():
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=account, digest=_digest(account, code)) for code in codes
        )
    return ["-".join(code[i : i + 4] for i in range(0, LENGTH, 4)) for code in codes]


def left(account: Account) -> int:
    """How many are still unused."""
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def accept(account: Account, code: str, now: datetime) -> bool:
    """Whether the code is one of the unused; it is used up by this one statement."""
    typed = "".join(c for c in code.lower() if c.isalnum())
    if len(typed) != LENGTH:
        return False
    unused = RecoveryCode.objects.filter(account=account, digest=_digest(account, typed), used_at=None)
    return unused.update(used_at=now) == 1


def _digest(account: Account, code: str) -> str:
    return hashlib.sha256(f"kuyakusho.recovery\0{account.public_id}\0{code}".encode()).hexdigest()
