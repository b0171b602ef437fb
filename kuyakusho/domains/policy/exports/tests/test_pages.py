"""Open data for everybody; whole exports and their way back for planners."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.calendar import clock
from kuyakusho.core.http.pages import shelf
from kuyakusho.core.wards.directory import forget
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.domains.policy.evaluation.tests.making import Office
from kuyakusho.domains.policy.exports import commands, files, open_data, staff_sheets
from kuyakusho.domains.policy.exports.bundle import gather
from kuyakusho.domains.policy.exports.sheets import sheet_of
from kuyakusho.domains.policy.models import (
    Budget,
    CouncilGrade,
    Edition,
    Evaluation,
    InitiativeIndicator,
    Join,
    Node,
    Plan,
)
from kuyakusho.domains.policy.public.shelf import forget as forget_editions
from kuyakusho.domains.policy.queries.content import content_of
from kuyakusho.domains.policy.rules.canonical import digest
from kuyakusho.engines.indicators.models import Indicator, Observation, Target

from .making import a_plan, a_ward

pytestmark = pytest.mark.django_db
NOW = datetime(2023, 6, 10, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    forget()
    forget_editions()
    shelf.clear()
    with clock.frozen(NOW):
        yield


@pytest.fixture
def office() -> Office:
    return filled(Office())


def filled(office: Office, title: str = "自転車の盗難を減らす") -> Office:
    """A policy with a branch, an initiative with figures, and evaluations: one approved, one not."""
    initiative = office.initiative("O1.1", title=title, title_en="Fewer bicycle thefts")
    pillar = Node.objects.create(plan=office.plan, kind="pillar", code="1", title="安心な街")
    node = Node.objects.create(
        plan=office.plan, parent=pillar, kind="action", code="1-(1)-①-ア", title="地域の安全", text="=1+1"
    )
    Join.objects.create(node=node, initiative=initiative, how="code", state="certain")
    Budget.objects.create(initiative=initiative, fiscal_year=2022, kind="budget", amount_yen=2_100_000)
    indicator = Indicator.objects.create(
        ward=office.ward,
        key="theft",
        title="自転車盗の件数",
        unit="件",
        direction="down",
        accumulation="yearly",
        source="file",
    )
    Target.objects.create(indicator=indicator, fiscal_year=2022, value=-5)
    InitiativeIndicator.objects.create(initiative=initiative, indicator=indicator)
    Observation.objects.create(
        indicator=indicator, period_from=date(2022, 4, 1), period_until=date(2023, 4, 1), fiscal_year=2022, value=-12,
        as_of=NOW, recorded_at=datetime(2023, 5, 1, tzinfo=UTC), source="警察", actor="staff:secret", note="内部",
    )  # fmt: skip
    common = {"plan": office.plan, "initiative": initiative, "section": office.section(), "changed_at": NOW}
    done = Evaluation.objects.create(
        phase="year_end", grade="①", grades={"outcome": "A"}, text="防犯登録を広めました。", improvement="続けます。",
        state="approved", approved_at=NOW, approved_by="staff:secret", **common,
    )  # fmt: skip
    Evaluation.objects.create(
        phase="midyear", grade="②", text="まだ出していない下書き", state="draft", **common
    )
    CouncilGrade.objects.create(
        evaluation=done, grade="妥当", members=7, meeting_on=date(2023, 6, 1), source="資料3"
    )
    return office


def published(office: Office) -> Edition:
    content = content_of(office.plan, "self_evaluation")
    return Edition.objects.create(
        plan=office.plan, number=1, stage="self_evaluation", content=content, digest=digest(content),
        published_at=NOW, published_by="staff:secret",
    )  # fmt: skip


def text(response) -> str:
    return response.content.decode()


class TestOpenData:
    def test_the_page_lists_formats_licence_and_columns(self, office):
        edition = published(office)
        page = text(Client().get("/nishi/policy/2022/data/"))
        for piece in (
            "CC BY 4.0",
            edition.digest,
            "plan.zip",
            "plan.xlsx",
            "plan.json",
            "sheet.pdf",
            "amount_yen",
            "金額（円）",
        ):
            assert piece in page

    def test_nothing_is_there_before_something_is_published(self, office):
        for path in ("", "plan.json", "sheet/", "tables/nodes.csv"):
            assert Client().get(f"/nishi/policy/2022/data/{path}").status_code == 404

    @pytest.mark.parametrize("path", ["plan.exe", "tables/secrets.csv", "nothing"])
    def test_what_is_not_there(self, office, path):
        published(office)
        assert Client().get(f"/nishi/policy/2022/data/{path}").status_code == 404
        assert Client().get("/nishi/policy/1999/data/").status_code == 404

    def test_the_json_is_the_edition_to_the_byte(self, office):
        edition = published(office)
        body = Client().get("/nishi/policy/2022/data/plan.json").content
        assert hashlib.sha256(body).hexdigest() == edition.digest

    def test_tables_hold_what_is_published_and_nothing_else(self, office):
        published(office)
        packed = zipfile.ZipFile(io.BytesIO(Client().get("/nishi/policy/2022/data/plan.zip").content))
        everything = "".join(packed.read(name).decode("utf-8-sig") for name in packed.namelist())
        for secret in ("まだ出していない下書き", "staff:secret", "内部"):
            assert secret not in everything
        rows = {
            table.name: list(
                csv.DictReader(io.StringIO(packed.read(f"{table.name}.csv").decode("utf-8-sig")))
            )
            for table in open_data.TABLES
        }
        assert [row["text"] for row in rows["nodes"]] == ["", "'=1+1"]
        assert rows["nodes"][1]["initiatives"] == "O1.1"
        assert rows["budgets"] == [
            {
                "node": "",
                "initiative": "O1.1",
                "fiscal_year": "2022",
                "kind": "budget",
                "amount_yen": "2100000",
                "is_demo": "false",
            }
        ]
        assert (rows["results"][0]["yearly"], rows["results"][0]["result"]) == ("-12", "met")
        assert [(row["phase"], row["grade"]) for row in rows["evaluations"]] == [("year_end", "①")]
        assert rows["council_grades"][0]["members"] == "7"
        for name, found in rows.items():
            columns = [column for column, _meaning in open_data.table_named(name).columns]
            assert all(list(row) == columns for row in found), name

    def test_one_table_and_the_workbook_say_the_same(self, office):
        published(office)
        one = Client().get("/nishi/policy/2022/data/tables/initiatives.csv").content.decode("utf-8-sig")
        book = load_workbook(io.BytesIO(Client().get("/nishi/policy/2022/data/plan.xlsx").content))
        assert next(csv.reader(io.StringIO(one))) == [cell.value for cell in book["initiatives"][1]]
        assert book["budgets"].cell(2, 5).value == 2_100_000
        assert book["nodes"].cell(3, 9).value == "'=1+1"
        assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)

    def test_other_plans_have_their_own(self, office):
        plan = Plan.objects.create(
            ward=office.ward,
            key="area",
            kind="area-plan",
            fiscal_year=2022,
            title="地域の計画",
            style="osaka",
        )
        Node.objects.create(plan=plan, kind="pillar", title="柱")
        office.plan = plan
        published(office)
        for path in ("", "plan.json", "sheet/", "sheet.pdf", "tables/nodes.csv"):
            assert Client().get(f"/nishi/policy/plans/area/2022/data/{path}").status_code == 200

    def test_in_english(self, office):
        published(office)
        assert Client().get("/nishi/en/policy/2022/data/").status_code == 200
        assert "Fewer bicycle thefts" in text(Client().get("/nishi/en/policy/2022/data/sheet/"))


class TestSheet:
    @pytest.mark.parametrize(("style", "layout"), [("osaka", "blocks"), ("yokohama", "table")])
    def test_the_three_kinds_say_the_same(self, style, layout):
        office = filled(Office(style=style), title="髙橋😀の取組")
        published(office)
        at = "/nishi/policy/2022/data/"
        page = text(Client().get(f"{at}sheet/"))
        pdf = Client().get(f"{at}sheet.pdf").content
        reader = PdfReader(io.BytesIO(pdf))
        printed = "".join(page.extract_text() for page in reader.pages)
        book = load_workbook(io.BytesIO(Client().get(f"{at}sheet.xlsx").content))
        cells = "".join(str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value)
        for piece in ("自転車盗の件数", "防犯登録を広めました。", "-12件", "7人", "O1.1"):
            for found in (page, printed.replace("\n", ""), cells):
                assert piece in found, (piece, found)
        for found in (page, printed, cells):
            assert "まだ出していない下書き" not in found
        assert "髙橋〓の取組" in printed  # a character without a glyph stops nothing
        assert "/StructTreeRoot" in reader.trailer["/Root"]
        assert reader.trailer["/Root"]["/Lang"].lower().startswith("ja")
        assert sheet_of(content_of(office.plan, "final"), style).form.layout == layout

    def test_all_lists_of_osakas_form_are_on_it(self, office):
        sheet = sheet_of(content_of(office.plan, "final"), "osaka")
        year_end = sheet.groups[0].items[0].judgements[1]
        assert year_end.grades == (("プロセス指標の達成状況", "① 達成"), ("アウトカムの達成状況", "A 順調"))
        assert sheet.groups[0].path == ("1 安心な街", "1-(1)-①-ア 地域の安全")

    def test_the_desk_sees_drafts_and_that_they_are_drafts(self, office):
        sheet = staff_sheets.sheet_of_plan(office.plan)
        midyear = sheet.groups[0].items[0].judgements[0]
        assert (midyear.text, midyear.note) == ("まだ出していない下書き", "下書き")
        planner = office.person("planner")
        for kind in ("page", "xlsx", "pdf"):
            assert planner.client.get(f"/nishi/desk/exports/2022/policy/sheet/{kind}/").status_code == 200
        assert planner.client.get("/nishi/desk/exports/2022/policy/sheet/doc/").status_code == 404

    def test_a_plan_without_joins_has_an_empty_sheet(self):
        office = Office()
        Node.objects.create(plan=office.plan, kind="pillar", title="柱")
        published(office)
        assert "取組がまだ結び付いていません" in text(Client().get("/nishi/policy/2022/data/sheet/"))
        assert Client().get("/nishi/policy/2022/data/sheet.pdf").content.startswith(b"%PDF")


def planner_of(ward: Ward, *roles: str) -> Client:
    account = Account.objects.create_user(f"p{Account.objects.count()}@x.example.jp", name="企画")
    member = StaffMember.objects.create(ward=ward, account=account)
    Posting.objects.create(
        member=member,
        section=Section.objects.filter(ward=ward).first(),
        roles=list(roles),
        valid_from=date(2015, 4, 1),
    )
    client = Client()
    client.force_login(account)
    return client


class TestDesk:
    @pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
    def test_out_and_back_in(self, kind):
        ward = a_ward()
        plan = a_plan(ward, 7)
        client = planner_of(ward, "planner")
        before = gather(plan).tables
        response = client.get(f"/nishi/desk/exports/2022/policy/full/{kind}/")
        assert files.EXTENSIONS[kind] in response["Content-Disposition"]
        assert AuditLine.objects.filter(action="policy.plan.exported").count() == 1
        Node.objects.filter(plan=plan, parent=None).update(title="壊した")
        upload = SimpleUploadedFile("x", response.content)
        preview = client.post("/nishi/desk/exports/import/", {"file": upload})
        assert preview.status_code == 200
        assert gather(plan).tables != before
        done = client.post(
            "/nishi/desk/exports/import/", {"carried": preview.context["carried"]}, follow=True
        )
        assert "取り込みました。" in text(done)
        after = gather(plan).tables
        assert after["nodes"] == before["nodes"]
        again = client.post(
            "/nishi/desk/exports/import/", {"file": SimpleUploadedFile("x", response.content)}
        )
        assert "変わるところはありません" in text(again)

    @pytest.mark.parametrize("body", [b"", b"nothing", b"PK\x03\x04", b"{}"])
    def test_what_is_no_export_is_explained(self, body):
        ward = a_ward()
        client = planner_of(ward, "planner")
        response = client.post("/nishi/desk/exports/import/", {"file": SimpleUploadedFile("x.json", body)})
        assert response.status_code == 422

    def test_another_wards_file_is_explained(self):
        ward = a_ward()
        found = gather(a_plan(ward, 7))
        found.ward = "kita"
        client = planner_of(ward, "planner")
        upload = SimpleUploadedFile("x.json", files.write(found, "json"))
        response = client.post("/nishi/desk/exports/import/", {"file": upload})
        assert response.status_code == 422
        assert "別の区（kita）" in text(response)

    @pytest.mark.parametrize(
        ("roles", "page", "full", "sheet"),
        [
            (["planner"], 200, 200, 200),
            (["auditor"], 200, 404, 200),
            (["clerk"], 404, 404, 404),
            (["chief"], 404, 404, 404),
        ],
    )
    def test_who_may(self, roles, page, full, sheet):
        ward = a_ward()
        a_plan(ward, 7, 2)
        client = planner_of(ward, *roles)
        assert client.get("/nishi/desk/exports/").status_code == page
        assert client.get("/nishi/desk/exports/2022/policy/full/json/").status_code == full
        assert client.get("/nishi/desk/exports/2022/policy/sheet/page/").status_code == sheet
        assert client.post("/nishi/desk/exports/import/").status_code == (422 if full == 200 else 404)

    def test_strangers_and_what_is_not_there(self):
        ward = a_ward()
        a_plan(ward, 7, 2)
        assert Client().get("/nishi/desk/exports/").status_code == 302
        client = planner_of(ward, "planner")
        assert client.get("/nishi/desk/exports/2022/other/full/json/").status_code == 404
        assert client.get("/nishi/desk/exports/2022/policy/full/doc/").status_code == 404
        assert client.get("/nishi/desk/exports/import/").status_code == 302


class TestCommands:
    @pytest.mark.parametrize("kind", commands.FORMATS)
    def test_every_format(self, office, kind):
        name, body = commands.export_plan("nishi", kind=kind)
        assert name.startswith("nishi-policy-2022")
        assert body

    def test_in_and_out(self, office):
        _name, body = commands.export_plan("nishi", year=2022)
        assert json.loads(body)["format"] == "kuyakusho.plan/1"
        Node.objects.filter(plan=office.plan, parent=None).update(title="壊した")
        assert commands.import_file("nishi", body, dry_run=True).tables["nodes"].updated == 1
        assert Node.objects.filter(title="壊した").exists()
        assert commands.import_file("nishi", body).tables["nodes"].updated == 1
        assert commands.import_file("nishi", body).is_nothing

    def test_what_is_not_there_is_named(self, office):
        with pytest.raises(commands.NoSuchPlan, match="it has: policy 2022"):
            commands.export_plan("nishi", year=1999)
        with pytest.raises(commands.NoSuchPlan, match="kita"):
            commands.export_plan("kita")
        with pytest.raises(commands.NoSuchPlan, match="no ward"):
            commands.import_file("kita", b"{}")
