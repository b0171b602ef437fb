"""The pages: what everybody reads, what staff do, and what nobody may."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.calendar import clock
from kuyakusho.core.http.pages import shelf
from kuyakusho.core.wards.directory import forget
from kuyakusho.engines.indicators import public
from kuyakusho.engines.indicators.models import Observation
from kuyakusho.engines.indicators.public import Measured

from .making import a_member, a_ward, an_indicator, observed, signed_in

pytestmark = pytest.mark.django_db
TYPED = {
    "from_on": "令和5年4月1日",
    "to_on": "2024-03-31",
    "value": "１８",
    "source": "番号券の記録",
    "source_on": "2024-05-20",
    "note": "機械が替わったため",
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    forget()
    shelf.clear()
    with clock.frozen(datetime(2024, 6, 10, 3, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def ward():
    return a_ward("nishi")


def text(response) -> str:
    return response.content.decode()


class TestOpenPages:
    def test_result_and_origin_in_plain_words(self, ward):
        indicator = an_indicator(ward, "wait", goals={2023: 20}, how="番号を呼ぶまでの時間の真ん中の値です。")
        observed(indicator, 2023, 18, base=4000, source_on=date(2024, 5, 1))
        page = text(Client().get("/nishi/indicators/wait/"))
        assert "令和5年度は18分で、目標（20分以下）に届いています。" in page
        for piece in ("達成", "4,000", "窓口の記録", "番号を呼ぶまでの時間", "令和5年4月1日"):
            assert piece in page

    def test_not_measured_is_never_a_zero(self, ward):
        an_indicator(ward, "wait", goals={2023: 20})
        page = text(Client().get("/nishi/indicators/wait/"))
        assert "未測定" in page
        assert "0分" not in page.replace("20分", "")

    def test_both_figures_of_a_cumulative_indicator(self, ward):
        indicator = an_indicator(
            ward, "people", direction="up", accumulation="cumulative", unit="人", goals={2023: 10000}
        )
        for year, value in ((2021, 4000), (2022, 1766), (2023, 4722)):
            observed(indicator, year, value)
        page = text(Client().get("/nishi/indicators/people/"))
        assert "4,722人" in page
        assert "10,488人" in page

    def test_as_of_a_past_day(self, ward):
        indicator = an_indicator(ward, "wait", goals={2022: 20})
        observed(indicator, 2022, 25)
        observed(indicator, 2022, 19, recorded_at=datetime(2023, 9, 10, tzinfo=UTC))
        assert "19分で" in text(Client().get("/nishi/indicators/wait/"))
        past = text(Client().get("/nishi/indicators/wait/?on=令和5年9月9日"))
        assert "25分で" in past
        assert "令和5年9月9日" in past
        before = text(Client().get("/nishi/indicators/wait/?on=2023-05-09"))
        assert "未測定" in before
        assert Client().get("/nishi/indicators/wait/?on=いつか").status_code == 200

    def test_a_correction_is_told(self, ward):
        indicator = an_indicator(ward, "wait")
        observed(indicator, 2022, 25, note="内部の事情")
        observed(indicator, 2022, 19, recorded_at=datetime(2023, 9, 10, tzinfo=UTC), note="内部の事情")
        page = text(Client().get("/nishi/indicators/wait/"))
        assert "25分 から 19分 に直しました" in page
        assert "内部の事情" not in page

    @pytest.mark.parametrize(("variant", "word"), [("en/", "Minutes of waiting"), ("", "窓口の待ち時間")])
    def test_in_the_language_of_the_address(self, ward, variant, word):
        an_indicator(ward, "wait")
        assert word in text(Client().get(f"/nishi/{variant}indicators/wait/"))

    def test_csv_holds_everything_and_no_formula(self, ward):
        indicator = an_indicator(ward, "wait", title="=HYPERLINK(1)")
        observed(indicator, 2022, "25.5", note="秘密", source="@SUM(A1)", actor="staff:abc")
        observed(indicator, 2022, 19, recorded_at=datetime(2023, 9, 10, tzinfo=UTC))
        response = Client().get("/nishi/indicators/wait/data.csv")
        assert "秘密" not in text(response)
        assert "staff:abc" not in text(response)
        rows = list(csv.DictReader(io.StringIO(text(response).removeprefix("\ufeff"))))
        assert [(r["value"], r["is_latest"]) for r in rows] == [("25.5", "false"), ("19", "true")]
        assert (rows[0]["title"], rows[0]["source"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")
        assert (rows[0]["period_from"], rows[0]["period_to"]) == ("2022-04-01", "2023-03-31")

    def test_pages_have_validators_and_change_with_the_figures(self, ward):
        indicator = an_indicator(ward, "wait")
        client = Client()
        first = client.get("/nishi/indicators/wait/")
        assert (
            client.get("/nishi/indicators/wait/", headers={"if-none-match": first["ETag"]}).status_code == 304
        )
        member = a_member(ward, "clerk")
        signed_in(member).post("/nishi/desk/indicators/one/wait/", TYPED)
        assert indicator.observations.count() == 1
        again = client.get("/nishi/indicators/wait/", headers={"if-none-match": first["ETag"]})
        assert again.status_code == 200

    def test_missing_and_foreign_look_the_same(self, ward):
        an_indicator(a_ward("other"), "wait")
        for path in ("indicators/wait/", "indicators/wait/data.csv", "indicators/nothing/"):
            assert Client().get(f"/nishi/{path}").status_code == 404

    @pytest.mark.parametrize("path", ["indicators/", "desk/indicators/"])
    def test_query_counts_are_flat(self, ward, path):
        client = signed_in(a_member(ward, "planner"))

        def statements() -> int:
            shelf.clear()
            with CaptureQueriesContext(connection) as seen:
                assert client.get(f"/nishi/{path}").status_code == 200
            return len(seen)

        observed(an_indicator(ward, goals={2023: 5}), 2023, 5)
        statements()
        few = statements()
        for _ in range(20):
            observed(an_indicator(ward, goals={2023: 5}), 2023, 5)
        assert statements() == few


class TestDesk:
    @pytest.mark.parametrize("path", ["", "one/wait/", "load/", "sample.csv", "one/wait/measure/"])
    def test_not_for_strangers(self, ward, path):
        an_indicator(ward, "wait")
        response = Client().get(f"/nishi/desk/indicators/{path}")
        assert response.status_code == 302
        assert "next=" in response["Location"]
        elsewhere = signed_in(a_member(a_ward("other"), "planner"))
        assert elsewhere.get(f"/nishi/desk/indicators/{path}").status_code == 404

    @pytest.mark.parametrize("path", ["load/", "sample.csv", "one/wait/measure/"])
    def test_writing_pages_do_not_exist_for_readers(self, ward, path):
        an_indicator(ward, "wait")
        assert signed_in(a_member(ward, "auditor")).get(f"/nishi/desk/indicators/{path}").status_code == 404

    def test_a_figure_by_hand(self, ward):
        indicator = an_indicator(ward, "wait", goals={2023: 20})
        member = a_member(ward, "clerk")
        response = signed_in(member).post("/nishi/desk/indicators/one/wait/", TYPED, follow=True)
        assert "記録しました。" in text(response)
        kept = indicator.observations.get()
        assert (kept.value, kept.period_until, kept.actor) == (
            18,
            date(2024, 4, 1),
            f"staff:{member.public_id}",
        )

    def test_faults_keep_what_was_typed(self, ward):
        an_indicator(ward, "wait")
        typed = {**TYPED, "value": "たくさん", "note": "とても大切な理由"}
        response = signed_in(a_member(ward, "clerk")).post("/nishi/desk/indicators/one/wait/", typed)
        assert response.status_code == 422
        for piece in ("たくさん", "とても大切な理由", "数字で入れてください"):
            assert piece in text(response)
        assert not Observation.objects.exists()

    def test_a_base_of_nothing_is_explained(self, ward):
        an_indicator(ward, "wait")
        response = signed_in(a_member(ward, "clerk")).post(
            "/nishi/desk/indicators/one/wait/", {**TYPED, "value": "0", "base": "0"}
        )
        assert "未測定" in text(response)
        assert not Observation.objects.exists()

    def test_a_reader_is_refused(self, ward):
        an_indicator(ward, "wait")
        client = signed_in(a_member(ward, "auditor"))
        assert client.get("/nishi/desk/indicators/one/wait/").status_code == 200
        assert client.post("/nishi/desk/indicators/one/wait/", TYPED).status_code == 403

    def test_warnings_of_drafting(self, ward):
        an_indicator(ward, "wait", source="rally.stamps")
        page = text(signed_in(a_member(ward, "planner")).get("/nishi/desk/indicators/one/wait/"))
        assert "基準値" in page
        assert "数えるしくみがまだ動いていません" in page

    @pytest.mark.parametrize(("show", "keys"), [("unmeasured", {"b"}), ("stale", {"a"}), ("live", set())])
    def test_filters(self, ward, show, keys):
        observed(an_indicator(ward, "a", title="甲の指標", freshness_days=1), 2022, 5)
        an_indicator(ward, "b", title="乙の指標")
        page = text(signed_in(a_member(ward, "planner")).get(f"/nishi/desk/indicators/?show={show}"))
        assert {key for key, title in (("a", "甲の指標"), ("b", "乙の指標")) if title in page} == keys

    def test_measuring_now(self, ward):
        public.register_source(
            "tests.now", lambda ward, period: Measured(Decimal(7), clock.now()), "分", "数える"
        )
        try:
            indicator = an_indicator(ward, "wait", source="tests.now")
            response = signed_in(a_member(ward, "clerk")).post(
                "/nishi/desk/indicators/one/wait/measure/", follow=True
            )
        finally:
            public.forget_source("tests.now")
        assert "数えました：7分" in text(response)
        assert indicator.observations.count() == 1


class TestFiles:
    HEAD = "指標,期間の初日,期間の末日,値,母数,出典,公表日,備考"

    def upload(self, client, *lines: str):
        body = "\n".join([self.HEAD, *lines]).encode()
        return client.post("/nishi/desk/indicators/load/", {"file": SimpleUploadedFile("表.csv", body)})

    def test_look_then_keep(self, ward):
        observed(an_indicator(ward, "wait"), 2022, 25)
        client = signed_in(a_member(ward, "clerk"))
        line = "wait,2022-04-01,2023-03-31,24,,記録,2023-05-01,集計の誤り"
        preview = self.upload(client, line, line.replace("2022", "2023").replace("2023-03", "2024-03"))
        page = text(preview)
        assert "訂正" in page
        assert "今は 25分" in page
        assert "新しい値" in page
        assert Observation.objects.count() == 1
        done = client.post(
            "/nishi/desk/indicators/load/", {"carried": preview.context["carried"]}, follow=True
        )
        assert "2件を記録しました" in text(done)
        assert Observation.objects.count() == 3

    def test_faulty_lines_are_shown_and_nothing_is_kept(self, ward):
        an_indicator(ward, "wait")
        client = signed_in(a_member(ward, "clerk"))
        preview = self.upload(
            client,
            "wait,2022-04-01,2023-03-31,,,記録,2023-05-01,理由",
            "unknown,2022-04-01,2023-03-31,3,,記録,2023-05-01,理由",
        )
        assert "直すところが2行にある" in text(preview)
        assert "という指標はありません" in text(preview)
        # Whoever sends the form nonetheless is refused.
        assert (
            client.post("/nishi/desk/indicators/load/", {"carried": preview.context["carried"]}).status_code
            == 422
        )
        assert not Observation.objects.exists()

    def test_what_was_looked_at_by_somebody_else(self, ward):
        an_indicator(ward, "wait")
        line = "wait,2022-04-01,2023-03-31,24,,記録,2023-05-01,理由"
        preview = self.upload(signed_in(a_member(ward, "clerk")), line)
        other = signed_in(a_member(ward, "clerk"))
        refused = other.post("/nishi/desk/indicators/load/", {"carried": preview.context["carried"]})
        assert refused.status_code == 422
        assert not Observation.objects.exists()

    @pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", "何か".encode()])
    def test_no_table(self, ward, body):
        response = signed_in(a_member(ward, "clerk")).post(
            "/nishi/desk/indicators/load/", {"file": SimpleUploadedFile("x.csv", body)}
        )
        assert response.status_code == 422

    def test_the_sample_can_be_filled_in_and_read(self, ward):
        an_indicator(ward, "theft", source="file")
        client = signed_in(a_member(ward, "clerk"))
        sample = text(client.get("/nishi/desk/indicators/sample.csv"))
        head, line = sample.removeprefix("\ufeff").splitlines()
        filled = dict(zip(head.split(","), line.split(","), strict=True))
        assert filled["指標"] == "theft" if "指標" in filled else "theft" in line
        from kuyakusho.engines.indicators.reading import read_file

        assert read_file(sample.encode(), today=date(2024, 6, 10))[0].key == "theft"
