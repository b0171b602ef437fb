"""What of a ward's outbox a person looks at: what is stuck, what is held, and how it goes on the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .models import MESSAGE, Entry
from .rules import masked

KINDS = ("given_up", "trying", "held", "waiting")


@dataclass(frozen=True)
class Shown:
    """An entry as the page shows it: the receiver masked, and the words only of what is held for practice."""

    entry: Entry
    to: str
    subject: str
    way: str
    reason: str
    can_retry: bool
    can_cancel: bool


def of_kind(ward: Ward, kind: str) -> QuerySet[Entry]:
    """The ward's entries: given_up, trying (failed at least once and waiting), held (training), or waiting."""
    entries = Entry.objects.filter(ward=ward)
    if kind == "given_up":
        return entries.filter(state="given_up").order_by("-done_at", "-id")
    if kind == "held":
        return entries.filter(state="held").order_by("-id")
    open_entries = entries.filter(state__in=("waiting", "leased"))
    if kind == "trying":
        return open_entries.exclude(fault="").order_by("next_at", "id")
    return open_entries.filter(fault="").order_by("next_at", "id")


def counts(ward: Ward) -> dict[str, int]:
    """How many there are of each kind."""
    return {kind: of_kind(ward, kind).count() for kind in KINDS}


def sent_lately(ward: Ward) -> int:
    """How many messages were acknowledged in the last 24 hours."""
    since = clock.now() - timedelta(hours=24)
    return Entry.objects.filter(ward=ward, kind=MESSAGE, state="done", done_at__gt=since).count()


def faults(ward: Ward) -> list[tuple[str, str, int]]:
    """Why things are stuck, the most frequent reason first: in words, as the log has it, and how often."""
    stuck = Entry.objects.filter(ward=ward, state__in=("given_up", "waiting")).exclude(fault="").order_by()
    rows = stuck.values_list("fault").annotate(number=Count("pk"))
    return [(reason(fault), fault, number) for fault, number in sorted(rows, key=lambda row: -row[1])[:5]]


def reason(fault: str) -> str:
    """What a fault means to somebody who runs an office; empty where there is none."""
    if not fault:
        return ""
    kind = fault.partition(":")[0]
    if kind in ("ConnectionRefusedError", "ConnectionError", "ConnectionResetError", "gaierror", "OSError"):
        return _("送り先のサーバーにつながりません")
    if kind in ("TimeoutError", "timeout", "SMTPServerDisconnected"):
        return _("送り先のサーバーの返事がありません")
    if kind == "SMTPAuthenticationError":
        return _("メールサーバーのパスワードが合いません")
    if "refused the address" in fault:
        return _("あて先のアドレスがありません")
    if "refused the message" in fault:
        return _("相手のサーバーが受け取りを断りました")
    if fault.startswith("brought back from a backup"):
        return _("バックアップから戻しました。すでに送られているかもしれません")
    if fault.startswith("the worker stopped"):
        return _("送る途中で、何度もシステムが止まりました")
    return _("システムの不具合です")


def shown(entry: Entry) -> Shown:
    """What of an entry the page may show."""
    is_message = entry.kind == MESSAGE
    return Shown(
        entry=entry,
        to=masked(str(entry.payload.get("to", ""))) if is_message else "",
        way=entry.name if is_message else "",
        reason=reason(entry.fault),
        subject=str(entry.payload.get("subject", "")) if entry.state == "held" else "",
        can_retry=entry.state == "given_up" and entry.blanked_at is None,
        can_cancel=entry.state in ("waiting", "given_up", "held"),
    )
