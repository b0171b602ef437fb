"""Writing into the outbox, in the transaction of the change."""

from __future__ import annotations

from typing import Any

from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .models import Entry
from .registry import channels, subscribers


def announce(*, ward: Ward | None, fact: str, payload: dict[str, Any]) -> None:
    """Tells every room that listens to `fact` (`programmes.enrolment.confirmed`); references only."""
    now = clock.now()
    Entry.objects.bulk_create(
        Entry(ward=ward, kind="fact", name=name, topic=fact, payload=payload, created_at=now, next_at=now)
        for name in subscribers.get(fact, ())
    )


def send(
    *, ward: Ward, channel: str, to: str, subject: str, body: str, key: str | None = None, topic: str = ""
) -> Entry:
    """Queues a message. In a training ward it is held and never leaves.

    `key` makes the message unique: a second call with the same key returns the first entry.
    """
    if channel not in channels:
        raise ValueError(f"there is no channel {channel}")
    now = clock.now()
    values = {
        "ward": ward,
        "kind": "message",
        "name": channel,
        "topic": topic,
        "payload": {"to": to, "subject": str(subject), "body": str(body)},
        "state": "held" if ward.is_training else "waiting",
        "created_at": now,
        "next_at": now,
    }
    if key is None:
        return Entry.objects.create(**values)
    return Entry.objects.get_or_create(key=key, defaults=values)[0]
