"""Live figures of the office's own machinery: what lies in core, which knows no indicators."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.accounts.models import Passkey, Posting, StaffMember, TotpFactor
from kuyakusho.core.calendar import clock
from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.outbox.models import MESSAGE, Entry
from kuyakusho.core.wards.models import Ward

from .registry import Measured, register_source
from .rules import Period


def share(hits: int, base: int, **lineage: object) -> Measured:
    """A share in percent of everything there is; nothing when there is nothing."""
    value = None if base == 0 else Decimal(100 * hits) / Decimal(base)
    return Measured(value, clock.now(), base, lineage={"hits": hits, **lineage})


def delivered_share(ward: Ward, period: Period) -> Measured:
    """Of the messages of the period that came to an end, those that the channel acknowledged."""
    begin, end = (
        datetime.combine(day, time(), JAPAN).astimezone(UTC) for day in (period.from_on, period.until_on)
    )
    ended = Entry.objects.filter(ward=ward, kind=MESSAGE, done_at__gte=begin, done_at__lt=end)
    done = ended.filter(state="done").count()
    return share(done, done + ended.filter(state="given_up").count(), counted="messages done or given up")


def second_factor_share(ward: Ward, period: Period) -> Measured:
    """Of the staff posted on the last day, those with a passkey or an authenticator app."""
    day = period.last_on
    posted = Posting.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day), member=OuterRef("pk"), valid_from__lte=day
    )
    staff = StaffMember.objects.filter(Exists(posted), ward=ward, account__is_active=True)
    safe = staff.filter(
        Exists(TotpFactor.objects.filter(account=OuterRef("account")))
        | Exists(Passkey.objects.filter(account=OuterRef("account")))
    )
    return share(safe.count(), staff.count(), counted="staff posted on the last day")


def register_office_sources() -> None:
    """Called once, at start-up."""
    register_source(
        "outbox.delivered_share",
        delivered_share,
        "%",
        _("送り終えた知らせのうち、相手の受け取り口まで届いたものの割合を数えます。"),
    )
    register_source(
        "accounts.second_factor_share",
        second_factor_share,
        "%",
        _("その日に在籍する職員のうち、パスワードのほかにもう一つの確認手段を登録した人の割合を数えます。"),
    )
