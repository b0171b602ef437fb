"""Tasks run through the outbox, and jobs by the clock run once per slot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django_tasks.exceptions import TaskResultDoesNotExist

from kuyakusho.core import jobs
from kuyakusho.core.audit.services import record
from kuyakusho.core.audit.tests.making import TESTER, a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.jobs import schedule
from kuyakusho.core.jobs.backend import task_named
from kuyakusho.core.jobs.worker import Worker
from kuyakusho.core.outbox import delivery
from kuyakusho.core.outbox.models import Entry

from . import tasks

pytestmark = pytest.mark.django_db
START = datetime(2026, 4, 1, 3, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _calls() -> Iterator[None]:
    tasks.calls.clear()
    yield
    tasks.calls.clear()


def test_a_task_runs_after_the_change_and_its_result_can_be_asked() -> None:
    result = tasks.adds.enqueue(2, b=3)
    assert result.status == "READY"
    assert tasks.calls == []
    assert delivery.deliver_due() == {"done": 1}
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == ("SUCCESSFUL", 5, 1)
    assert tasks.adds.get_result(result.id).return_value == 5


def test_a_task_is_not_there_when_the_change_was_rolled_back() -> None:
    with transaction.atomic():
        tasks.adds.enqueue(1)
        transaction.set_rollback(True)
    assert Entry.objects.count() == 0


def test_a_task_can_wait_for_its_time() -> None:
    tasks.adds.using(run_after=clock.now() + timedelta(hours=1)).enqueue(1)
    assert delivery.deliver_due() == {}
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert delivery.deliver_due() == {"done": 1}


def test_a_task_that_fails_is_tried_as_often_as_it_says() -> None:
    result = tasks.fails.enqueue()
    assert delivery.deliver_due() == {"waiting": 1}
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert delivery.deliver_due() == {"given_up": 1}
    result.refresh()
    assert result.status == "FAILED"
    assert result.errors[0].traceback == "RuntimeError: on purpose"
    assert tasks.calls == ["fails", "fails"]


def test_a_task_may_ask_which_attempt_it_is() -> None:
    result = tasks.counts_attempts.enqueue()
    delivery.deliver_due()
    result.refresh()
    assert result.return_value == 1


def test_a_wards_task_waits_in_the_wards_lane() -> None:
    ward = a_ward()
    tasks.of_a_ward.enqueue(ward_id=ward.pk)
    assert Entry.objects.get().ward == ward
    delivery.deliver_due()
    assert tasks.calls == [ward.pk]


def test_only_tasks_can_be_run() -> None:
    with pytest.raises(TypeError):
        task_named("os.getcwd")
    entry = Entry.objects.get(public_id=tasks.adds.enqueue(1).id)
    Entry.objects.filter(pk=entry.pk).update(name="os.getcwd")
    assert delivery.deliver_due() == {"given_up": 1}
    with pytest.raises(TaskResultDoesNotExist):
        tasks.adds.get_result("nothing")


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr(schedule, "registered", {})
    monkeypatch.setattr(schedule, "autodiscover_modules", lambda name: None)
    jobs.every(minutes=5)(tasks.ticks)
    return Worker()


def test_a_slot_runs_once_however_many_workers_look(worker: Worker) -> None:
    with clock.frozen(START):
        worker.run_once()
        worker.run_once()
        Worker().run_once()
    assert tasks.calls == ["tick"]
    with clock.frozen(START + timedelta(minutes=3)):
        worker.run_once()
    assert tasks.calls == ["tick", "tick"]


def test_a_night_without_a_worker_is_caught_up_with_once(worker: Worker) -> None:
    with clock.frozen(START):
        worker.run_once()
    with clock.frozen(START + timedelta(hours=9)):
        worker.run_once()
    assert tasks.calls == ["tick", "tick"]


def test_a_slot_waits_for_the_run_before_it(worker: Worker) -> None:
    with clock.frozen(START):
        worker._schedule()
    with clock.frozen(START + timedelta(minutes=5)):
        worker._schedule()
        assert Entry.objects.count() == 1


def test_the_worker_seals(worker: Worker) -> None:
    record(ward=None, actor=TESTER, action="a.b", target="c")
    assert worker.run_once()["sealed"] == 1


def test_a_job_has_one_schedule(worker: Worker) -> None:
    with pytest.raises(ValueError, match="already"):
        jobs.daily(at="03:00")(tasks.ticks)


def test_every_rooms_jobs_are_found() -> None:
    names = {job.name for job in schedule.load()}
    assert {
        "kuyakusho.core.audit.jobs.verify_chains",
        "kuyakusho.core.outbox.jobs.forget_what_was_said",
    } <= names
