"""Races in the core: revisions, snapshots, the outbox, the audit chain, what may be used once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kuyakusho.core import tokens
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.tests.making import a_ward
from kuyakusho.core.audit.models import AuditLine, Chain
from kuyakusho.core.audit.verifying import verify
from kuyakusho.core.jobs import schedule
from kuyakusho.core.keys.models import ApiKey
from kuyakusho.core.outbox import services as outbox
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.snapshots.models import Snapshot
from kuyakusho.core.wards.models import Ward

from . import deeds
from .racing import Race, Refusal, at_once, with_threads

MANY = 6


def test_every_touch_counts(race: Race) -> None:
    ward = a_ward()
    race(deeds.touch, [{"ward": ward.pk, "times": 15}] * MANY)
    touched = Ward.objects.get(pk=ward.pk)
    assert touched.revision == ward.revision + 15 * MANY
    # Each touch moves the time by a second at least, so that no two contents share a Last-Modified.
    assert touched.changed_at >= ward.changed_at + timedelta(seconds=15 * MANY - 1)


def test_eight_writers_touch_one_ward_and_another(transactional_db: None) -> None:
    one, other = a_ward(), a_ward("another")
    with_threads(deeds.touch, [{"ward": w.pk, "times": 20} for w in (one, one, one, other) * 2])
    assert Ward.objects.get(pk=one.pk).revision == one.revision + 120
    assert Ward.objects.get(pk=other.pk).revision == other.revision + 40


def test_no_two_writers_draw_the_same_version_of_a_snapshot(race: Race) -> None:
    path = "/api/v1/nishi/tests"
    drawn = race(deeds.put_snapshot, [{"path": path, "who": str(n), "times": 10} for n in range(MANY)])
    versions = [version for one in drawn for version in one]
    assert len(set(versions)) == 10 * MANY
    for one in drawn:
        assert one == sorted(one)
    kept = Snapshot.objects.get(path=path)
    last = {one[-1]: f'["{n}", 9]' for n, one in enumerate(drawn)}
    assert bytes(kept.body).decode() == last[max(last)], "what was written last is what is shown"
    assert kept.version == max(versions)


def test_four_workers_deliver_each_fact_once(race: Race) -> None:
    ward = a_ward()
    for number in range(60):
        outbox.announce(
            ward=[ward, None, a_ward("another")][number % 3], fact=deeds.SAID, payload={"number": number}
        )
    outcomes = race(deeds.deliver, [{"limit": 1000}] * 4)
    assert sum((Counter(one) for one in outcomes), Counter()) == {"done": 60}
    heard = Counter(AuditLine.objects.filter(action="tests.fact.heard").values_list("target", flat=True))
    assert heard == Counter(
        Entry.objects.filter(kind="fact", state="done").values_list("public_id", flat=True)
    )
    assert set(heard.values()) == {1}
    assert len(heard) == 60


def test_four_workers_send_each_message_once(race: Race, tmp_path: Path) -> None:
    ward, file = a_ward(), tmp_path / "sent"
    for number in range(60):
        outbox.send(ward=ward, channel="tests", to=str(file), subject="s", body="b", key=f"tests:{number}")
    race(deeds.deliver, [{"limit": 1000}] * 4)
    sent = Counter(file.read_text().split())
    assert len(sent) == 60
    assert set(sent.values()) == {1}
    assert not Entry.objects.exclude(state="done").exists()
    assert set(Entry.objects.values_list("attempts", flat=True)) == {1}


def test_one_message_for_one_key(race: Race) -> None:
    ward = a_ward()
    assert len(set(race(deeds.send, [{"ward": ward.pk, "key": "tests:1"}] * MANY))) == 1
    assert Entry.objects.count() == 1


def test_a_slot_of_the_clock_is_put_once(race: Race) -> None:
    slot = schedule.load()[0].rule.latest(datetime(2026, 11, 22, tzinfo=UTC))
    assert sorted(race(deeds.put_job, [{"slot": slot.isoformat()}] * MANY)) == [False] * (MANY - 1) + [True]
    assert Entry.objects.count() == 1


def test_two_sealers_make_one_chain_while_others_write(transactional_db: None) -> None:
    ward, other = a_ward(), a_ward("another")
    writers = [(ward.pk, "a"), (ward.pk, "b"), (other.pk, "c"), (None, "d")]
    *_, first, second = at_once(
        [
            *(lambda w=w, who=who: deeds.write_lines(w, who, 20) for w, who in writers),
            lambda: deeds.seal_often(12),
            lambda: deeds.seal_often(12),
        ]
    )
    rest = deeds.seal_often(3)
    assert first + second + rest == AuditLine.objects.count() == 160
    verdicts = list(verify())
    assert all(verdict.broken is None for verdict in verdicts), verdicts
    assert sorted(verdict.lines for verdict in verdicts) == [40, 40, 80]
    assert {verdict.unsealed for verdict in verdicts} == {0}


def test_sealers_in_a_row_of_races_leave_no_gap(race: Race) -> None:
    ward = a_ward()
    for _turn in range(3):
        deeds.write_lines(ward.pk, "a", 10)
        sealed = race(deeds.seal_often, [{"times": 1}] * 4)
        assert sum(sealed) <= 20, "two sealers counted the same lines"
    deeds.seal_often(2)
    numbers = AuditLine.objects.filter(ward=ward).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 61))
    assert Chain.objects.filter(ward=ward).count() == 1
    assert next(iter(verify(ward.slug))).broken is None


def test_a_token_is_spent_once(race: Race) -> None:
    for _turn in range(3):
        token = tokens.make("tests", "subject", lifetime=timedelta(hours=1))
        answers = race(deeds.spend, [{"token": token}] * MANY)
        assert Counter(map(repr, answers)) == {
            "True": 1,
            repr(Refusal("token_spent", 409, told=True)): MANY - 1,
        }


def test_a_form_makes_one_key_and_a_key_ends_once(race: Race) -> None:
    ward = a_ward()
    made = race(deeds.make_key, [{"ward": ward.pk, "form": "f"}] * MANY)
    assert sum(isinstance(one, str) for one in made) == 1
    assert {one.code for one in made if isinstance(one, Refusal)} == {"key_made"}
    key = ApiKey.objects.get()
    ended = race(deeds.revoke_key, [{"key": key.pk}] * MANY)
    assert sorted(ended) == [False] * (MANY - 1) + [True]
    assert AuditLine.objects.filter(action="keys.key.revoked").count() == 1


def test_nobody_is_the_actor_of_another(race: Race) -> None:
    """What a thread knows of its request stays in it."""
    ward = a_ward()
    race(deeds.write_lines, [{"ward": ward.pk, "who": str(n), "times": 10} for n in range(MANY)])
    lines = Counter(AuditLine.objects.values_list("actor", flat=True))
    assert lines == {str(Actor("staff", str(n))): 20 for n in range(MANY)}
