"""What the outbox itself brings: facts, messages, and the channel e-mail."""

from __future__ import annotations

from . import mail
from .models import FACT, MESSAGE, Entry
from .registry import channel, channels, runner, subscribers
from .rules import ATTEMPTS, Undeliverable


def _deliver_fact(entry: Entry) -> None:
    handler = subscribers.get(entry.topic, {}).get(entry.name)
    if handler is None:
        raise Undeliverable(f"nobody called {entry.name} listens to {entry.topic} any more")
    handler(entry)


def _deliver_message(entry: Entry) -> None:
    if entry.ward is not None and entry.ward.is_training:  # whatever wrote it: nothing leaves a training ward
        raise Undeliverable("messages of a training ward never leave")
    handler = channels.get(entry.name)
    if handler is None:
        raise Undeliverable(f"there is no channel {entry.name}")
    handler(entry)


runner(FACT, _deliver_fact, in_transaction=True, attempts=lambda entry: ATTEMPTS[FACT])
runner(MESSAGE, _deliver_message, in_transaction=False, attempts=lambda entry: ATTEMPTS[MESSAGE])
channel("email", mail.deliver)
