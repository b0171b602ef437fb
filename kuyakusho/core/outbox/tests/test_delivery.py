"""At least once, in turn, with growing pauses; once acknowledged never again; nothing leaves a training ward."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.audit.tests.making import TESTER, a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Missing
from kuyakusho.core.outbox import delivery, jobs, registry, services
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.outbox.rules import ATTEMPTS, Undeliverable
from kuyakusho.core.wards.models import Ward

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def ward() -> Ward:
    return a_ward()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A channel `test` that writes down what it was given, and fails when told to."""
    heard = SimpleNamespace(keys=[], fault=None)

    def handler(entry: Entry) -> None:
        heard.keys.append(entry.public_id)
        if heard.fault:
            raise heard.fault

    monkeypatch.setitem(registry.channels, "test", handler)
    return heard


def send(ward: Ward, **more: Any) -> Entry:
    return services.send(ward=ward, channel="test", to="a@example.jp", subject="件名", body="本文", **more)


def test_a_message_is_sent_once_and_never_again(ward: Ward, said: SimpleNamespace) -> None:
    entry = send(ward)
    assert delivery.deliver_due() == {"done": 1}
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert delivery.deliver_due() == {}
    assert said.keys == [entry.public_id]
    entry.refresh_from_db()
    assert (entry.state, entry.attempts, entry.lease) == ("done", 1, "")


def test_a_message_is_not_there_when_the_change_was_rolled_back(ward: Ward, said: SimpleNamespace) -> None:
    with transaction.atomic():
        send(ward)
        transaction.set_rollback(True)
    assert delivery.deliver_due() == {}


def test_the_same_key_is_the_same_message(ward: Ward, said: SimpleNamespace) -> None:
    assert send(ward, key="reminder:1").pk == send(ward, key="reminder:1").pk
    assert delivery.deliver_due() == {"done": 1}


def test_an_unknown_channel_is_a_mistake_of_the_room(ward: Ward) -> None:
    with pytest.raises(ValueError, match="no channel pigeon"):
        services.send(ward=ward, channel="pigeon", to="", subject="", body="")


def test_failures_come_back_after_growing_pauses_and_end(ward: Ward, said: SimpleNamespace) -> None:
    entry = send(ward)
    said.fault = ConnectionRefusedError("mail for taro@example.jp")
    at, pauses = clock.now(), []
    for _ in range(ATTEMPTS["message"]):
        with clock.frozen(at):
            delivery.deliver_due()
        entry.refresh_from_db()
        pauses.append((entry.next_at - at).total_seconds())
        with clock.frozen(entry.next_at - timedelta(seconds=1)):
            assert delivery.deliver_due() == {}, "too early"
        at = entry.next_at + timedelta(seconds=1)
    assert all(later > 1.9 * sooner for sooner, later in pairwise(pauses[:7]))
    assert entry.state == "given_up"
    assert entry.attempts == ATTEMPTS["message"] == len(said.keys)
    assert len(set(said.keys)) == 1, "the idempotency key is the same at every attempt"
    assert entry.fault == "ConnectionRefusedError: mail for …"


def test_what_can_never_be_delivered_is_given_up_at_once(ward: Ward, said: SimpleNamespace) -> None:
    entry = send(ward)
    said.fault = Undeliverable("no such mailbox")
    assert delivery.deliver_due() == {"given_up": 1}
    entry.refresh_from_db()
    assert (entry.state, entry.attempts) == ("given_up", 1)


def test_a_claimed_entry_is_nobody_elses_until_the_lease_ends(ward: Ward, said: SimpleNamespace) -> None:
    send(ward)
    with clock.frozen(NOON + timedelta(days=999)):
        (mine,) = delivery.claim(delivery.lanes()[0], 5)
        assert delivery.claim(delivery.lanes()[0], 5) == []
    with clock.frozen(NOON + timedelta(days=999, seconds=61)):
        (theirs,) = delivery.claim(delivery.lanes()[0], 5)
        assert (theirs.pk, theirs.attempts) == (mine.pk, 2)
        assert delivery.attempt(mine) == "lost", "who slept through the lease must not send"
        assert said.keys == []
        assert delivery.attempt(theirs) == "done"


def test_a_renewed_lease_holds_on(ward: Ward, said: SimpleNamespace) -> None:
    send(ward)
    start = clock.now()
    with clock.frozen(start):
        (mine,) = delivery.claim(delivery.lanes()[0], 1)
    with clock.frozen(start + timedelta(seconds=50)):
        delivery.renew([mine])
    with clock.frozen(start + timedelta(seconds=100)):
        assert delivery.claim(delivery.lanes()[0], 1) == []


def test_what_was_released_was_never_taken(ward: Ward, said: SimpleNamespace) -> None:
    send(ward)
    (mine,) = delivery.claim(delivery.lanes()[0], 1)
    delivery.release([mine])
    (again,) = delivery.claim(delivery.lanes()[0], 1)
    assert again.attempts == 1


def test_acknowledged_after_the_lease_ended_counts_all_the_same(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()

    def slow(entry: Entry) -> None:
        Entry.objects.filter(pk=entry.pk).update(lease="somebody else")

    monkeypatch.setitem(registry.channels, "test", slow)
    entry = send(ward)
    with clock.frozen(start + timedelta(seconds=1)):
        assert delivery.deliver_due() == {"done": 1}
    entry.refresh_from_db()
    assert entry.state == "done"


def test_an_entry_whose_worker_dies_each_time_is_given_up(ward: Ward, said: SimpleNamespace) -> None:
    entry = send(ward)
    Entry.objects.update(attempts=ATTEMPTS["message"])
    assert delivery.deliver_due() == {"given_up": 1}
    entry.refresh_from_db()
    assert "the worker stopped" in entry.fault
    assert said.keys == []


def test_lanes_take_turns(ward: Ward, said: SimpleNamespace) -> None:
    other = a_ward()
    for _ in range(30):
        send(ward)
    late = send(other)
    delivery.deliver_due(limit=11)
    late.refresh_from_db()
    assert late.state == "done", "one message of a small ward does not wait for thirty of a big one"


def test_a_fact_reaches_every_listener_in_one_transaction_each(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict] = []
    broken = True

    def writes_then_breaks(entry: Entry) -> None:
        Ward.objects.filter(pk=entry.ward_id).update(name_en="half done")
        if broken:
            raise RuntimeError

    monkeypatch.setitem(
        registry.subscribers,
        "test.happened",
        {"one": lambda entry: heard.append(entry.payload), "two": writes_then_breaks},
    )
    services.announce(ward=ward, fact="test.happened", payload={"ref": "x"})
    services.announce(ward=ward, fact="test.nobody-listens", payload={})
    assert delivery.deliver_due() == {"done": 1, "waiting": 1}
    assert heard == [{"ref": "x"}]
    ward.refresh_from_db()
    assert ward.name_en == "Nishi Ward"
    broken = False
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert delivery.deliver_due() == {"done": 1}
    ward.refresh_from_db()
    assert ward.name_en == "half done"


def test_a_name_listens_once() -> None:
    registry.subscribe("test.twice", "me", print)
    with pytest.raises(ValueError, match="already"):
        registry.subscribe("test.twice", "me", print)
    del registry.subscribers["test.twice"]


def test_nothing_leaves_a_training_ward(ward: Ward, said: SimpleNamespace) -> None:
    practice = a_ward(training_of=ward)
    entry = send(practice)
    assert entry.state == "held"
    assert delivery.deliver_due() == {}
    Entry.objects.filter(pk=entry.pk).update(state="waiting")  # even when somebody forces it
    assert delivery.deliver_due() == {"given_up": 1}
    assert said.keys == []


def test_email_carries_the_ward_and_the_key(ward: Ward) -> None:
    Ward.objects.filter(pk=ward.pk).update(
        office={"name": "横浜市西区役所", "email": "nishi@ward.example.jp"}
    )
    entry = services.send(ward=ward, channel="email", to="a@example.jp", subject="一\n二", body="本文")
    assert delivery.deliver_due() == {"done": 1}
    (message,) = mail.outbox
    assert message.subject == "一 二"
    assert message.to == ["a@example.jp"]
    assert message.from_email.startswith("横浜市西区役所 <")
    assert message.reply_to == ["nishi@ward.example.jp"]
    assert message.extra_headers["Message-ID"].startswith(f"<{entry.public_id}@")
    message.message().as_bytes()


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.jp": (550, b"no a@example.jp here")}), "given_up"),
        (smtplib.SMTPRecipientsRefused({"a@example.jp": (450, b"later")}), "waiting"),
        (smtplib.SMTPDataError(554, b"spam"), "given_up"),
        (smtplib.SMTPDataError(451, b"later"), "waiting"),
        (smtplib.SMTPAuthenticationError(535, b"password"), "waiting"),
        (TimeoutError(), "waiting"),
    ],
)
def test_what_the_mail_server_says_decides(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, fault: Exception, outcome: str
) -> None:
    def refuse(self: object, messages: object) -> int:
        raise fault

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    entry = services.send(ward=ward, channel="email", to="a@example.jp", subject="s", body="b")
    assert delivery.deliver_due() == {outcome: 1}
    entry.refresh_from_db()
    assert "@" not in entry.fault


def test_a_person_can_retry_what_was_given_up_and_cancel_what_waits(
    ward: Ward, said: SimpleNamespace
) -> None:
    entry = send(ward)
    said.fault = Undeliverable("full")
    delivery.deliver_due()
    said.fault = None
    services.retry(ward=ward, public_id=entry.public_id, actor=TESTER)
    assert delivery.deliver_due() == {"done": 1}
    with pytest.raises(Conflict):
        services.retry(ward=ward, public_id=entry.public_id, actor=TESTER)
    with pytest.raises(Conflict):
        services.cancel(ward=ward, public_id=entry.public_id, actor=TESTER)
    waiting = send(ward)
    services.cancel(ward=ward, public_id=waiting.public_id, actor=TESTER)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.payload) == ("cancelled", {})
    assert delivery.deliver_due() == {}
    assert list(AuditLine.objects.values_list("action", flat=True)) == [
        "outbox.entry.retried",
        "outbox.entry.cancelled",
    ]


def test_another_wards_entry_is_missing(ward: Ward, said: SimpleNamespace) -> None:
    entry = send(ward)
    for act in (services.retry, services.cancel):
        with pytest.raises(Missing):
            act(ward=a_ward(), public_id=entry.public_id, actor=TESTER)


def test_what_was_said_is_forgotten_in_time(ward: Ward, said: SimpleNamespace) -> None:
    done, stuck = send(ward, key="k"), send(ward)
    delivery.deliver_due()
    Entry.objects.filter(pk=stuck.pk).update(state="given_up")
    later = clock.now() + timedelta(days=8)
    with clock.frozen(later):
        assert jobs.forget_what_was_said.call() == 1
    done.refresh_from_db()
    stuck.refresh_from_db()
    assert (done.payload, done.key) == ({}, "k")
    assert stuck.payload["to"] == "a@example.jp"
    with clock.frozen(later + timedelta(days=90)):
        assert jobs.forget_what_was_said.call() == 1
    stuck.refresh_from_db()
    assert stuck.payload == {}
    with pytest.raises(Conflict):
        services.retry(ward=ward, public_id=stuck.public_id, actor=TESTER)
