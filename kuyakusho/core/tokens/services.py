"""Single use as a database fact: a row under a unique constraint, written by one statement."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict

from .models import SpentToken
from .signing import Claim


def spend(claim: Claim) -> None:
    """Uses the token up. Raises Conflict `token_spent` for all but the first."""
    if not spend_name(claim.purpose, claim.name, until=claim.expires_at):
        raise Conflict(
            "token_spent",
            _("このリンクはすでに使われています。"),
            _("もう一度行うときは、新しいリンクをお求めください。"),
        )


def spend_name(purpose: str, name: str, *, until: datetime) -> bool:
    """True for the one who comes first.

    `ON CONFLICT DO NOTHING` waits for a rival that has not committed yet and spoils no transaction on PostgreSQL.
    """
    stored = DateTimeField().get_db_prep_value
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tokens_spenttoken (digest, purpose, spent_at, expires_at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (digest) DO NOTHING",
            [
                _digest(purpose, name),
                purpose,
                stored(clock.now(), connection),
                stored(until, connection),
            ],
        )
        return cursor.rowcount == 1


def is_spent(claim: Claim) -> bool:
    return SpentToken.objects.filter(digest=_digest(claim.purpose, claim.name)).exists()


def _digest(purpose: str, name: str) -> str:
    return hashlib.sha256(f"{purpose}\0{name}".encode()).hexdigest()
