"""The auditors' pages."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit import guard, queries, sealing
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.audit.services import record
from kuyakusho.core.audit.words import describe, words_for
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .making import TESTER, a_member, a_ward, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    return a_ward()


def write(ward: Ward, count: int = 1, **more: str) -> None:
    values = {"action": "test.thing.done", "target": "test.thing:abc", **more}
    for number in range(count):
        record(ward=ward, actor=TESTER, number=number, **values)


def test_only_auditors_and_administrators_find_the_page(ward: Ward) -> None:
    for role, status in (
        ("clerk", 404),
        ("planner", 404),
        ("chief", 404),
        ("auditor", 200),
        ("administrator", 200),
    ):
        client = signed_in(a_member(ward, role))
        assert client.get(f"/{ward.slug}/desk/audit/").status_code == status
        assert client.get(f"/{ward.slug}/desk/audit/lines.csv").status_code == status


def test_lines_of_the_ward_are_shown_with_names_and_words(ward: Ward) -> None:
    member = a_member(ward, "auditor")
    record(
        ward=ward,
        actor=Actor("staff", member.public_id),
        action="files.file.stored",
        target="files.file:x",
        size=3,
    )
    write(a_ward(), target="test.thing:elsewhere")
    page = signed_in(member).get(f"/{ward.slug}/desk/audit/").content.decode()
    assert member.account.name in page
    assert "ファイルを保存した" in page
    assert "size=3" in page
    assert "elsewhere" not in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("target=test.thing:a", 2),
        ("action=test.other", 1),
        ("actor=system:", 3),
        ("actor=nobody", 0),
        ("day=2026-04-01", 0),
        ("day=nonsense", 3),
    ],
)
def test_lines_are_found(ward: Ward, query: str, count: int) -> None:
    write(ward, 2)
    write(ward, action="test.other.done", target="test.thing:b")
    answer = signed_in(a_member(ward, "auditor")).get(f"/{ward.slug}/desk/audit/?{query}")
    assert len(answer.context["rows"]) == count


def test_a_day_is_a_day_in_japan(ward: Ward) -> None:
    with clock.frozen(clock.now().replace(year=2026, month=3, day=31, hour=15, minute=0, second=0)):
        write(ward)
    assert queries.lines(ward, queries.Filter(day=clock.now().date().replace(2026, 4, 1))).count() == 1


def test_older_lines_are_a_link_away(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    write(ward, 5)
    client, before, seen = signed_in(a_member(ward, "auditor")), "", []
    for _ in range(3):
        answer = client.get(f"/{ward.slug}/desk/audit/?before={before}")
        seen += [row["line"].facts["number"] for row in answer.context["rows"]]
        before = answer.context["older"]
    assert seen == [4, 3, 2, 1, 0]
    assert before is None


def test_csv_holds_all_and_no_formula_and_is_recorded(ward: Ward) -> None:
    write(ward, 2)
    write(ward, target="=cmd|' /C calc'!A0")
    sealing.seal()
    answer = signed_in(a_member(ward, "auditor")).get(f"/{ward.slug}/desk/audit/lines.csv?action=test.")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert rows[2]["target"].startswith("'=")
    assert all(len(row["digest"]) == 64 for row in rows)
    assert AuditLine.objects.filter(action="audit.lines.exported", facts__filter={"action": "test."}).exists()


def test_the_chain_is_checked_from_the_page(ward: Ward) -> None:
    write(ward, 3)
    client = signed_in(a_member(ward, "auditor"))
    page = client.post(f"/{ward.slug}/desk/audit/check/", follow=True).content.decode()
    assert "3 件すべてがつながっています" in page
    guard.remove(connection)
    AuditLine.objects.filter(number=2).delete()
    guard.install(connection)
    page = client.post(f"/{ward.slug}/desk/audit/check/", follow=True).content.decode()
    assert "2 番で壊れています" in page
    assert "記録の連鎖が壊れています" in page


def test_an_action_has_one_name() -> None:
    assert words_for("nobody.named.this") == "nobody.named.this"
    with pytest.raises(ValueError, match="already"):
        describe(**{"files.file.stored": "something else"})
