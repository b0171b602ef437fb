"""Three kinds of session, told apart by the backend that Django keeps in it. What a session is good for can't be
mixed up: `core.access` asks for the backend by name."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from .models import Account


class _Backend:
    """Finds the account of a session. Signing in itself is in `sessions.open_session`."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Nobody signs in through here: a view proves who somebody is and opens the session."""
        return

    def get_user(self, user_id: int) -> Account | None:
        """The account, or None for one that may not act (any more). Demo people exist in the demo only."""
        account = Account.objects.filter(pk=user_id).first()
        return account if account is not None and may_act(account) else None


class StaffBackend(_Backend):
    """Staff with both factors, a passkey, the city's directory, or a PIN on a counter PC."""


class FirstFactorBackend(_Backend):
    """Staff with a password alone, who have no second factor yet: opens the enrolment and, where the ward's policy
    says so, the desk."""


class ResidentBackend(_Backend):
    """Residents."""


def may_act(account: Account) -> bool:
    """Whether the account may be signed in at all."""
    return account.is_active and (not account.is_demo or settings.DEMO)


def _path(backend: type) -> str:
    return f"{backend.__module__}.{backend.__qualname__}"


STAFF, FIRST_FACTOR, RESIDENT = "staff", "first_factor", "resident"
PATHS = {
    STAFF: _path(StaffBackend),
    FIRST_FACTOR: _path(FirstFactorBackend),
    RESIDENT: _path(ResidentBackend),
}
AUDIENCES = {path: audience for audience, path in PATHS.items()}
