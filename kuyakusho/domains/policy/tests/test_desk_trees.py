"""The pages of trees, editions, initiatives and years, by HTTP."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import Edition, Initiative, Join, Node, Plan
from kuyakusho.domains.policy.queries.outlines import outline_of
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.engines.indicators import public as indicators

from .browsing import PLANS, client_for, hidden, small_plan, text
from .factories import PLANNER, join, make_initiative, make_ward


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


@pytest.fixture
def planner(ward: Ward) -> Client:
    return client_for(ward, "planning", "planner")


@pytest.fixture
def plan(ward: Ward) -> Plan:
    return small_plan(ward)


# The working tree


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        ({"action": "down"}, ["柱", "体操", "見守り"]),
        (
            {"action": "edit", "kind": "measure", "title": "新しい題", "text": "本文"},
            ["柱", "新しい題", "体操"],
        ),
        ({"action": "outdent"}, ["柱", "体操", "見守り"]),
        ({"action": "remove"}, ["柱", "体操"]),
        ({"action": "insert", "kind": "measure", "title": "加えた"}, ["柱", "見守り", "加えた", "体操"]),
        ({"action": "move", "under": ""}, ["柱", "体操", "見守り"]),
    ],
)
def test_the_working_tree_is_corrected_by_the_same_forms(
    ward: Ward, plan: Plan, planner: Client, data: dict[str, str], titles: list[str]
) -> None:
    node = plan.nodes.get(title="見守り").public_id
    response = planner.post(f"{PLANS}policy/2022/fix/", {**data, "node": node, "revision": "1"})
    assert response.status_code == 302, text(response)
    outline = outline_of(plan)
    assert [outline.parts[i].title for i, _depth in outline.walk()] == titles
    page = text(planner.get(response.url))
    assert "元に戻す" in page
    planner.post(f"{PLANS}policy/2022/fix/", {"action": "undo", "node": "", "revision": "2"})
    assert plan.nodes.get(public_id=node).title == "見守り"


def test_a_part_keeps_the_owner_that_has_ended_when_its_words_are_corrected(
    ward: Ward, plan: Plan, planner: Client
) -> None:
    ward.sections.filter(key="welfare").update(valid_until="2023-04-01")
    node = plan.nodes.get(title="見守り")
    page = text(planner.get(f"{PLANS}policy/2022/?node={node.public_id}"))
    assert '<option value="welfare" selected>' in page
    planner.post(
        f"{PLANS}policy/2022/fix/",
        {"action": "edit", "node": node.public_id, "revision": "1", "kind": "measure", "title": "見守りの輪",
         "text": "地域で見守る。", "owner": "welfare"},
    )  # fmt: skip
    node.refresh_from_db()
    assert (node.title, node.owner.key) == ("見守りの輪", "welfare")


def test_a_part_of_a_district_plan_names_its_district(ward: Ward, plan: Plan, planner: Client) -> None:
    ward.districts.create(key="east", name="東地区", name_kana="ひがし", name_en="East")
    node = plan.nodes.get(title="体操")
    planner.post(
        f"{PLANS}policy/2022/fix/",
        {"action": "edit", "node": node.public_id, "revision": "1", "kind": "item", "title": "体操",
         "text": "体操。動画も配る。", "district": "east"},
    )  # fmt: skip
    node.refresh_from_db()
    assert node.district.name == "東地区"


def test_unpublished_changes_show_until_they_are_published(ward: Ward, plan: Plan, planner: Client) -> None:
    edition = publish(plan, stage="final", actor=PLANNER)
    assert "公表したとおりです" in text(planner.get(PLANS))
    node = plan.nodes.get(title="見守り").public_id
    planner.post(
        f"{PLANS}policy/2022/fix/",
        {"action": "edit", "node": node, "revision": "1", "kind": "measure", "title": "見守りの輪", "text": "地域で見守る。",
         "owner": "welfare"},
    )  # fmt: skip
    assert "未公表の変更があります" in text(planner.get(PLANS))
    difference = text(planner.get(f"{PLANS}compare/?from={edition.public_id}&to=working"))
    assert "見出しが変わった" in difference
    page = text(planner.get(f"{PLANS}policy/2022/publish/"))
    assert "前の版から変わったところ" in page
    planner.post(f"{PLANS}policy/2022/publish/", {"stage": "final", "revision": hidden(page, "revision")})
    assert Edition.objects.count() == 2
    assert "公表したとおりです" in text(planner.get(PLANS))


def test_a_stage_that_went_by_is_not_offered(ward: Ward, plan: Plan, planner: Client) -> None:
    publish(plan, stage="midyear", actor=PLANNER)
    page = text(planner.get(f"{PLANS}policy/2022/publish/"))
    assert 'value="midyear"' in page
    assert 'value="draft"' not in page
    refused = planner.post(f"{PLANS}policy/2022/publish/", {"stage": "draft", "revision": "1"})
    assert refused.status_code == 422


def test_the_words_of_the_plan_are_corrected_by_one_planner_at_a_time(
    ward: Ward, plan: Plan, planner: Client
) -> None:
    address = f"{PLANS}policy/2022/title/"
    assert planner.post(address, {"title": "新しい名前", "revision": "1"}).status_code == 302
    assert planner.post(address, {"title": "別の名前", "revision": "1"}).status_code == 422
    plan.refresh_from_db()
    assert plan.title == "新しい名前"


# Initiatives and years


def test_an_initiative_is_seen_changed_measured_and_followed(ward: Ward, plan: Plan, planner: Client) -> None:
    one = make_initiative(ward, "Y1", owner="welfare")
    join(plan.nodes.get(title="見守り"), one)
    publish(plan, stage="final", actor=PLANNER)
    indicators.define(ward, indicators.Spec("walks", "見守りの回数", "回", "typed"), actor=PLANNER)
    base = f"{PLANS}initiatives/{one.public_id}/"
    assert "取組Y1" in text(planner.get(f"{PLANS}initiatives/?q=Y1"))
    page = text(planner.get(base))
    assert "令和4年度" in page
    assert (
        planner.post(base, {"title": "見守りの輪", "owner": "planning", "summary": "説明"}).status_code == 302
    )
    assert planner.post(base, {"amounts": "令和4 予算 1,500,000円\n2021 決算 900000"}).status_code == 302
    assert planner.post(f"{base}indicators/", {"key": "walks", "weight": "2"}).status_code == 302
    one.refresh_from_db()
    assert (one.title, one.owner.key) == ("見守りの輪", "planning")
    assert set(one.budgets.values_list("fiscal_year", "kind", "amount_yen")) == {
        (2022, "budget", 1_500_000),
        (2021, "settlement", 900_000),
    }
    assert "見守りの回数" in text(planner.get(base))
    planner.post(f"{base}indicators/", {"detach": "walks"})
    assert not one.indicator_links.exists()
    assert planner.post(base, {"amounts": "去年 予算 たくさん"}).status_code == 422
    split = planner.post(
        f"{base}split/",
        {"year": "2023", "number": "2", "n0-row": "Y1a", "n0-title": "甲", "n0-owner": "planning",
         "n1-row": "Y1b", "n1-title": "乙", "n1-owner": "welfare"},
    )  # fmt: skip
    assert split.status_code == 302
    assert "Y1 → Y1a" in text(planner.get(base))
    assert planner.get(f"{base}explode/").status_code == 404


def test_initiatives_are_merged_from_the_list(ward: Ward, planner: Client) -> None:
    one, two = make_initiative(ward, "A"), make_initiative(ward, "B")
    address = f"{PLANS}initiatives/merge/"
    ids = [one.public_id, two.public_id]
    assert "後に続く取組" in text(planner.get(address, {"initiative": ids}))
    response = planner.post(
        address, {"initiative": ids, "year": "2023", "row": "AB", "title": "甲乙", "owner": "planning"}
    )
    assert response.status_code == 302
    assert Initiative.objects.get(row="AB").earlier.count() == 2
    assert "二つ以上" in text(planner.get(address, {"initiative": ids[:1]}))


def test_clerks_see_the_initiatives_of_their_section_only(ward: Ward) -> None:
    mine, theirs = make_initiative(ward, "A", owner="welfare"), make_initiative(ward, "B")
    client = client_for(ward, "welfare", "clerk")
    assert client.get(f"{PLANS}initiatives/{mine.public_id}/").status_code == 200
    assert client.get(f"{PLANS}initiatives/{theirs.public_id}/").status_code == 404
    assert client.post(f"{PLANS}initiatives/{mine.public_id}/", {"title": "x"}).status_code == 404


def test_the_new_year_is_prepared_from_its_checklist(ward: Ward, plan: Plan, planner: Client) -> None:
    address = f"{PLANS}new-year/2023/"
    page = text(planner.get(address))
    assert "令和5年度を迎える" in page
    assert planner.post(address, {"deed": "prepare"}).status_code == 302
    assert Plan.objects.filter(fiscal_year=2023).exists()
    assert planner.post(address, {"deed": "explode"}).status_code == 404
    administrator = client_for(ward, "planning", "administrator")
    assert administrator.get(address).status_code == 200
    assert administrator.post(address, {"deed": "prepare"}).status_code == 404


def test_the_year_to_prepare_is_found(ward: Ward, plan: Plan, planner: Client) -> None:
    assert planner.get(f"{PLANS}new-year/").status_code == 302


# Cost


@pytest.mark.parametrize(
    "address", ["policy/2022/", "", "policy/2022/publish/", "initiatives/", "new-year/2023/"]
)
def test_statements_do_not_grow_with_the_tree(ward: Ward, planner: Client, plan: Plan, address: str) -> None:
    def grow(first: int, last: int) -> None:
        nodes = Node.objects.bulk_create(
            Node(plan=plan, kind="measure", title=f"項目{n}", order=n + 10) for n in range(first, last)
        )
        initiatives = Initiative.objects.bulk_create(
            Initiative(ward=ward, row=f"Z{n}", title=f"取組{n}", first_year=2022,
                       owner=ward.sections.get(key="welfare")) for n in range(first, last)
        )  # fmt: skip
        Join.objects.bulk_create(
            Join(node=node, initiative=one, how="hand", state="certain")
            for node, one in zip(nodes, initiatives, strict=True)
        )

    def statements() -> list[str]:
        directory.forget()  # the ward itself is kept for two seconds
        with CaptureQueriesContext(connection) as captured:
            assert planner.get(PLANS + address).status_code == 200
        return [query["sql"] for query in captured]

    grow(0, 10)
    statements()
    small = statements()
    grow(10, 500)
    assert len(statements()) <= len(small)


def test_a_long_tree_comes_page_by_page(ward: Ward, planner: Client, plan: Plan) -> None:
    nodes = Node.objects.bulk_create(
        Node(plan=plan, kind="measure", title=f"項目{n}", order=n + 10) for n in range(400)
    )
    page = text(planner.get(f"{PLANS}policy/2022/"))
    assert page.count('class="k-bench__row"') == 150
    later = text(planner.get(f"{PLANS}policy/2022/?node={nodes[-1].public_id}"))
    assert f'id="t-{nodes[-1].public_id}"' in later
    found = text(planner.get(f"{PLANS}policy/2022/?q=項目39"))
    assert found.count('class="k-bench__row"') == 11
