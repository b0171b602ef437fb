"""Purpose-bound signed tokens, single use as a database fact, and sealed secrets. See docs/mechanisms/tokens.md.

token = tokens.make("check-in", booking.public_id, lifetime=timedelta(hours=2))
claim = tokens.read("check-in", token)  # Invalid: tampered, of another purpose, expired, or from the future
tokens.spend(claim)  # Conflict: somebody was here before
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from kuyakusho.core.calendar import clock

from . import signing
from .signing import Claim

if TYPE_CHECKING:
    from kuyakusho.core.errors import Invalid

__all__ = ["Claim", "is_spent", "make", "newest_secret", "read", "spend", "spend_name"]


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def newest_secret() -> str:
    """The SECRET_KEY of today, for digests that live for minutes; keys of purposes come from `signing.purpose_key`."""
    return _secrets()[0]


def make(purpose: str, subject: str, *, lifetime: timedelta, now: datetime | None = None) -> str:
    """A token that says `subject` for `purpose` and for nothing else, until `lifetime` is over.

    It is safe in an address and in a QR code: 47 characters plus four for every three bytes of the subject.
    The subject can be read by whoever holds the token: put references in it, never a person's data.
    """
    return signing.sign(_secrets()[0], purpose, subject, issued_at=now or clock.now(), lifetime=lifetime)


def read(purpose: str, token: str, *, now: datetime | None = None) -> Claim:
    """What the token says.

    Raises Invalid: `token_invalid` for one that was changed, cut short or made for another purpose or with a key
    that is no longer known, `token_expired` for one that is over.
    """
    try:
        return signing.verify(_secrets(), purpose, token, now=now or clock.now())
    except signing.Expired as fault:
        raise _invalid("token_expired") from fault
    except signing.Unsound as fault:
        raise _invalid("token_invalid") from fault


def spend(claim: Claim) -> None:
    """Uses the token up, in the transaction of what it is used for. Raises Conflict `token_spent` the second time."""
    from .services import spend as spend_claim

    spend_claim(claim)


def is_spent(claim: Claim) -> bool:
    """Whether the token has been used: for showing a page, never for deciding (`spend` decides)."""
    from .services import is_spent as spent

    return spent(claim)


def spend_name(purpose: str, name: str, *, until: datetime) -> bool:
    """The same for something made elsewhere that may be taken once only, for example a SAML assertion.

    True the first time, False afterwards. `until` is when the thing itself is refused for its age.
    """
    from .services import spend_name as spend_named

    return spend_named(purpose, name, until=until)


def _invalid(code: str) -> Invalid:
    from django.utils.translation import gettext_lazy as _

    from kuyakusho.core.errors import Invalid

    if code == "token_expired":
        return Invalid(
            code, _("このリンクの期限が切れています。"), _("もう一度、新しいリンクをお求めください。")
        )
    return Invalid(
        code,
        _("このリンクは使えません。"),
        _("リンクが途中で切れていないか確かめるか、新しいリンクをお求めください。"),
    )
