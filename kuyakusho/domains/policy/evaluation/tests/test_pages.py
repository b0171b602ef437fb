"""The staff pages of evaluations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.calendar import clock
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.wards.directory import forget
from kuyakusho.domains.policy.models import CouncilGrade, Evaluation

from .making import Office

pytestmark = pytest.mark.django_db
GOOD = {"grade": "①", "text": "予定どおり進みました。", "improvement": "続けます。", "grade_outcome": "A"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    forget()
    with clock.frozen(datetime(2022, 9, 5, 3, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def office() -> Office:
    return Office()


def text(response) -> str:
    return response.content.decode()


def post(person, address: str, action: str, **data: object):
    return person.client.post(address, {"action": action, **data})


def at_state(office: Office, state: str, phase: str = "midyear") -> Evaluation:
    initiative = office.initiative()
    return Evaluation.objects.create(
        plan=office.plan,
        initiative=initiative,
        phase=phase,
        section=office.section(),
        grade="①",
        text="ここまでの言葉",
        state=state,
        version=3,
        changed_at=clock.now(),
        approved_at=clock.now() if state == "approved" else None,
    )


class TestWriting:
    def test_a_clerk_writes_and_sends(self, office):
        initiative, clerk = office.initiative(), office.person("clerk")
        address = office.address(initiative)
        page = text(clerk.client.get(address))
        for piece in (
            "プロセス指標の達成状況",
            "① 達成",
            "取組の実績と評価",
            "下書きを保存",
            initiative.title,
        ):
            assert piece in page
        assert post(clerk, address, "save", version=0, text="途中まで").status_code == 302
        assert "途中まで" in text(clerk.client.get(address))
        assert post(clerk, address, "submit", version=1, **GOOD).status_code == 302
        kept = Evaluation.objects.get()
        assert (kept.state, kept.grade, kept.grades) == ("submitted", "①", {"outcome": "A"})
        assert "課長の判断待ち" in text(clerk.client.get(address))

    def test_every_fault_keeps_what_was_typed(self, office):
        clerk = office.person("clerk")
        response = post(
            clerk, office.address(office.initiative()), "submit", version=0, text="長く考えた文章"
        )
        assert response.status_code == 422
        assert "長く考えた文章" in text(response)
        assert "区分を選んでください" in text(response)
        assert not Evaluation.objects.exists()

    def test_overtaken_keeps_both_texts_and_can_be_sent_again(self, office):
        initiative = office.initiative()
        one, other = office.person("clerk"), office.person("clerk")
        address = office.address(initiative)
        post(one, address, "save", version=0, text="先に書いた人の文章")
        response = post(other, address, "save", version=0, text="後から書いた人の文章")
        assert response.status_code == 409
        page = text(response)
        assert "先に書いた人の文章" in page
        assert "後から書いた人の文章" in page
        assert 'name="version" value="1"' in page
        assert post(other, address, "save", version=1, text="二人の文章").status_code == 302

    def test_sent_while_somebody_still_writes(self, office):
        evaluation = at_state(office, "submitted")
        clerk = office.person("clerk")
        response = post(clerk, office.address(evaluation.initiative), "save", version=2, text="書きかけ")
        assert response.status_code == 409
        assert "書きかけ" in text(response)
        assert "すでに課長に出されています" in text(response)

    def test_a_my_number_is_stopped_until_it_is_said_to_be_another(self, office):
        initiative, clerk = office.initiative(), office.person("clerk")
        address = office.address(initiative)
        typed = {"version": 0, "text": "相談した人の番号は 1234-5678-9018 です。"}
        response = post(clerk, address, "save", **typed)
        assert response.status_code == 422
        assert "マイナンバーではありません" in text(response)
        assert "相談した人の番号" in text(response)
        assert not Evaluation.objects.exists()
        assert post(clerk, address, "save", another_number="on", **typed).status_code == 302


class TestDeciding:
    def test_a_chief_approves(self, office):
        evaluation, chief = at_state(office, "submitted"), office.person("chief")
        address = office.address(evaluation.initiative)
        assert "承認する" in text(chief.client.get(address))
        assert post(chief, address, "approve", version=3).status_code == 302
        evaluation.refresh_from_db()
        assert evaluation.state == "approved"
        again = post(chief, address, "approve", version=3)
        assert again.status_code == 409
        assert "すでに承認されています" in text(again)

    def test_a_chief_returns_with_a_reason(self, office):
        evaluation, chief = at_state(office, "submitted"), office.person("chief")
        address = office.address(evaluation.initiative)
        assert post(chief, address, "return", version=3, reason="").status_code == 422
        assert post(chief, address, "return", version=3, reason="数字を足してください").status_code == 302
        assert "数字を足してください" in text(office.person("clerk").client.get(address))

    def test_reopening_asks_for_a_reason_and_keeps_the_old_text(self, office):
        evaluation, chief = at_state(office, "approved"), office.person("chief")
        address = office.address(evaluation.initiative)
        assert post(chief, address, "reopen", version=3, reason=" ").status_code == 422
        post(chief, address, "reopen", version=3, reason="集計の誤りが見つかった")
        page = text(chief.client.get(address))
        assert "集計の誤りが見つかった" in page
        assert "前に承認された内容" in page

    @pytest.mark.parametrize(
        ("role", "action"), [("clerk", "approve"), ("clerk", "return"), ("planner", "approve")]
    )
    def test_who_may_not(self, office, role, action):
        evaluation = at_state(office, "submitted")
        person = office.person(role)
        address = office.address(evaluation.initiative)
        assert "承認する" not in text(person.client.get(address))
        assert post(person, address, action, version=3, reason="x").status_code == 403

    @pytest.mark.parametrize("action", ["", "publish", "delete"])
    def test_there_is_no_such_action(self, office, action):
        chief = office.person("chief")
        assert post(chief, office.address(office.initiative()), action).status_code == 404

    @pytest.mark.parametrize("version", ["", "x", "-1", "1e9"])
    def test_a_broken_version_decides_nothing(self, office, version):
        evaluation, chief = at_state(office, "submitted"), office.person("chief")
        assert (
            post(chief, office.address(evaluation.initiative), "approve", version=version).status_code == 409
        )


class TestWhoSees:
    def test_strangers_other_sections_other_wards(self, office):
        address = office.address(office.initiative())
        assert Client().get(address).status_code == 302
        assert office.person("clerk", section="tax").client.get(address).status_code == 404
        assert Office("kita").person("planner").client.get(address).status_code == 404
        assert office.person("planner", section="plan").client.get(address).status_code == 200

    def test_the_matrix_is_for_overseers(self, office):
        office.initiative()
        path = "/nishi/desk/evaluations/2022/policy/"
        assert office.person("clerk").client.get(path).status_code == 404
        page = text(office.person("planner", section="plan").client.get(path))
        assert "まだ書かれていない" in page
        assert "が残る課に知らせる" in page
        assert "が残る課に知らせる" not in text(office.person("auditor", section="audit").client.get(path))
        assert office.person("planner").client.get("/nishi/desk/evaluations/2022/other/").status_code == 404


class TestPlanner:
    def test_reminding(self, office):
        office.initiative()
        office.person("clerk")
        planner = office.person("planner", section="plan")
        path = "/nishi/desk/evaluations/2022/policy/midyear/remind/"
        response = planner.client.post(path, follow=True)
        assert "1人にお知らせを送りました" in text(response)
        assert Entry.objects.filter(kind="message").count() == 1
        assert planner.client.get(path).status_code == 404
        assert office.person("chief").client.post(path).status_code == 404
        assert planner.client.post("/nishi/desk/evaluations/2022/policy/summer/remind/").status_code == 404

    def test_the_councils_grades(self, office):
        evaluation = at_state(office, "approved", "year_end")
        planner = office.person("planner", section="plan")
        address = office.address(evaluation.initiative, "year_end")
        data = {
            "meeting_on": "令和4年9月1日",
            "source": "区政会議 資料3",
            "council_0": "８",
            "council_1": "2",
        }
        faulty = post(planner, address, "council", version=3, **{**data, "meeting_on": "いつか"})
        assert faulty.status_code == 422
        assert "区政会議 資料3" in text(faulty)
        assert post(planner, address, "council", version=3, **data).status_code == 302
        page = text(planner.client.get(address))
        assert "8人（80%）" in page
        assert CouncilGrade.objects.filter(meeting_on=date(2022, 9, 1)).count() == 2
        assert post(office.person("chief"), address, "council", version=4, **data).status_code == 403


class TestOverview:
    def test_what_my_section_owes(self, office):
        office.initiative("O1.1")
        office.initiative("O2.2", section="tax")
        page = text(office.person("clerk").client.get("/nishi/desk/evaluations/"))
        assert "O1.1" in page
        assert "O2.2" not in page
        assert "令和4年9月20日" in page

    def test_nothing_owed(self, office):
        page = text(office.person("clerk", section="tax").client.get("/nishi/desk/evaluations/"))
        assert "いま書くものはありません" in page


class TestPage:
    def test_every_control_has_an_id_of_its_own(self, office):
        evaluation = at_state(office, "approved", "year_end")
        both = office.person("chief", "planner")
        ids = Counter(
            re.findall(
                r'\sid="([^"]+)"', text(both.client.get(office.address(evaluation.initiative, "year_end")))
            )
        )
        assert [name for name, count in ids.items() if count > 1] == []

    def test_query_counts_are_flat(self, office):
        office.initiative()
        people = [(office.person("clerk"), ""), (office.person("planner", section="plan"), "2022/policy/")]

        def statements() -> list[int]:
            counts = []
            for person, path in people:
                with CaptureQueriesContext(connection) as seen:
                    assert person.client.get(f"/nishi/desk/evaluations/{path}").status_code == 200
                counts.append(len(seen))
            return counts

        statements()
        few = statements()
        for number in range(20):
            office.initiative(f"N{number}")
        assert statements() == few
