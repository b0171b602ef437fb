"""The chain: sealed once, verified to the end, and every way of tampering is found at its place."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from kuyakusho.core.audit import guard, heads, sealing
from kuyakusho.core.audit.models import AuditLine, Chain
from kuyakusho.core.audit.services import record
from kuyakusho.core.audit.verifying import Break, verify
from kuyakusho.core.wards.models import Ward

from .making import TESTER, a_ward

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _heads(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.AUDIT_HEADS = tmp_path / "heads.jsonl"


@pytest.fixture
def ward() -> Ward:
    return a_ward()


def write(ward: Ward | None, count: int) -> None:
    for number in range(count):
        record(ward=ward, actor=TESTER, action="test.thing.done", target=f"test:{number}", number=number)


def broken(ward: Ward) -> Break | None:
    return next(iter(verify(ward.slug))).broken


def test_lines_of_two_wards_and_of_none_make_three_chains(ward: Ward) -> None:
    other = a_ward()
    for _ in range(3):
        write(ward, 1)
        write(other, 2)
        write(None, 1)
    assert sealing.unsealed() == 12
    assert sealing.seal() == 12
    assert sealing.unsealed() == 0
    assert [(v.ward, v.lines, v.unsealed, v.broken) for v in verify() if v.lines] == [
        ("", 3, 0, None),
        *sorted([(ward.slug, 3, 0, None), (other.slug, 6, 0, None)]),
    ]


def test_sealing_goes_on_where_it_stopped_over_many_batches(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    write(ward, 8)
    assert sealing.seal(limit=5) == 5
    write(ward, 1)
    assert sealing.seal() == 4
    assert list(AuditLine.objects.order_by("id").values_list("number", flat=True)) == list(range(1, 10))
    assert broken(ward) is None


def test_a_sealer_that_was_overtaken_changes_nothing(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    write(ward, 2)
    sealing.seal()
    write(ward, 2)
    real, overtaken = sealing.link, False

    def slow(*args: object) -> str:
        nonlocal overtaken
        if not overtaken:  # while this sealer computes, another one seals the same lines
            overtaken = True
            assert sealing.seal() == 2
        return real(*args)

    monkeypatch.setattr(sealing, "link", slow)
    assert sealing.seal() == 0
    assert broken(ward) is None
    assert Chain.objects.get(ward=ward).number == 4


@pytest.mark.parametrize(
    ("tamper", "number", "words"),
    [
        ("UPDATE audit_auditline SET actor = 'staff:other' WHERE number = 3", 3, "was changed"),
        ("UPDATE audit_auditline SET facts = '{\"number\": 9}' WHERE number = 2", 2, "was changed"),
        ("UPDATE audit_auditline SET digest = '" + "0" * 64 + "' WHERE number = 4", 4, "was changed"),
        ("DELETE FROM audit_auditline WHERE number = 3", 3, "1 line(s) are gone"),
        ("DELETE FROM audit_auditline WHERE number >= 4", 4, "2 line(s) at the end are gone"),
        ("DELETE FROM audit_auditline", 1, "5 line(s) at the end are gone"),
        (
            "UPDATE audit_chain SET number = 3, "
            "digest = (SELECT digest FROM audit_auditline WHERE number = 3)",
            4,
            "set back to 3",
        ),
        ("UPDATE audit_chain SET signature = 'x'", 5, "signature is wrong"),
        ("UPDATE audit_chain SET digest = '" + "0" * 64 + "'", 5, "differs from the end"),
        ("DELETE FROM audit_chain", 1, "no end of a chain"),
    ],
)
def test_tampering_is_found_at_its_place(ward: Ward, tamper: str, number: int, words: str) -> None:
    write(ward, 5)
    sealing.seal()
    with transaction.atomic():
        guard.remove(connection)
        with connection.cursor() as cursor:
            cursor.execute(tamper)
        guard.install(connection)
    found = broken(ward)
    assert found is not None
    assert found.number == number
    assert words in found.what
    stored = Chain.objects.filter(ward=ward).first()
    assert stored is None or stored.fault.startswith(f"{number}: ")


def test_an_end_set_back_together_with_its_lines_is_found_by_the_copies(ward: Ward) -> None:
    write(ward, 3)
    sealing.seal()
    before = Chain.objects.filter(ward=ward).values("number", "digest", "signature").get()
    write(ward, 2)
    sealing.seal()
    assert sealing.copy_heads() == 1
    with transaction.atomic():
        guard.remove(connection)
        AuditLine.objects.filter(number__gt=3).delete()
        Chain.objects.filter(ward=ward).update(**before)
        guard.install(connection)
    found = broken(ward)
    assert found == Break(4, "the chain was set back: a copied end names line 5 of the same chain")


def test_a_chain_written_anew_is_found_by_the_copies(ward: Ward) -> None:
    write(ward, 2)
    sealing.seal()
    sealing.copy_heads()
    with transaction.atomic():
        guard.remove(connection)
        AuditLine.objects.all().delete()
        Chain.objects.update(number=0, digest="", signature="")
        guard.install(connection)
        write(ward, 3)
        sealing.seal()
    found = broken(ward)
    assert found is not None
    assert found.number == 2
    assert "written anew" in found.what


def test_a_chain_that_is_gone_altogether_is_named(ward: Ward) -> None:
    write(ward, 2)
    sealing.seal()
    sealing.copy_heads()
    with transaction.atomic():
        guard.remove(connection)
        AuditLine.objects.all().delete()
        Chain.objects.all().delete()
        guard.install(connection)
    assert [v.broken.what for v in verify() if v.broken] == [
        "the copied ends name a chain that the database no longer has"
    ]


def test_a_forged_or_torn_line_in_the_copies_counts_for_nothing(ward: Ward) -> None:
    write(ward, 2)
    sealing.seal()
    chain = Chain.objects.get(ward=ward)
    forged = {"chain": chain.key, "number": 9, "digest": "f" * 64, "signature": chain.signature, "at": ""}
    heads.file().write_text(json.dumps(forged) + '\n{"chain": "cut o')
    assert broken(ward) is None


def test_copies_are_written_only_when_a_chain_moved(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    write(ward, 1)
    sealing.seal()
    assert sealing.copy_heads() == 1
    Chain.objects.update(sealed_at="2020-01-01T00:00:00Z")
    assert sealing.copy_heads() == 0


def test_a_change_of_the_secret_is_survived_by_signing_anew(ward: Ward) -> None:
    write(ward, 1)
    sealing.seal()
    new = "another-" * 8
    with override_settings(SECRET_KEY=new):
        assert broken(ward).what.startswith("the end's signature is wrong")  # type: ignore[union-attr]
    from django.conf import settings

    with override_settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert broken(ward) is None
        assert sealing.sign_anew() == 1
        assert sealing.sign_anew() == 0
    with override_settings(SECRET_KEY=new):
        assert broken(ward) is None


REFUSED: list[Callable[[], object]] = [
    lambda: AuditLine.objects.update(actor="x"),
    lambda: AuditLine.objects.filter(number=1).update(number=None),
    lambda: AuditLine.objects.filter(number=1).update(number=7, digest="a" * 64),
    lambda: AuditLine.objects.all().delete(),
    lambda: AuditLine.objects.filter(number__isnull=True).delete(),
    lambda: AuditLine.objects.filter(number__isnull=True).update(target="x"),
    lambda: AuditLine.objects.filter(number__isnull=True).update(number=2),
    lambda: AuditLine.objects.create(
        at="2026-01-01T00:00:00Z", actor="a", action="b", target="c", number=1, digest="d" * 64
    ),
]


@pytest.mark.parametrize("change", REFUSED)
def test_the_database_itself_refuses_to_change_a_line(ward: Ward, change: Callable[[], object]) -> None:
    write(ward, 1)
    sealing.seal()
    write(ward, 1)
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        change()
    assert AuditLine.objects.count() == 2
    assert broken(ward) is None


def test_the_guard_is_in_place_after_all_migrations() -> None:
    assert guard.missing(connection) == []


def test_progress_is_told_for_every_line(ward: Ward) -> None:
    write(ward, 7)
    sealing.seal()
    done: list[int] = []
    list(verify(ward.slug, progress=done.append))
    assert sum(done) == 7
