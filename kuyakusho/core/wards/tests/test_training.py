"""A training copy has the ward's inside, points nowhere outside itself, and can be made anew."""

from __future__ import annotations

from datetime import date

import pytest

from kuyakusho.core.accounts.models import Posting, StaffMember
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.audit.services import record
from kuyakusho.core.audit.tests.making import TESTER, a_member, a_ward, signed_in
from kuyakusho.core.errors import Conflict
from kuyakusho.core.outbox import delivery
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.outbox.services import send
from kuyakusho.core.wards import training
from kuyakusho.core.wards.models import ClosingDay, District, Section, Succession, Ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    ward = a_ward("real", opening=[{"weekday": "mon", "from": "09:00", "to": "17:00"}])
    old = Section.objects.create(ward=ward, key="old", name="旧課", valid_from=date(2019, 4, 1))
    new = Section.objects.create(ward=ward, key="new", name="新課", valid_from=date(2020, 4, 1))
    Succession.objects.create(before=old, after=new, on=date(2020, 4, 1))
    District.objects.create(ward=ward, key="d1", name="第一地区")
    ClosingDay.objects.create(ward=ward, on=date(2026, 12, 29), reason="年末")
    a_member(ward, "administrator")
    return ward


def test_a_copy_has_what_the_ward_has_and_points_to_its_own(ward: Ward) -> None:
    copy = training.make_training_copy(ward, actor=TESTER)
    assert (copy.slug, copy.training_of, copy.is_training, copy.opening) == (
        "real-training",
        ward,
        True,
        ward.opening,
    )
    assert set(copy.sections.values_list("key", flat=True)) == {"old", "new", "general"}
    succession = Succession.objects.get(before__ward=copy)
    assert (succession.before.key, succession.after.key, succession.after.ward) == ("old", "new", copy)
    member, original = StaffMember.objects.get(ward=copy), StaffMember.objects.get(ward=ward)
    assert member.account == original.account, "one signs in as oneself"
    assert member.public_id != original.public_id
    posting = Posting.objects.get(member=member)
    assert (posting.roles, posting.section.ward) == (["administrator"], copy)
    assert copy.closing_days.count() == copy.districts.count() == 1
    assert ward.sections.count() == 3, "the ward itself is as it was"


def test_a_copy_is_made_anew(ward: Ward) -> None:
    first = training.make_training_copy(ward, actor=TESTER)
    Section.objects.create(ward=first, key="practice", name="練習", valid_from=date(2020, 4, 1))
    record(ward=first, actor=TESTER, action="test.a.b", target="t:1")
    Section.objects.create(ward=ward, key="newest", name="最新課", valid_from=date(2026, 4, 1))
    second = training.make_training_copy(ward, actor=TESTER)
    assert second.pk == first.pk
    assert set(second.sections.values_list("key", flat=True)) == {"old", "new", "general", "newest"}
    assert Ward.objects.filter(training_of=ward).count() == 1
    assert list(AuditLine.objects.filter(ward=second).values_list("action", flat=True)) == [
        "wards.training.made",
        "test.a.b",
        "wards.training.renewed",
    ]
    assert second.revision < Ward.objects.get(pk=second.pk).revision


def test_a_copy_of_a_copy_is_refused(ward: Ward) -> None:
    copy = training.make_training_copy(ward, actor=TESTER)
    with pytest.raises(Conflict, match="training_of_training"):
        training.make_training_copy(copy, actor=TESTER)


def test_no_message_leaves_it(ward: Ward) -> None:
    copy = training.make_training_copy(ward, actor=TESTER)
    entry = send(ward=copy, channel="email", to="a@example.jp", subject="s", body="b")
    assert delivery.deliver_due() == {}
    assert Entry.objects.get(pk=entry.pk).state == "held"


def test_rooms_are_told_afterwards_and_once(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str, int]] = []
    monkeypatch.setattr(training, "_hooks", {})
    training.afterwards(
        "room", lambda source, copy: told.append((source.slug, copy.slug, copy.sections.count()))
    )
    training.make_training_copy(ward, actor=TESTER)
    assert told == [("real", "real-training", 3)]
    with pytest.raises(ValueError, match="already"):
        training.afterwards("room", print)


def test_an_administrator_makes_it_from_the_desk(ward: Ward) -> None:
    address = f"/{ward.slug}/desk/training/"
    client = signed_in(a_member(ward, "administrator"))
    assert "練習用の区を作る" in client.get(address).content.decode()
    page = client.post(address, follow=True).content.decode()
    assert "練習用の区を用意しました" in page
    assert "/real-training/" in page
    assert signed_in(a_member(ward, "chief")).get(address).status_code == 404
    inside = client.get("/real-training/desk/training/").content.decode()
    assert "ここは練習用の区です" in inside
    assert client.post("/real-training/desk/training/").status_code == 409


def test_every_page_of_it_is_marked(ward: Ward) -> None:
    training.make_training_copy(ward, actor=TESTER)
    client = signed_in(a_member(ward, "administrator"))
    assert "練習" in client.get("/real-training/").content.decode()
    assert "練習" not in client.get("/real/").content.decode()
