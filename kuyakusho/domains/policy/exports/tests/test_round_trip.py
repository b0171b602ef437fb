"""Scenario 7: export, delete everything, import: the identical tree, ids and order; a second import changes nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import zipfile
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.errors import Conflict, Invalid, KuyakushoError
from kuyakusho.domains.policy import models
from kuyakusho.domains.policy.exports import bundle, files
from kuyakusho.domains.policy.exports.bundle import COLUMNS, Bundle, gather
from kuyakusho.domains.policy.exports.files import Unreadable, read, write
from kuyakusho.domains.policy.exports.restoring import rehearse, restore
from kuyakusho.domains.policy.models import Evaluation, Initiative, Node, Plan
from kuyakusho.engines.indicators.models import Observation

from .making import a_plan, a_ward, wipe

pytestmark = pytest.mark.django_db
TESTER = Actor.system("test")
KINDS = ("json", "csv", "xlsx")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), nodes=st.integers(1, 25), kind=st.sampled_from(KINDS))
def test_the_identical_tree_comes_back(db, seed, nodes, kind):
    with transaction.atomic():
        ward = a_ward()
        plan = a_plan(ward, seed, nodes)
        before = gather(plan)
        body = write(before, kind)
        assert read(body).tables == before.tables
        wipe(plan)
        assert not Node.objects.filter(plan__fiscal_year=2022).exists()
        first = restore(ward, read(body), actor=TESTER)
        assert gather(first.plan).tables == before.tables
        assert (
            write(gather(first.plan), kind) == body or kind == "xlsx"
        )  # a workbook bears the time it was saved
        lines = AuditLine.objects.count()
        ward.refresh_from_db()
        revision = ward.revision
        second = restore(ward, read(body), actor=TESTER)
        assert second.is_nothing
        assert second.kept == []
        assert gather(first.plan).tables == before.tables
        ward.refresh_from_db()
        assert (AuditLine.objects.count(), ward.revision) == (lines, revision)
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", KINDS)
def test_all_three_kinds_hold_the_same(kind):
    found = gather(a_plan(a_ward(), 7))
    assert read(write(found, kind)) == found


def test_two_exports_are_the_same_bytes():
    plan = a_plan(a_ward(), 3)
    for kind in ("json", "csv"):
        assert write(gather(plan), kind) == write(gather(plan), kind)


def test_every_field_of_every_table_is_in_the_export():
    left_out = {
        "plan": {"undo", "ward"},
        "nodes": {"plan"},
        "initiatives": {"ward", "plan_key"},
        "evaluations": {"plan"},
    }
    for name, model in {
        "plan": models.Plan,
        "documents": models.SourceDocument,
        "nodes": models.Node,
        "initiatives": models.Initiative,
        "initiative_links": models.InitiativeLink,
        "initiative_indicators": models.InitiativeIndicator,
        "budgets": models.Budget,
        "joins": models.Join,
        "evaluations": models.Evaluation,
        "council_grades": models.CouncilGrade,
    }.items():
        fields = {field.name for field in model._meta.concrete_fields} - {"id"} - left_out.get(name, {"ward"})
        assert {column.name for column in COLUMNS[name]} == fields, name


def test_statements_do_not_grow_with_the_tree():
    ward = a_ward()
    small = a_plan(ward, 1, 2)

    def statements() -> int:
        plan = Plan.objects.select_related("ward").get(pk=small.pk)
        with CaptureQueriesContext(connection) as seen:
            gather(plan)
        return len(seen)

    few = statements()
    for at in range(50):
        Node.objects.create(plan=small, kind="item", title=str(at))
    assert statements() == few


class TestChangingWhatStands:
    def test_the_tree_becomes_that_of_the_file(self):
        ward = a_ward()
        plan = a_plan(ward, 5)
        before = gather(plan)
        first = Node.objects.filter(plan=plan, parent=None).first()
        first.title = "書き換えた"
        first.save()
        extra = Node.objects.create(plan=plan, kind="item", title="増えた")
        revision = Plan.objects.get(pk=plan.pk).revision
        changes = rehearse(ward, before, actor=TESTER)
        assert (changes.tables["nodes"].updated, changes.tables["nodes"].removed) == (1, 1)
        assert Node.objects.filter(pk=extra.pk).exists()  # a rehearsal changes nothing
        restore(ward, before, actor=TESTER)
        after = gather(plan)
        assert after.tables["nodes"] == before.tables["nodes"]
        assert after.plan["revision"] > revision

    def test_observations_are_only_added(self):
        ward = a_ward()
        plan = a_plan(ward, 5)
        before = gather(plan)
        count = Observation.objects.count()
        row = before.tables["observations"][0]
        before.tables["observations"].append({**row, "value": "123"})
        changes = restore(ward, before, actor=TESTER)
        assert changes.tables["observations"].created == 1
        assert Observation.objects.count() == count + 1

    def test_an_evaluation_that_is_there_is_never_rewritten(self):
        ward = a_ward()
        plan = a_plan(ward, 5)
        before = gather(plan)
        evaluation = Evaluation.objects.filter(plan=plan).first()
        Evaluation.objects.filter(pk=evaluation.pk).update(text="承認された新しい言葉")
        changes = restore(ward, before, actor=TESTER)
        assert changes.kept == [f"{evaluation.initiative.row} {evaluation.phase}"]
        evaluation.refresh_from_db()
        assert evaluation.text == "承認された新しい言葉"

    def test_initiatives_that_the_file_does_not_name_stay(self):
        ward = a_ward()
        plan = a_plan(ward, 5)
        before = gather(plan)
        other = Initiative.objects.create(
            ward=ward, row="X9", title="x", owner=ward.sections.first(), first_year=2020
        )
        restore(ward, before, actor=TESTER)
        assert Initiative.objects.filter(pk=other.pk).exists()


class TestRefused:
    def bundle(self) -> tuple:
        ward = a_ward()
        return ward, gather(a_plan(ward, 5))

    def test_another_wards_file(self):
        ward, found = self.bundle()
        with pytest.raises(Invalid, match="other_ward"):
            restore(ward, Bundle("kita", found.tables), actor=TESTER)

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [
            ("nodes", "owner", "nobody"),
            ("nodes", "parent", "nowhere"),
            ("joins", "initiative", "O99"),
            ("budgets", "node", "nowhere"),
            ("evaluations", "section", ""),
            ("targets", "indicator", "x"),
        ],
    )
    def test_names_that_lead_nowhere(self, table, column, value):
        ward, found = self.bundle()
        found.tables[table] = [{**found.tables[table][0], column: value}, *found.tables[table][1:]]
        before = gather(Plan.objects.get(fiscal_year=2022)).tables
        with pytest.raises(Invalid, match="bundle_faulty"):
            restore(ward, found, actor=TESTER)
        assert gather(Plan.objects.get(fiscal_year=2022)).tables == before

    def test_a_circle(self):
        ward, found = self.bundle()
        a, b = found.tables["nodes"][:2]
        a["parent"], b["parent"] = b["public_id"], a["public_id"]
        with pytest.raises(Invalid, match="bundle_faulty"):
            restore(ward, found, actor=TESTER)

    @pytest.mark.parametrize("table", ["nodes", "initiatives", "evaluations"])
    def test_the_same_row_twice(self, table):
        ward, found = self.bundle()
        found.tables[table].append(dict(found.tables[table][0]))
        with pytest.raises(Invalid, match="bundle_faulty"):
            restore(ward, found, actor=TESTER)

    def test_ids_of_another_plan(self):
        ward, found = self.bundle()
        stranger = Plan.objects.create(
            ward=ward, key="other", kind="area-plan", fiscal_year=2022, title="x", style="x"
        )
        Node.objects.filter(plan__fiscal_year=2022, plan__key="policy").update(plan=stranger)
        with pytest.raises(Conflict, match="ids_taken"):
            restore(ward, found, actor=TESTER)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"[]",
            b"PK\x03\x04",
            b'{"format": "kuyakusho.plan/1"}',
            b'{"format": "kuyakusho.plan/1", "ward": "x", "tables": {}}',
            b'{"format": "kuyakusho.plan/1", "ward": "x", "tables": {"plan": 3}}',
            b'{"format": "kuyakusho.plan/1", "ward": "x", "tables": {"plan": [3]}}',
            b"[" * 100_000,
        ],
    )
    def test_what_is_no_export(self, body):
        with pytest.raises(Unreadable):
            read(body)

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [
            ("nodes", "kind", "banana"),
            ("nodes", "order", "x"),
            ("nodes", "order", -1),
            ("nodes", "order", True),
            ("plan", "fiscal_year", None),
            ("budgets", "amount_yen", 1.5),
            ("targets", "value", "NaN"),
            ("joins", "decided_at", "2024-01-01T00:00:00"),
            ("plan", "title", "x" * 201),
            ("plan", "title", "a\0b"),
            ("initiatives", "is_confidential", "yes"),
        ],
    )
    def test_values_that_do_not_fit_are_named(self, table, column, value):
        _ward, found = self.bundle()
        found.tables[table][0][column] = value
        with pytest.raises(Unreadable) as refused:
            read(json.dumps(bundle.as_json(found)).encode())
        assert refused.value.faults[0].startswith(f"{table}, row 1, {column}: ")

    def test_a_bomb_is_not_unpacked(self, monkeypatch):
        monkeypatch.setattr(files, "LARGEST_UNPACKED", 1000)
        _ward, found = self.bundle()
        with pytest.raises(Unreadable, match="too large"):
            read(write(found, "csv"))

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=300))
    def test_nothing_breaks_the_reader(self, body):
        for start in (b"", b"PK\x03\x04", b'{"format":'):
            with pytest.raises(Unreadable):
                read(start + body)


class TestInASpreadsheet:
    def test_no_cell_is_a_formula_and_numbers_are_numbers(self):
        body = write(gather(a_plan(a_ward(), 11)), "xlsx")
        book = load_workbook(io.BytesIO(body))
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", cell.value
                    if isinstance(cell.value, str):
                        is_number = re.fullmatch(r"-?\d+(\.\d+)?", cell.value)
                        assert cell.value[:1] not in "=+-@" or cell.value == "" or is_number, cell.value
        heading = [cell.value for cell in book["budgets"][1]]
        amounts = [row[heading.index("fiscal_year")].value for row in book["budgets"].iter_rows(min_row=2)]
        assert all(isinstance(amount, int) for amount in amounts)

    def test_a_text_longer_than_a_cell_survives(self):
        ward = a_ward()
        plan = a_plan(ward, 2, 1)
        long = ("長い文章。" * 20_000) + "=1"
        Node.objects.filter(plan=plan).update(text=long)
        assert read(write(gather(plan), "xlsx")).tables["nodes"][0]["text"] == long

    def test_no_csv_file_holds_a_formula(self):
        packed = zipfile.ZipFile(io.BytesIO(write(gather(a_plan(a_ward(), 11)), "csv")))
        for name in packed.namelist():
            if not name.endswith(".csv"):
                continue
            lines = csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig"), newline=""))
            heading = next(lines)
            for line in lines:
                for column, cell in zip(heading, line, strict=True):
                    if cell[:1] in "=+@\t\r" and cell:
                        raise AssertionError((name, column, cell))
                    if cell[:1] == "-":
                        float(cell)  # a negative number, and nothing else

    def test_a_planner_may_edit_a_cell(self):
        ward = a_ward()
        plan = a_plan(ward, 11)
        book = load_workbook(io.BytesIO(write(gather(plan), "xlsx")))
        sheet = book["nodes"]
        heading = [cell.value for cell in sheet[1]]
        sheet.cell(2, heading.index("title") + 1).value = "表計算で直した題"
        body = io.BytesIO()
        book.save(body)
        changes = restore(ward, read(body.getvalue()), actor=TESTER)
        assert changes.tables["nodes"].updated == 1
        assert Node.objects.filter(plan=plan, title="表計算で直した題").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_plan_twice_at_once():
    ward = a_ward()
    plan = a_plan(ward, 5)
    found = gather(plan)
    wipe(plan)
    ready = threading.Barrier(3)
    answers: list[object] = []

    def go() -> None:
        try:
            ready.wait()
            answers.append(restore(ward, replace(found), actor=TESTER).is_nothing)
        except KuyakushoError as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(False) == 1
    assert set(answers) <= {False, True, "restoring_at_once", "ids_taken"}
    assert gather(Plan.objects.get(ward=ward, fiscal_year=2022)).tables == found.tables
