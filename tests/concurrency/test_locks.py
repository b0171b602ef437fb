"""Nobody waits for ever, and nobody is refused because another was busy.

SQLite has one writer at a time: the others must wait, not fail with "database is locked". PostgreSQL has many: they
must not wait for each other in a circle, nor for what is none of their business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.services import staff as people
from kuyakusho.core.accounts.tests.making import a_ward
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.audit.services import record
from kuyakusho.core.http.pages import shelf
from kuyakusho.core.wards import directory, training
from kuyakusho.core.wards import services as wards
from kuyakusho.core.wards.models import Section, Succession, Ward
from kuyakusho.domains.policy.models import Plan
from kuyakusho.domains.policy.services import revisions, trees, years
from kuyakusho.domains.policy.tests.factories import join, make_initiative, make_node, make_plan, make_ward
from kuyakusho.engines.indicators import public as indicators

from . import deeds
from .racing import Race, at_once, with_threads


class Held:
    """A transaction of another thread that stands still in the middle until it is let go."""

    def __init__(self, begin: Callable[[], Any]) -> None:
        self.inside, self.go = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=[begin], daemon=True)
        self.thread.start()
        assert self.inside.wait(20)

    def _run(self, begin: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                begin()
                self.inside.set()
                self.go.wait(30)
        finally:
            self.inside.set()
            connection.close()

    def let_go(self) -> None:
        self.go.set()
        self.thread.join(30)


@pytest.fixture
def ward(transactional_db: None) -> Ward:
    return make_ward()


@pytest.fixture
def plan(ward: Ward) -> Plan:
    plan = make_plan(ward)
    node = make_node(plan, "取組")
    join(node, make_initiative(ward, "Y1"))
    plan.refresh_from_db()
    return plan


def a_line(ward: Ward) -> None:
    record(ward=ward, actor=Actor.system("tests"), action="tests.line.written", target="x")


# SQLite: wait, don't fail


def test_writers_wait_for_a_long_transaction_and_readers_do_not(ward: Ward) -> None:
    """As while a pack is applied: three seconds, eight writers, one reader."""
    Client().get(f"/{ward.slug}/")  # the first page of a process takes its time
    held = Held(lambda: wards.touch(ward))
    began = time.monotonic()
    timer = threading.Timer(3, held.let_go)
    timer.start()
    read: list[float] = []

    def reads() -> None:
        directory.forget()
        shelf.clear()
        assert Client().get(f"/{ward.slug}/").status_code == 200
        read.append(time.monotonic() - began)

    at_once([*(lambda: deeds.touch(ward.pk, 1) for _ in range(8)), reads])
    timer.join()
    assert time.monotonic() - began > 2.5, "they waited"
    assert read[0] < 2.5, "a reader waits for no writer"
    assert Ward.objects.get(pk=ward.pk).revision == ward.revision + 9


def test_connections_come_and_go_while_others_write(race: Race) -> None:
    """The last connection that closes folds SQLite's journal in; somebody opens the file at that very moment."""
    ward = a_ward()
    race(deeds.come_and_go, [{"ward": ward.pk, "who": str(n), "times": 12} for n in range(6)])
    assert AuditLine.objects.filter(action="tests.line.written").count() == 72


def test_a_transaction_begins_with_the_write_lock(transactional_db: None) -> None:
    """Read, then write: with a deferred transaction the second of two would fail at once, whatever the timeout."""
    ward = a_ward()

    def read_then_write() -> None:
        with transaction.atomic():
            seen = Ward.objects.get(pk=ward.pk)
            time.sleep(0.05)
            Ward.objects.filter(pk=ward.pk).update(name_kana=seen.name_kana + "あ")

    at_once([read_then_write] * 6)
    if connection.vendor == "sqlite":
        assert len(Ward.objects.get(pk=ward.pk).name_kana) == len(ward.name_kana) + 6, "one after the other"


def test_reading_a_long_list_while_writing(transactional_db: None) -> None:
    """The auditors' CSV streams while lines are written."""
    ward = a_ward()
    deeds.write_lines(ward.pk, "a", 60)

    def reads_slowly() -> int:
        seen = 0
        for _line in AuditLine.objects.filter(ward=ward).order_by("id").iterator(chunk_size=10):
            seen += 1
            if seen % 10 == 0:
                time.sleep(0.02)
        return seen

    seen, *_ = at_once([reads_slowly, *(lambda: deeds.write_lines(ward.pk, "b", 10) for _ in range(3))])
    assert seen >= 120


# PostgreSQL: no circle, and no waiting for nothing


@pytest.fixture
def busy(plan: Plan) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Holds a transaction open, and proves that in the meantime others of the ward write their audit lines."""
    held: list[Held] = []

    def hold(begin: Callable[[], Any]) -> None:
        held.append(Held(begin))
        began = time.monotonic()
        with_threads(lambda: a_line(plan.ward), [{}] * 3)
        assert time.monotonic() - began < 2, "an audit line had to wait"

    yield hold
    for one in held:
        one.let_go()


@pytest.mark.postgres
def test_correcting_a_plan_holds_nobody_else_of_the_ward(plan: Plan, busy: Any) -> None:
    busy(lambda: revisions.locked(plan))


@pytest.mark.postgres
def test_touching_a_ward_holds_no_audit_line(plan: Plan, busy: Any) -> None:
    busy(lambda: wards.touch(plan.ward))


@pytest.mark.postgres
def test_preparing_a_year_holds_nobody_else_of_the_ward(plan: Plan, busy: Any) -> None:
    busy(lambda: years.prepare_year(plan.ward, plan.fiscal_year + 1, actor=Actor.system("tests")))


@pytest.mark.postgres
def test_looking_after_people_holds_nobody_else_of_the_ward(plan: Plan, busy: Any) -> None:
    def change() -> None:
        with people._an_administrator_stays(plan.ward):
            pass

    busy(change)


@pytest.mark.postgres
def test_making_a_training_ward_holds_nobody_else_of_the_ward(plan: Plan, busy: Any) -> None:
    busy(lambda: training.make_training_copy(plan.ward, actor=Actor.system("tests")))


def slowly(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, seconds: float = 0.5) -> None:
    """Makes a step slow, so that others come in between."""
    step = getattr(place, name)

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(seconds)
        return step(*args, **kwargs)

    monkeypatch.setattr(place, name, slow)


def test_owners_are_carried_over_while_somebody_corrects(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """One holds the plan and wants to write an audit line, the other holds the ward's work and wants the plan."""
    old = Section.objects.get(ward=plan.ward, key="planning")
    new = Section.objects.get(ward=plan.ward, key="welfare")
    Succession.objects.create(before=old, after=new, on=date(2022, 4, 1))
    Section.objects.filter(pk=old.pk).update(valid_until=date(2022, 4, 1))
    node = plan.nodes.get().public_id
    slowly(monkeypatch, trees, "record")
    slowly(monkeypatch, years, "grown_with", 0.25)
    _, carried = at_once(
        [
            lambda: deeds.correct(plan.pk, node, "取組。", plan.revision, "a"),
            lambda: years.carry_owners(plan.ward, 2022, actor=Actor.system("tests")).initiatives,
        ]
    )
    assert carried == 1
    assert Plan.objects.get(pk=plan.pk).revision == plan.revision + 2


def test_a_pack_defines_indicators_while_somebody_types_and_services_are_counted(ward: Ward) -> None:
    """Many use cases in one transaction: what they share with everybody, the ward's row, comes last."""
    names = [f"n{n}" for n in range(6)]
    specs = [indicators.Spec(name, name, "件", "typed") for name in names]
    made = [indicators.define(ward, spec, actor=Actor.system("tests"))[0] for spec in specs]
    revision = Ward.objects.get(pk=ward.pk).revision

    def define_all(turn: int) -> None:
        with transaction.atomic(), wards.touching_last():
            for spec in specs:
                changed = indicators.Spec(spec.key, f"{spec.title} {turn}", "件", "typed")
                indicators.define(ward, changed, actor=Actor.system("tests"))

    for turn in range(4):
        at_once(
            [
                lambda turn=turn: define_all(turn),
                *(lambda one=one, turn=turn: deeds.type_in(one.pk, f"{turn}", "a") for one in made[::-1]),
            ]
        )
    assert Ward.objects.get(pk=ward.pk).revision == revision + 4 + 24, "once for each transaction"


def test_touching_last_touches_once_and_not_at_all_when_it_fails(ward: Ward) -> None:
    other = make_ward("kita")
    with transaction.atomic(), wards.touching_last():
        wards.touch(ward)
        with wards.touching_last():
            wards.touch(other)
            wards.touch(ward)
        assert Ward.objects.get(pk=ward.pk).revision == ward.revision, "not yet"
    assert Ward.objects.get(pk=ward.pk).revision == ward.revision + 1
    assert Ward.objects.get(pk=other.pk).revision == other.revision + 1

    def fails() -> None:
        with transaction.atomic(), wards.touching_last():
            wards.touch(ward)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    wards.touch(ward)
    assert Ward.objects.get(pk=ward.pk).revision == ward.revision + 2


def test_what_is_done_one_at_a_time_is(ward: Ward) -> None:
    inside: list[int] = []
    most: list[int] = []

    def alone() -> None:
        with transaction.atomic():
            wards.one_at_a_time(ward, "tests")
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.05)
            inside.pop()

    at_once([alone] * 5)
    assert most == [1] * 5
