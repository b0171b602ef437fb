"""Writing into the outbox, in the transaction of the change; and what a person may do with what is stuck."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit import services as audit
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Missing
from kuyakusho.core.wards.models import Ward

from . import poke
from .models import FACT, MESSAGE, Entry
from .registry import channels, subscribers


def lane(ward_id: int | None, kind: str) -> str:
    """The lane an entry waits in."""
    return f"{ward_id or 0}:{kind}"


def announce(*, ward: Ward | None, fact: str, payload: dict[str, Any]) -> None:
    """Tells every room that listens to `fact` (`programmes.enrolment.confirmed`); references only."""
    listeners = subscribers.get(fact, {})
    if not listeners:
        return
    now = clock.now()
    Entry.objects.bulk_create(
        Entry(
            ward=ward,
            kind=FACT,
            lane=lane(ward.pk if ward else None, FACT),
            name=name,
            topic=fact,
            payload=payload,
            created_at=now,
            next_at=now,
        )
        for name in listeners
    )
    poke.worker()


def send(
    *, ward: Ward, channel: str, to: str, subject: str, body: str, key: str | None = None, topic: str = ""
) -> Entry:
    """Queues a message. In a training ward it is held and never leaves.

    `key` makes the message unique: a second call with the same key returns the first entry. `topic` says in a
    word what it is about (`accounts.code`), for the staff page and the figures; it holds no personal data.
    Raises ValueError when there is no such channel.
    """
    if channel not in channels:
        raise ValueError(f"there is no channel {channel}")
    now = clock.now()
    values = {
        "ward": ward,
        "kind": MESSAGE,
        "lane": lane(ward.pk, MESSAGE),
        "name": channel,
        "topic": topic,
        "payload": {"to": to, "subject": str(subject), "body": str(body)},
        "state": "held" if ward.is_training else "waiting",
        "created_at": now,
        "next_at": now,
    }
    if key is None:
        entry, is_new = Entry.objects.create(**values), True
    else:
        entry, is_new = Entry.objects.get_or_create(key=key, defaults=values)
    if is_new and entry.state == "waiting":
        poke.worker()
    return entry


def retry(*, ward: Ward, public_id: str, actor: Actor) -> None:
    """Puts a message that was given up back into the queue, with all its attempts before it.

    Raises Missing when the ward has no such entry, Conflict when it is not given up or its words are gone.
    """
    with transaction.atomic():
        entry = _of_ward(ward, public_id)
        if entry.state != "given_up" or entry.blanked_at is not None:
            raise Conflict(
                "not_given_up",
                _("この送信は、いまは再送できません。"),
                _("一覧を開き直して、いまの状態を確かめてください。"),
            )
        now = clock.now()
        Entry.objects.filter(pk=entry.pk).update(
            state="waiting", attempts=0, next_at=now, done_at=None, fault="", lease=""
        )
        audit.record(
            ward=ward, actor=actor, action="outbox.entry.retried", target=f"outbox.entry:{public_id}"
        )
        poke.worker()


def cancel(*, ward: Ward, public_id: str, actor: Actor) -> None:
    """Takes a message out of the queue for good; what it said is removed.

    Raises Missing when the ward has no such entry, Conflict when it is under way or done.
    """
    with transaction.atomic():
        entry = _of_ward(ward, public_id)
        now = clock.now()
        moved = Entry.objects.filter(pk=entry.pk, state__in=("waiting", "given_up", "held")).update(
            state="cancelled", done_at=now, payload={}, blanked_at=now
        )
        if not moved:
            raise Conflict(
                "not_cancellable",
                _("この送信は、もう取り消せません。"),
                _("送信済みか、いま送っているところです。一覧を開き直してください。"),
            )
        audit.record(
            ward=ward, actor=actor, action="outbox.entry.cancelled", target=f"outbox.entry:{public_id}"
        )


def _of_ward(ward: Ward, public_id: str) -> Entry:
    entry = Entry.objects.filter(ward=ward, public_id=public_id).first()
    if entry is None:
        raise Missing
    return entry
