"""Everybody at once, for some seconds: no deadlock, no locked database, no error that nobody expected."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.audit.verifying import verify
from kuyakusho.core.errors import KuyakushoError
from kuyakusho.core.packs import services as packs
from kuyakusho.core.wards import services as wards
from kuyakusho.core.wards.models import Section, Succession, Ward
from kuyakusho.domains.policy.evaluation import services as evaluation
from kuyakusho.domains.policy.evaluation.services import Draft
from kuyakusho.domains.policy.evaluation.tests.making import Office, Person
from kuyakusho.domains.policy.exports.bundle import gather
from kuyakusho.domains.policy.exports.restoring import restore
from kuyakusho.domains.policy.models import Edition, Initiative, Plan
from kuyakusho.domains.policy.services import initiatives, measures, years
from kuyakusho.domains.policy.services.joins import join_by_hand
from kuyakusho.domains.policy.tests.factories import join, make_node
from kuyakusho.engines.indicators import public as indicators
from kuyakusho.engines.indicators.models import Indicator

from . import deeds

PACK = Path(__file__).resolve().parents[2] / "packs" / "osaka-nishi"
SECONDS = 6
WORKERS = 8
TESTER = Actor.system("tests")


class Day:
    """A ward at work: the plans of two years that share initiatives, indicators, sections of which one has ended."""

    def __init__(self) -> None:
        self.office = Office()
        self.ward = self.office.ward
        self.clerk, self.chief = self.office.person("clerk"), self.office.person("chief")
        self.rows = [self.office.initiative(f"O{n}", "welfare" if n % 2 else "old") for n in range(4)]
        self.plans = [self.office.plan, self.office.a_plan(2021)]
        for plan in self.plans:
            for number in range(3):
                node = make_node(plan, f"取組{number}")
                for row in self.rows[: 2 + number % 2]:
                    join(node, row)
        old, welfare = self.office.section("old"), self.office.section("welfare")
        Succession.objects.create(before=old, after=welfare, on=date(2022, 4, 1))
        Section.objects.filter(pk=old.pk).update(valid_until=date(2022, 4, 1))
        self.keys = [f"n{n}" for n in range(5)]
        for key in self.keys:
            indicators.define(self.ward, self.spec(key, 0), actor=TESTER)

    @staticmethod
    def spec(key: str, turn: int) -> indicators.Spec:
        goals = {2021: indicators.Goal(Decimal(turn % 3))}
        return indicators.Spec(key, f"{key} {turn}", "件", "typed", goals=goals)

    def deeds(self, lot: random.Random) -> list[Callable[[], Any]]:
        """What people, the worker and other systems do. Each is a request or a job of its own."""
        plan, row = lot.choice(self.plans), lot.choice(self.rows)
        seen = Plan.objects.get(pk=plan.pk)
        node = lot.choice(list(seen.nodes.values_list("public_id", flat=True)))
        turn = lot.randrange(1000)
        return [
            lambda: deeds.correct(plan.pk, node, f"取組 {turn}", seen.revision, "a"),
            lambda: deeds.publish(plan.pk, "draft", None, "a"),
            lambda: join_by_hand(seen, node, row.row, revision=seen.revision, actor=TESTER),
            lambda: initiatives.change(
                row, title=f"題 {turn}", owner=lot.choice(("old", "welfare")), actor=TESTER
            ),
            lambda: initiatives.set_amounts(row, [(2022, "budget", turn)], actor=TESTER),
            lambda: measures.attach(row, lot.choice(self.keys), weight=Decimal(turn), actor=TESTER),
            lambda: measures.detach(row, lot.choice(self.keys), actor=TESTER),
            lambda: years.carry_owners(self.ward, 2022, actor=TESTER),
            lambda: years.carry_targets(self.ward, 2022, actor=TESTER),
            lambda: years.prepare_year(self.ward, 2023, actor=TESTER),
            lambda: self._evaluate(row, self.clerk, turn),
            lambda: self._approve(row),
            lambda: deeds.type_in(self._indicator(lot).pk, str(turn), "a"),
            lambda: deeds.load(self.ward.pk, lot.sample(self.keys, 4), str(turn), "b"),
            lambda: self._define_all(turn),
            lambda: deeds.put_snapshot("/api/v1/nishi/tests", "a", 2),
            lambda: deeds.write_lines(self.ward.pk, "a", 2),
            lambda: deeds.deliver(20),
            lambda: deeds.seal_often(1),
            lambda: deeds.send(self.ward.pk, f"tests:{turn % 20}"),
        ]

    def _indicator(self, lot: random.Random) -> Indicator:
        return Indicator.objects.get(ward=self.ward, key=lot.choice(self.keys))

    def _define_all(self, turn: int) -> None:
        with transaction.atomic(), wards.touching_last():
            for key in self.keys:
                indicators.define(self.ward, self.spec(key, turn), actor=TESTER)

    def _evaluate(self, row: Initiative, person: Person, turn: int) -> None:
        work = self.office.work(person, row)
        if work.state == "approved":
            return
        evaluation.save(work, Draft(text=f"できた {turn}"), version=work.version, actor=person.actor)

    def _approve(self, row: Initiative) -> None:
        work = self.office.work(self.clerk, row)
        grade = work.form.lists("midyear")[0].of_year(2022)[0].code
        done = evaluation.submit(
            work, Draft(grade=grade, text="できた"), version=work.version, actor=self.clerk.actor
        )
        approving = self.office.work(self.chief, row)
        evaluation.approve(approving, version=done.version, actor=self.chief.actor)
        again = self.office.work(self.chief, row)
        evaluation.reopen(again, "もう一度", version=again.version, actor=self.chief.actor)


def everybody(deeds_of: Callable[[random.Random], list[Callable[[], Any]]]) -> Counter[str]:
    """Eight threads that each do one deed after the other, whatever comes; how often what came of it."""
    until = time.monotonic() + SECONDS
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    gate = threading.Barrier(WORKERS)

    def works(seed: int) -> None:
        lot = random.Random(seed)
        gate.wait()
        while time.monotonic() < until and not faults:
            try:
                lot.choice(deeds_of(lot))()
                outcomes["done"] += 1
            except KuyakushoError as refused:
                outcomes[refused.code] += 1
            except BaseException:
                faults.append(traceback.format_exc())
            finally:
                connection.close()

    threads = [threading.Thread(target=works, args=[seed], daemon=True) for seed in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 60)
    assert not any(thread.is_alive() for thread in threads), "somebody still waits"
    assert not faults, "\n\n".join(faults)
    return outcomes


def test_everybody_at_once(transactional_db: None) -> None:
    day = Day()
    outcomes = everybody(day.deeds)
    assert outcomes["done"] > 50, outcomes

    deeds.seal_often(3)
    assert all(verdict.broken is None for verdict in verify())
    editions = Edition.objects.filter(plan=day.plans[0]).order_by("number").values_list("number", flat=True)
    assert list(editions) == list(range(1, len(editions) + 1))
    assert Ward.objects.get(pk=day.ward.pk).revision > 1
    assert AuditLine.objects.filter(number__isnull=True).count() == 0


def test_a_pack_is_applied_and_a_plan_is_restored_while_the_ward_works(transactional_db: None) -> None:
    """The two that write most in one transaction, and all the while the desk, the worker and other systems."""
    packs.apply(PACK, actor=TESTER)
    ward = Ward.objects.get(slug=PACK.name)
    rows = list(Initiative.objects.filter(ward=ward, plan_key="policy").order_by("pk")[:6])
    plan = Plan.objects.get(ward=ward, key="policy")
    bundle = gather(plan)
    keys = list(Indicator.objects.filter(ward=ward).order_by("pk").values_list("key", flat=True)[:5])

    def apply(turn: int) -> None:
        """The pack as if some of its words were new."""
        for row in rows:
            older = {**row.pack, "summary": f"前の説明 {turn}"}
            Initiative.objects.filter(pk=row.pk).update(summary=older["summary"], pack=older)
        Indicator.objects.filter(ward=ward, key__in=keys[:1]).update(title=f"前の名 {turn}")
        packs.apply(PACK, actor=TESTER, again=True)

    def choice(lot: random.Random) -> list[Callable[[], Any]]:
        row, seen, turn = lot.choice(rows), Plan.objects.get(pk=plan.pk), lot.randrange(1000)
        node = lot.choice(list(seen.nodes.values_list("public_id", flat=True)[:8]))
        one = Indicator.objects.get(ward=ward, key=lot.choice(keys))
        desk = [
            lambda: initiatives.change(row, title=f"題 {turn}", actor=TESTER),
            lambda: initiatives.set_amounts(row, [(plan.fiscal_year, "budget", turn)], actor=TESTER),
            lambda: measures.attach(row, one.key, weight=Decimal(turn), actor=TESTER),
            lambda: deeds.correct(plan.pk, node, f"取組 {turn}", seen.revision, "a"),
            lambda: join_by_hand(seen, node, row.row, revision=seen.revision, actor=TESTER),
            lambda: deeds.type_in(one.pk, str(turn), "a"),
            lambda: deeds.load(ward.pk, lot.sample(keys, len(keys)), str(turn), "b"),
            lambda: deeds.write_lines(ward.pk, "a", 2),
        ]
        return [*desk * 2, lambda: apply(turn), lambda: restore(ward, bundle, actor=TESTER)]

    outcomes = everybody(choice)
    assert outcomes["done"] > 10, outcomes
    assert set(outcomes) <= {"done", "policy.tree-changed", "policy.join-decided"}, outcomes
