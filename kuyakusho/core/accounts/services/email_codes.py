"""Residents' sign-in by e-mail: six digits to type, or a link to press. Both are one thing that works once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kuyakusho.core import tokens
from kuyakusho.core.access.actor import VISITOR
from kuyakusho.core.accounts import mail
from kuyakusho.core.accounts.attempts import Origin, take, take_place
from kuyakusho.core.accounts.models import EmailCode
from kuyakusho.core.audit.services import record
from kuyakusho.core.errors import Invalid
from kuyakusho.core.tokens.signing import purpose_key
from kuyakusho.core.wards.addresses import ward_address
from kuyakusho.core.wards.models import Ward

HOLDS = timedelta(minutes=10)
TRIES = 5
LINK = "email-link"


def send_code(
    ward: Ward, email: str, origin: Origin, *, variant: str, next_page: str, now: datetime
) -> EmailCode:
    """Sends a code and a link to the address, whether anybody is known by it or not.

    Raises TooSoon when the address is written to too often.
    """
    address = email.strip().lower()
    take("email-code", address, origin, now, sending=True)
    code = f"{secrets.randbelow(10**6):06d}"
    public_id = secrets.token_urlsafe(15)
    with transaction.atomic():
        row = EmailCode.objects.create(
            public_id=public_id,
            ward=ward,
            email=address,
            digest=_digest(public_id, code),
            variant=variant,
            next=next_page,
            created_at=now,
            expires_at=now + HOLDS,
        )
        token = tokens.make(LINK, public_id, lifetime=HOLDS, now=now)
        link = ward_address(ward, "accounts:email-link", token, variant=variant, absolute=True)
        mail.write(ward=ward, to=address, template="code", code=code, link=link, minutes=10)
        record(ward=ward, actor=VISITOR, action="accounts.code.sent", target=f"accounts.code:{public_id}")
    return row


def use_code(ward: Ward, public_id: str, typed: str, source: str, now: datetime) -> EmailCode:
    """The row of a code that was typed right. `public_id` is from the session of the browser that asked.

    Raises Invalid: `code_wrong`, or `code_over` after ten minutes, five tries, or its use.
    """
    take_place("email-code", source, now)
    alive = EmailCode.objects.filter(ward=ward, public_id=public_id, used_at=None, expires_at__gt=now)
    if not alive.filter(attempts__lt=TRIES).update(attempts=F("attempts") + 1):
        raise _over()
    row = alive.select_related("ward").first()
    digits = "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isdigit())
    if row is None or not hmac.compare_digest(row.digest, _digest(public_id, digits)):
        raise Invalid(
            "code_wrong",
            _("番号が違います。"),
            _("届いたメールの6けたの番号を確かめて、もう一度入れてください。"),
            fields={"code": _("番号が違います。")},
        )
    return _use(row, now)


def look_at_link(ward: Ward, token: str, now: datetime) -> EmailCode:
    """The row behind a link, without using it up: mail programs open links by themselves. Raises Invalid."""
    claim = tokens.read(LINK, token, now=now)
    rows = EmailCode.objects.select_related("ward").filter(ward=ward, public_id=claim.subject)
    row = rows.filter(used_at=None, expires_at__gt=now).first()
    if row is None:
        raise _over()
    return row


def use_link(ward: Ward, token: str, now: datetime) -> EmailCode:
    """The row behind a link, used up. Raises Invalid for a link that is over or used."""
    return _use(look_at_link(ward, token, now), now)


def _use(row: EmailCode, now: datetime) -> EmailCode:
    with transaction.atomic():
        if EmailCode.objects.filter(pk=row.pk, used_at=None).update(used_at=now) != 1:
            raise _over()
        target = f"accounts.code:{row.public_id}"
        record(ward=row.ward, actor=VISITOR, action="accounts.code.used", target=target)
    return row


def _over() -> Invalid:
    return Invalid(
        "code_over",
        _("この番号はもう使えません。"),
        _("10分たつか、5回まちがえるか、一度使うと無効になります。新しい番号をお求めください。"),
    )


def _digest(public_id: str, code: str) -> str:
    key = purpose_key(tokens.newest_secret(), "email-code")
    return hmac.new(key, f"{public_id}:{code}".encode(), hashlib.sha256).hexdigest()
