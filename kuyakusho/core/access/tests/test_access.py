"""Who may open what: declarations, rows, and audited reads."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from kuyakusho.core import access
from kuyakusho.core.access.acting import ActingStaff, staff_on
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.errors import Missing
from kuyakusho.core.wards.models import Section, Ward


@pytest.fixture
def ward(db: None) -> Ward:
    return making.a_ward()


def request_in(ward: Ward | None, *, staff: ActingStaff | None = None, resident=None):
    request = RequestFactory().get("/")
    request.ward, request.staff, request.resident, request.actor = ward, staff, resident, access.VISITOR
    return request


def acting(member: StaffMember, *roles: str) -> ActingStaff:
    posting = member.postings.select_related("section").get()
    return ActingStaff(member, member.ward, posting.section, frozenset(roles or posting.roles))


def test_each_declaration_says_its_kind_and_roles() -> None:
    def view(request) -> HttpResponse:
        return HttpResponse()

    kinds = [access.public, access.visitor, access.resident, access.signed_in, access.machine]
    assert [access.declaration_of(declare(view)).kind for declare in kinds] == [
        "public",
        "visitor",
        "resident",
        "signed_in",
        "machine",
    ]
    assert access.declaration_of(access.staff("planner")(view)).roles == ("planner",)
    assert access.declaration_of(view) is None


def test_public_views_never_look_at_the_session() -> None:
    class Watched:
        def __getattr__(self, name: str) -> None:
            raise AssertionError(f"a public page looked at request.session.{name}")

        __contains__ = __getitem__ = __getattr__

    request = request_in(None)
    request.session = Watched()
    seen = []
    access.public(lambda r: seen.append((r.actor, r.staff, r.resident)) or HttpResponse())(request)
    assert seen == [(access.VISITOR, None, None)]


def test_a_staff_page_outside_any_ward_is_missing() -> None:
    request = request_in(None)
    with pytest.raises(Missing):
        access.staff()(lambda r: HttpResponse())(request)


def test_forms_come_back_to_no_page_that_only_takes_forms(client, ward: Ward) -> None:
    answer = client.post("/nishi/desk/people/abc/sign-out/")
    assert answer["Location"] == "/nishi/sign-in/staff/"


def test_the_posting_of_the_day_decides(ward: Ward) -> None:
    tax, records = making.a_section(ward, "tax"), making.a_section(ward, "records")
    member = making.a_member(ward, "clerk", section=records, since=date(2024, 4, 1))
    Posting.objects.update(valid_until=date(2026, 4, 1))
    Posting.objects.create(member=member, section=tax, roles=["chief"], valid_from=date(2026, 4, 1))
    found = {
        day: staff_on(ward, member.account_id, day)
        for day in (date(2024, 3, 31), date(2024, 4, 1), date(2026, 3, 31), date(2026, 4, 1))
    }
    sections = [staff.section.key if staff else None for staff in found.values()]
    assert sections == [None, "records", "records", "tax"]
    assert staff_on(making.a_ward("higashi"), member.account_id, date(2026, 4, 1)) is None


def test_finding_who_acts_takes_one_query(ward: Ward, django_assert_num_queries) -> None:
    member = making.a_member(ward)
    with django_assert_num_queries(1):
        staff = staff_on(ward, member.account_id, date(2026, 4, 1))
        assert staff is not None
        assert (staff.name, staff.section.name) == (member.account.name, "records課")


# ---- rows --------------------------------------------------------------------------------------------------


def test_rows_of_another_ward_are_not_seen(ward: Ward) -> None:
    mine, theirs = making.a_member(ward), making.a_member(making.a_ward("higashi"))
    rows = access.scope(StaffMember.objects.all(), request_in(ward, staff=acting(mine)))
    assert list(rows) == [mine]
    with pytest.raises(Missing):
        access.find(rows, public_id=theirs.public_id)
    with pytest.raises(Missing):
        access.find(rows, public_id="never-there")
    assert access.find(rows, public_id=mine.public_id) == mine


def test_outside_a_ward_nothing_is_seen(ward: Ward) -> None:
    making.a_section(ward)
    assert not access.scope(Section.objects.all(), request_in(None)).exists()


def test_staff_see_their_own_section_and_some_roles_see_all(ward: Ward) -> None:
    tax = making.a_member(ward, "clerk", section=making.a_section(ward, "tax"))
    records = making.a_member(ward, "clerk", section=making.a_section(ward, "records"))
    rows = Posting.objects.order_by("id")
    given = {"ward": "member__ward", "section": "section", "everywhere": ("auditor",)}
    seen = access.scope(rows, request_in(ward, staff=acting(tax)), **given)
    assert [p.member for p in seen] == [tax]
    seen = access.scope(rows, request_in(ward, staff=acting(tax, "auditor")), **given)
    assert [p.member for p in seen] == [tax, records]


def test_residents_see_what_is_theirs_and_visitors_nothing_of_anybody(ward: Ward) -> None:
    hana, taro = making.a_resident(ward), making.a_resident(ward)
    rows, given = Account.objects.all(), {"ward": "residencies__ward", "person": "residencies"}
    seen = access.scope(rows, request_in(ward, resident=hana), **given)
    assert list(seen) == [hana.account]
    assert taro.account not in seen
    assert not access.scope(rows, request_in(ward), **given).exists()
    sections = access.scope(Section.objects.all(), request_in(ward, resident=hana), section="pk")
    assert not sections.exists()
    making.a_section(ward)
    assert access.scope(Section.objects.all(), request_in(ward)).count() == 1


@pytest.mark.parametrize("value", ["", "'", "\x00", "a" * 5000])
def test_any_text_is_simply_not_found(ward: Ward, value: str) -> None:
    with pytest.raises(Missing):
        access.find(Section.objects.all(), key=value)


# ---- reads -------------------------------------------------------------------------------------------------


def read_case(request, public_id: str) -> HttpResponse:
    if public_id == "missing":
        raise Missing
    return HttpResponse("…", status=302 if public_id == "moved" else 200)


@pytest.mark.parametrize(("public_id", "lines"), [("ab12", 1), ("moved", 0)])
def test_a_read_of_confidential_data_leaves_a_line(ward: Ward, public_id: str, lines: int) -> None:
    view = access.confidential("care.case.read", "care.case:{public_id}")(read_case)
    request = request_in(ward)
    request.actor = Actor("staff", "xyz")
    view(request, public_id=public_id)
    found = list(AuditLine.objects.values_list("actor", "action", "target"))
    assert found == [("staff:xyz", "care.case.read", f"care.case:{public_id}")] * lines


def test_what_was_not_shown_was_not_read(ward: Ward) -> None:
    view = access.confidential("care.case.read", "care.case:{public_id}")(read_case)
    with pytest.raises(Missing):
        view(request_in(ward), public_id="missing")
    assert not AuditLine.objects.exists()


def test_what_cannot_be_noted_is_not_shown(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**line: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("kuyakusho.core.audit.services.record", broken)
    view = access.confidential("care.case.read", "care.case:{public_id}")(read_case)
    with pytest.raises(OSError, match="disk full"):
        view(request_in(ward), public_id="ab12")
