"""PINs for changing user on a counter PC. A PIN opens nothing anywhere else."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password

from kuyakusho.core.accounts.models import Account, CounterPin
from kuyakusho.core.calendar import clock
from kuyakusho.core.tokens import sealing


def set_pin(account: Account, pin: str) -> None:
    """Keeps the PIN as a sealed hash. The caller has checked it with `rules.pin_is_weak`."""
    CounterPin.objects.update_or_create(
        account=account,
        defaults={"sealed_hash": sealing.seal("pin", make_password(pin)), "set_at": clock.now()},
    )


def accept(account: Account, pin: str) -> bool:
    """Whether this is the account's PIN. Costs the same for an account without one."""
    kept = CounterPin.objects.filter(account=account).first()
    if kept is None:
        make_password(pin)
        return False
    return check_password(pin, sealing.unseal("pin", kept.sealed_hash))
