from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from kuyakusho.core import retention
from kuyakusho.core.accounts.tests.making import a_ward
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.audit.queries import names_of
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.keys import queries, services
from kuyakusho.core.keys.models import Answered, ApiKey

from .making import LATER, TESTER, a_key

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def test_the_key_itself_is_nowhere_in_the_database() -> None:
    ward = a_ward()
    key, text = a_key(ward)
    secret = text.rpartition("_")[2]
    assert text.startswith(key.prefix)
    kept = " ".join(str(value) for row in ApiKey.objects.values() for value in row.values())
    assert key.prefix in kept
    assert secret not in kept
    [line] = AuditLine.objects.filter(action="keys.key.made")
    assert (line.ward, line.target, line.actor) == (ward, f"keys.key:{key.public_id}", "system:test")
    assert secret not in str(line.facts)
    assert secret not in repr(key)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, {"name"}),
        ({"allowed": []}, {"scopes"}),
        ({"allowed": ["indicators:write", "everything:else"]}, {"scopes"}),
        ({"expires_on": date(2026, 11, 21)}, {"expires_on"}),
        ({"expires_on": date(2028, 11, 23)}, {"expires_on"}),
    ],
)
def test_what_makes_no_key(fields: dict, wrong: set[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        a_key(a_ward(), **fields)
    assert set(refusal.value.fields) == wrong
    assert not ApiKey.objects.exists()


def test_a_form_that_is_sent_twice_makes_one_key() -> None:
    ward = a_ward()
    a_key(ward, form="f1")
    with pytest.raises(Conflict):
        a_key(ward, form="f1")
    a_key(ward, form="f2")
    assert ApiKey.objects.count() == 2


def test_a_key_is_recognised_in_its_ward_until_its_last_day() -> None:
    ward = a_ward()
    key, text = a_key(ward)
    assert queries.recognised(text, ward.slug) == key
    assert queries.recognised(text, a_ward("another").slug) is None
    assert queries.recognised(text[:-1] + ("3" if text[-1] == "2" else "2"), ward.slug) is None
    assert queries.recognised(a_key(ward)[1][:19] + text[19:], ward.slug) is None
    with clock.frozen(datetime(2027, 3, 31, 14, 59, tzinfo=UTC)):  # 23:59 in Japan
        assert queries.recognised(text, ward.slug) == key
    with clock.frozen(datetime(2027, 3, 31, 15, 0, tzinfo=UTC)):
        assert queries.recognised(text, ward.slug) is None


def test_revoking_ends_a_key_once_and_is_written_down_once() -> None:
    ward = a_ward()
    key, text = a_key(ward)
    assert services.revoke(key, actor=TESTER)
    assert not services.revoke(key, actor=TESTER)
    assert queries.recognised(text, ward.slug) is None
    assert AuditLine.objects.filter(action="keys.key.revoked").count() == 1


def test_the_day_of_the_last_use_costs_one_write_a_day(django_assert_num_queries: object) -> None:
    key, _ = a_key(a_ward())
    services.note_used(key)
    key.refresh_from_db()
    assert key.last_used_on == date(2026, 11, 22)
    with django_assert_num_queries(0):  # type: ignore[operator]
        services.note_used(key)


def test_the_same_request_again_is_the_same_deed() -> None:
    key, _ = a_key(a_ward())
    done = []

    def deed() -> dict:
        done.append(1)
        return {"number": len(done)}

    assert services.once(key, "r1", "content", deed) == ({"number": 1}, False)
    assert services.once(key, "r1", "content", deed) == ({"number": 1}, True)
    assert services.once(key, "r2", "content", deed) == ({"number": 2}, False)
    other, _ = a_key(key.ward)
    assert services.once(other, "r1", "content", deed) == ({"number": 3}, False)
    with pytest.raises(Invalid) as refusal:
        services.once(key, "r1", "other content", deed)
    assert refusal.value.code == "idempotency_key_reused"


def test_nothing_is_kept_of_a_deed_that_failed() -> None:
    key, _ = a_key(a_ward())

    def fails() -> dict:
        raise Conflict("no", "no")

    with pytest.raises(Conflict):
        services.once(key, "r1", "content", fails)
    assert services.once(key, "r1", "other", lambda: {"ok": 1}) == ({"ok": 1}, False)


def test_an_auditor_reads_the_name_of_the_system() -> None:
    ward = a_ward()
    key, _ = a_key(ward)
    actor = f"key:{key.public_id}"
    assert names_of(ward, [actor, "system:test"]) == {actor: f"健診システム ({key.prefix})"}
    assert names_of(a_ward("another"), [actor]) == {}


def test_answers_go_after_two_days_and_keys_stay() -> None:
    key, _ = a_key(a_ward(), expires_on=LATER)
    services.once(key, "r1", "content", dict)
    with clock.frozen(NOW + timedelta(days=2, minutes=1)):
        services.once(key, "r2", "content", dict)
        retention.tidy()
    assert Answered.objects.count() == 1
    assert ApiKey.objects.count() == 1
