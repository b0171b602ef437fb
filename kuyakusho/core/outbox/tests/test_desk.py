"""The administrators' page of the outbox."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kuyakusho.core.audit.tests.making import a_member, a_ward, signed_in
from kuyakusho.core.calendar import clock
from kuyakusho.core.outbox import services
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.outbox.queries import reason
from kuyakusho.core.wards.models import Ward

pytestmark = pytest.mark.django_db


def message(ward: Ward, **state: object) -> Entry:
    entry = services.send(
        ward=ward,
        channel="email",
        to="yamada@example.jp",
        subject="秘密の件名",
        body="秘密の本文",
        topic="test.notice",
    )
    Entry.objects.filter(pk=entry.pk).update(**state)
    return entry


def test_only_administrators_find_the_page() -> None:
    ward = a_ward()
    for roles, status in ((("clerk", "planner", "chief", "auditor"), 404), (("administrator",), 200)):
        client = signed_in(a_member(ward, *roles))
        assert client.get(f"/{ward.slug}/desk/outbox/").status_code == status
        assert client.post(f"/{ward.slug}/desk/outbox/none/retry/").status_code == 404


def test_it_says_what_is_stuck_and_why_and_shows_nobody() -> None:
    ward = a_ward()
    message(
        ward, state="given_up", fault="ConnectionRefusedError: port closed", done_at=clock.now(), attempts=12
    )
    message(a_ward(), state="given_up", fault="of another ward")
    page = signed_in(a_member(ward, "administrator")).get(f"/{ward.slug}/desk/outbox/").content.decode()
    assert "送り先のサーバーにつながりません" in page
    assert "port closed" in page, "for whoever mends it"
    assert "test.notice" in page
    assert "ya…@example.jp" in page
    for hidden in ("yamada", "秘密", "another ward"):
        assert hidden not in page


def test_retry_and_cancel_from_the_page() -> None:
    ward = a_ward()
    client = signed_in(a_member(ward, "administrator"))
    again, gone = message(ward, state="given_up"), message(ward, state="given_up")
    address = f"/{ward.slug}/desk/outbox/"
    assert (
        "もう一度送ります" in client.post(f"{address}{again.public_id}/retry/", follow=True).content.decode()
    )
    assert "取り消しました" in client.post(f"{address}{gone.public_id}/cancel/", follow=True).content.decode()
    again.refresh_from_db()
    gone.refresh_from_db()
    assert (again.state, gone.state, gone.payload) == ("waiting", "cancelled", {})
    assert client.post(f"{address}{gone.public_id}/retry/").status_code == 409


@pytest.mark.parametrize("kind", ["given_up", "trying", "held", "waiting", "nonsense"])
def test_every_tab_opens(kind: str) -> None:
    ward = a_ward(training_of=a_ward())
    message(ward)
    message(ward, state="waiting", fault="later", next_at=clock.now() + timedelta(hours=1))
    client = signed_in(a_member(ward, "administrator"))
    assert client.get(f"/{ward.slug}/desk/outbox/?kind={kind}").status_code == 200


def test_a_training_ward_shows_what_would_have_been_sent() -> None:
    ward = a_ward(training_of=a_ward())
    message(ward)
    page = signed_in(a_member(ward, "administrator")).get(f"/{ward.slug}/desk/outbox/").content.decode()
    assert "秘密の件名" in page
    assert "どこへも送られません" in page


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("", ""),
        ("TimeoutError", "返事がありません"),
        ("SMTPAuthenticationError: (535, …)", "パスワード"),
        ("Undeliverable: the mail server refused the address (550)", "アドレスがありません"),
        ("Undeliverable: the mail server refused the message (554)", "断りました"),
        ("the worker stopped while it ran, each time", "止まりました"),
        ("brought back from a backup: it may have been sent already", "バックアップ"),
        ("KeyError: …", "不具合"),
    ],
)
def test_a_fault_is_said_in_words_of_the_office(fault: str, words: str) -> None:
    assert words in reason(fault)
