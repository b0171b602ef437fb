"""Pages that mix rooms: the front page and the first page of the desk."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from kuyakusho.core.access.acting import ActingStaff
from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.calendar import clock
from kuyakusho.core.http.pages import shelf
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.snapshots.models import Snapshot
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import ClosingDay, Section, Ward
from kuyakusho.domains.policy.models import ImportReview, SourceDocument
from kuyakusho.site.desk import waiting
from kuyakusho.site.home import opening, refresh, sentence

MONDAY_MORNING = datetime(2026, 11, 16, 0, 30, tzinfo=UTC)  # 09:30 in Japan
MONDAY_NIGHT = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def ward(db: None) -> Ward:
    shelf.clear()
    directory.forget()
    days = ("mon", "tue", "wed", "thu", "fri")
    return Ward.objects.create(
        slug="mihon", official_code="1", name="見本区", name_kana="みほんく", name_en="Mihon Ward", city="見本市",
        city_en="Mihon", style="osaka", opening=[{"weekday": d, "from": "08:45", "to": "17:00"} for d in days],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "kind", "words"),
    [
        (MONDAY_MORNING, "open", "17:00まで"),
        (MONDAY_NIGHT, "closed", "あす08:45に開きます"),
        # The Monday after is a substitute holiday's neighbour: 23 November is a holiday itself.
        (SATURDAY, "closed", "次は11月24日(火) 08:45に開きます"),
    ],
)
def test_the_sign_at_the_door(ward: Ward, now: datetime, kind: str, words: str) -> None:
    facts = opening(ward, now)
    assert facts["kind"] == kind
    assert sentence(facts, now) == words


def test_a_closing_day_of_its_own_is_told_ahead(client: Client, ward: Ward) -> None:
    ClosingDay.objects.create(ward=ward, on="2026-11-20", reason="設備の点検")
    with clock.frozen(MONDAY_MORNING):
        page = client.get("/mihon/").content.decode()
    assert "設備の点検" in page
    assert "開いています" in page


def test_the_front_page_is_made_anew_each_minute(client: Client, ward: Ward) -> None:
    with clock.frozen(MONDAY_MORNING):
        first = client.get("/mihon/")
        assert client.get("/mihon/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    with clock.frozen(MONDAY_NIGHT):
        assert "あす08:45に開きます" in client.get("/mihon/").content.decode()


def test_the_snapshot_says_what_the_page_says(ward: Ward) -> None:
    with clock.frozen(MONDAY_MORNING):
        refresh(ward)
    snapshot = Snapshot.objects.get(path="/api/v1/mihon/home")
    assert '"words":"17:00まで"' in bytes(snapshot.body).decode()


def test_a_training_ward_has_no_public_snapshot(ward: Ward) -> None:
    training = Ward.objects.create(
        slug="mihon-training",
        official_code="1",
        name="x",
        name_kana="x",
        name_en="x",
        style="osaka",
        training_of=ward,
    )
    refresh(training)
    assert not Snapshot.objects.exists()


def acting(ward: Ward, *roles: str) -> ActingStaff:
    section = Section.objects.create(
        ward=ward,
        key="planning",
        name="企画課",
        name_kana="きかく",
        name_en="Planning",
        valid_from="2020-04-01",
    )
    member = StaffMember.objects.create(ward=ward, account=Account.objects.create(email="a@example.jp"))
    Posting.objects.create(member=member, section=section, roles=list(roles), valid_from="2020-04-01")
    return ActingStaff(member, ward, section, frozenset(roles))


def test_the_desk_shows_what_waits_and_to_whom(ward: Ward, rf: object) -> None:
    now = clock.now()
    Entry.objects.create(
        ward=ward, kind="message", name="email", state="given_up", created_at=now, next_at=now
    )
    document = SourceDocument.objects.create(
        ward=ward, filename="方針.txt", media_type="text/plain", digest="0" * 64, text="", uploaded_at=now
    )
    ImportReview.objects.create(
        ward=ward, document=document, tree={}, fiscal_year=2026, created_at=now, changed_at=now
    )
    staff = acting(ward, "planner")
    from django.urls import set_script_prefix, set_urlconf

    from kuyakusho.core.wards.addresses import prefix

    set_urlconf("kuyakusho.site.ward_urls")
    set_script_prefix(prefix(ward))
    try:
        assert [one.title for one in waiting(staff)] == ["取込の確認を続ける：方針.txt"]
        administrator = ActingStaff(staff.member, ward, staff.section, frozenset({"administrator"}))
        assert [one.title for one in waiting(administrator)] == ["届かなかった送信"]
    finally:
        set_urlconf(None)
        set_script_prefix("/")
