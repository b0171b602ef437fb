"""How often a secret may be tried: growing pauses that nobody can bring upon somebody else.

After OWASP's device cookies. A browser that has signed in as this account before has a count of its own, which
nobody else can fill. From any other browser three counts apply: this account from this place, this account from
all strange browsers together, and this place for all accounts. An attacker elsewhere can fill the second, never
the first of somebody else's; whoever is slowed down by it on a new browser still has passkey, directory and the
link by e-mail.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.errors import TooMany

from .models import Attempts, Device
from .rules import Limit, Tries, try_again

HERE = Limit(5, timedelta(seconds=15), timedelta(hours=1))
EVERYWHERE = Limit(50, timedelta(seconds=30), timedelta(minutes=10))
# A whole office may share one address: two hundred an hour from browsers that are new there.
PLACE = Limit(200, timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=1))
SENDING = Limit(4, timedelta(minutes=5), timedelta(hours=6))
SENDING_EVERYWHERE = Limit(12, timedelta(minutes=5), timedelta(hours=1))
PIN = Limit(5, timedelta(hours=24), timedelta(hours=24))
KEPT = timedelta(days=1)


class TooSoon(TooMany):
    """Too many tries; `retry_after_seconds` until the next."""

    def __init__(self, wait: timedelta) -> None:
        seconds = math.ceil(wait.total_seconds())
        super().__init__(
            "too_many_tries",
            _("続けて試した回数が多いため、少しのあいだ受け付けを止めています。"),
            _("%(minutes)s分ほど待ってから、もう一度お試しください。") % {"minutes": math.ceil(seconds / 60)},
            retry_after_seconds=seconds,
        )


@dataclass(frozen=True)
class Origin:
    """Where a try comes from: `device` is a browser that is known for this very account, or None."""

    source: str
    device: Device | None = None


def take(kind: str, who: str, origin: Origin, now: datetime, *, sending: bool = False) -> None:
    """Counts one try for `who` (an account's id or a typed address), before the secret is looked at.

    Raises TooSoon. `sending` counts messages to an address instead of tries.
    """
    here = SENDING if sending else HERE
    if origin.device is not None:
        counts = [(here, f"{kind}:known:{who}:{origin.device.public_id}")]
    else:
        counts = [
            (here, f"{kind}:here:{who}:{origin.source}"),
            (SENDING_EVERYWHERE if sending else EVERYWHERE, f"{kind}:strange:{who}"),
            (PLACE, f"{kind}:place:{origin.source}"),
        ]
    wait = max(_take(limit, key, now) for limit, key in counts)
    if wait > timedelta(0):
        raise TooSoon(wait)


def clear(kind: str, who: str, origin: Origin) -> None:
    """Forgets the tries of one who got it right here. What others tried elsewhere stays counted."""
    keys = [f"{kind}:here:{who}:{origin.source}"]
    if origin.device is not None:
        keys.append(f"{kind}:known:{who}:{origin.device.public_id}")
    Attempts.objects.filter(key__in=[_digest(key) for key in keys]).delete()


def take_place(kind: str, source: str, now: datetime) -> None:
    """Counts one try from a place, whoever it is for. Raises TooSoon."""
    wait = _take(PLACE, f"{kind}:place:{source}", now)
    if wait > timedelta(0):
        raise TooSoon(wait)


def take_pin(who: str, device: Device, now: datetime) -> None:
    """Counts one try of a PIN on a counter PC: five, then only a full sign-in helps."""
    wait = _take(PIN, f"pin:{who}:{device.public_id}", now)
    if wait > timedelta(0):
        raise TooSoon(wait)


def clear_pin(who: str, device: Device) -> None:
    """After the right PIN, or a full sign-in on that PC."""
    Attempts.objects.filter(key=_digest(f"pin:{who}:{device.public_id}")).delete()


def forget(now: datetime) -> int:
    """Deletes counts that would start anew anyway; returns how many."""
    return Attempts.objects.filter(as_of__lt=now - KEPT, next_at__lt=now).delete()[0]


def _take(limit: Limit, key: str, now: datetime) -> timedelta:
    digest = _digest(key)
    with transaction.atomic():
        # Made first, so that two who come at once find one row to queue at.
        Attempts.objects.bulk_create(
            [Attempts(key=digest, count=0, as_of=now, next_at=now)], ignore_conflicts=True
        )
        rows = Attempts.objects.filter(key=digest)
        row = rows.select_for_update().get()
        tries, wait = try_again(limit, Tries(row.count, row.as_of, row.next_at), now)
        rows.update(count=tries.count, as_of=tries.as_of, next_at=tries.next_at)
    return wait


def _digest(key: str) -> str:
    return hashlib.sha256(f"kuyakusho.attempts\0{key}".encode()).hexdigest()
