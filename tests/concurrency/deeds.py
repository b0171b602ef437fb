"""What is done at once. Arguments and answers are plain JSON, so that a deed can run in another process.

Each deed finds its rows anew, as a request does.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.test import Client

from kuyakusho.core import tokens
from kuyakusho.core.access.acting import staff_on
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.sealing import seal
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict
from kuyakusho.core.jobs import schedule
from kuyakusho.core.keys import services as keys
from kuyakusho.core.keys.models import ApiKey
from kuyakusho.core.outbox import delivery, registry
from kuyakusho.core.outbox import services as outbox
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.snapshots import services as snapshots
from kuyakusho.core.wards import directory
from kuyakusho.core.wards import services as wards
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.evaluation import services as evaluation
from kuyakusho.domains.policy.evaluation.access import work_of
from kuyakusho.domains.policy.models import ImportReview, Plan
from kuyakusho.domains.policy.rules.corrections import Correction
from kuyakusho.domains.policy.services.publishing import publish as publish_plan
from kuyakusho.domains.policy.services.reviews import abandon_review, decide_review_join
from kuyakusho.domains.policy.services.saving import save_review
from kuyakusho.domains.policy.services.trees import correct_tree, undo_tree
from kuyakusho.domains.policy.services.years import prepare_year
from kuyakusho.engines.indicators import public as indicators
from kuyakusho.engines.indicators.models import Indicator

DAY = date(2022, 9, 5)
SAID, HEARD = "tests.said", "tests.hear"


def staff(who: str) -> Actor:
    return Actor("staff", who)


# The policy


def publish(plan: int, stage: str, revision: int | None, who: str) -> int:
    """The number of the edition."""
    edition = publish_plan(
        Plan.objects.get(pk=plan), stage=stage, note=who, actor=staff(who), revision=revision
    )
    return edition.number


def save(review: int, version: int, plan_revision: int, who: str) -> int:
    """The revision of the plan that the review became."""
    plan = save_review(
        ImportReview.objects.get(pk=review), version=version, plan_revision=plan_revision, actor=staff(who)
    )
    return plan.revision


def abandon(review: int, version: int, who: str) -> None:
    abandon_review(ImportReview.objects.get(pk=review), version=version, actor=staff(who))


def decide(review: int, node: str, row: str, state: str, version: int, who: str) -> None:
    decide_review_join(
        ImportReview.objects.get(pk=review), node, row, state=state, version=version, actor=staff(who)
    )


def correct(plan: int, node: str, title: str, revision: int, who: str) -> str:
    return correct_tree(
        Plan.objects.get(pk=plan),
        Correction("edit", node, {"title": title}),
        revision=revision,
        actor=staff(who),
    )


def correct_until_done(plan: int, node: str, who: str, times: int) -> int:
    """As somebody does who looks again whenever another was faster: adds `times` marks; how often they were late."""
    late = 0
    for turn in range(times):
        while True:
            seen = Plan.objects.get(pk=plan)
            title = seen.nodes.get(public_id=node).title
            try:
                correct_tree(
                    seen,
                    Correction("edit", node, {"title": f"{title} {who}{turn}"}),
                    revision=seen.revision,
                    actor=staff(who),
                )
                break
            except Conflict:
                late += 1
    return late


def publish_or_correct(plan: int, node: str, title: str, revision: int | None) -> None:
    if node and revision is not None:
        correct(plan, node, title, revision, "corrects")
    else:
        publish(plan, "draft", None, "publishes")


def save_or_abandon(review: int, version: int, saving: bool) -> None:
    if saving:
        save(review, version, 0, "saves")
    else:
        abandon(review, version, "abandons")


def undo(plan: int, revision: int, who: str) -> None:
    undo_tree(Plan.objects.get(pk=plan), revision=revision, actor=staff(who))


def prepare(ward: int, year: int, who: str) -> int:
    """How many plans were made."""
    return len(prepare_year(Ward.objects.get(pk=ward), year, actor=staff(who)).plans)


# Evaluations


def evaluate(ward: int, account: int, initiative: str, action: str, version: int) -> int:
    """The version afterwards."""
    acting = staff_on(Ward.objects.get(pk=ward), account, DAY)
    assert acting is not None
    work = work_of(acting, year=2022, plan_key="policy", phase="midyear", initiative=initiative)
    actor = staff(acting.public_id)
    if action == "approve":
        return evaluation.approve(work, version=version, actor=actor).version
    return evaluation.send_back(work, "もう少し詳しく", version=version, actor=actor).version


# Indicators


def entry(value: str, source: str = "記録") -> indicators.Entry:
    return indicators.Entry(
        date(2022, 4, 1), date(2023, 4, 1), Decimal(value), source, date(2023, 5, 1), "入力", base=100
    )


def type_in(indicator: int, value: str, who: str) -> bool:
    """Whether it was new."""
    found = Indicator.objects.select_related("ward").get(pk=indicator)
    return indicators.type_in(found, entry(value), actor=staff(who))[1]


def load(ward: int, names: list[str], value: str, who: str) -> list[int]:
    """How many were new, how many known."""
    rows = [(key, entry(value)) for key in names]
    return list(indicators.load_figures(Ward.objects.get(pk=ward), rows, actor=staff(who)))


def post_figure(address: str, key: str, value: str, name: str = "") -> list[Any]:
    """Over HTTP, with a key: the status and the answer."""
    body = {
        "period_from": "2022-04-01", "period_until": "2023-04-01", "value": value,
        "source": "健診システム", "source_on": "2023-05-01",
    }  # fmt: skip
    directory.forget()  # in a process of its own the ward of the test before
    headers = {"Authorization": f"Bearer {key}", **({"Idempotency-Key": name} if name else {})}
    answer = Client().post(address, json.dumps(body), content_type="application/json", headers=headers)
    return [answer.status_code, answer.json()]


# The core


def touch(ward: int, times: int) -> None:
    found = Ward.objects.get(pk=ward)
    for _turn in range(times):
        wards.touch(found)


def put_snapshot(path: str, who: str, times: int) -> list[int]:
    """The versions that were drawn."""
    return [snapshots.put(path, f'["{who}", {turn}]'.encode()) for turn in range(times)]


def deliver(limit: int) -> dict[str, int]:
    """What one worker does: how many deliveries ended in which way."""
    return dict(delivery.deliver_due(limit))


def write_lines(ward: int | None, who: str, times: int) -> None:
    """Writes audit lines, two to a transaction."""
    found = Ward.objects.get(pk=ward) if ward else None
    for turn in range(times):
        with transaction.atomic():
            for part in ("a", "b"):
                record(ward=found, actor=staff(who), action="tests.line.written", target=f"{turn}{part}")


def seal_often(times: int) -> int:
    """How many lines this sealer sealed."""
    return sum(seal() for _turn in range(times))


def spend(token: str) -> bool:
    with transaction.atomic():
        tokens.spend(tokens.read("tests", token))
    return True


def send(ward: int, key: str) -> str:
    found = Ward.objects.get(pk=ward)
    made = outbox.send(ward=found, channel="tests", to="/dev/null", subject="s", body="b", key=key)
    return made.public_id


def put_job(slot: str) -> bool:
    """Whether this scheduler was the one that put the slot of the first job by the clock."""
    job = schedule.load()[0]
    return schedule.put(job, datetime.fromisoformat(slot).astimezone(UTC))


def make_key(ward: int, form: str) -> str:
    key, _text = keys.issue(
        Ward.objects.get(pk=ward), name="x", allowed=["indicators:write"], expires_on=clock.today(),
        actor=staff("a"), form=form,
    )  # fmt: skip
    return key.public_id


def revoke_key(key: int) -> bool:
    return keys.revoke(ApiKey.objects.select_related("ward").get(pk=key), actor=staff("a"))


def come_and_go(ward: int, who: str, times: int) -> None:
    """Opens a connection, reads, writes, closes it, over and over: as commands and restarted processes do."""
    from django.db import connection

    for _turn in range(times):
        found = Ward.objects.get(pk=ward)
        record(ward=found, actor=staff(who), action="tests.line.written", target=who)
        connection.close()


def _hear(heard: Entry) -> None:
    record(ward=heard.ward, actor=Actor.system("tests"), action="tests.fact.heard", target=heard.public_id)


def _send(message: Entry) -> None:
    """One line in the file that the message is addressed to: appended in one piece, whoever else does."""
    file = os.open(message.payload["to"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{message.public_id}\n".encode())
    os.close(file)


if HEARD not in registry.subscribers[SAID]:
    registry.subscribe(SAID, HEARD, _hear)
    registry.channel("tests", _send)
