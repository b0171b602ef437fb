"""The pages of the desk, by HTTP: who sees what, and every correction by its form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import Edition, ImportReview, Initiative, Join, Node, Plan
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.engines.indicators import public as indicators

from .documents import OSAKA
from .factories import PLANNER, join, make_initiative, make_node, make_plan, make_staff, make_ward

PLANS = "/minato/desk/policy/"


def client_for(ward: Ward, section: str = "planning", *roles: str) -> Client:
    client = Client()
    client.force_login(make_staff(ward, section, *roles).account)
    return client


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


@pytest.fixture
def planner(ward: Ward) -> Client:
    return client_for(ward, "planning", "planner")


@pytest.fixture
def plan(ward: Ward) -> Plan:
    plan = make_plan(ward)
    pillar = make_node(plan, "柱", kind="pillar", code="1")
    make_node(plan, "見守り", pillar, text="地域で見守る。", owner=ward.sections.get(key="welfare"))
    make_node(plan, "体操", pillar, kind="item", text="体操。動画も配る。")
    return plan


def text(response: Any) -> str:
    return str(response.content.decode())


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def opened(planner: Client) -> ImportReview:
    response = planner.post(
        f"{PLANS}imports/new/",
        {
            "file": SimpleUploadedFile("方針.txt", OSAKA.encode()),
            "plan_kind": "policy",
            "plan_key": "policy",
        },
    )
    review = ImportReview.objects.get()
    assert response.url == f"{PLANS}imports/{review.public_id}/"
    return review


# Who sees what


@pytest.mark.parametrize(
    "address",
    ["", "imports/new/", "initiatives/", "initiatives/new/", "new-year/2023/", "compare/", "policy/2022/",
     "policy/2022/publish/", "policy/2022/editions/", "policy/2022/title/"],
)  # fmt: skip
def test_strangers_are_sent_to_the_sign_in_and_back(ward: Ward, plan: Plan, address: str) -> None:
    response = Client().get(PLANS + address)
    assert response.status_code == 302
    assert "next=" in response.url


@pytest.mark.parametrize("role", ["clerk", "chief"])
def test_a_section_sees_what_it_answers_for_and_changes_nothing(ward: Ward, plan: Plan, role: str) -> None:
    client = client_for(ward, "welfare", role)
    page = text(client.get(f"{PLANS}policy/2022/"))
    assert "見守り" in page
    assert "柱" in page
    assert "体操" not in page
    assert "<textarea" not in page
    for address in (
        "policy/2022/publish/",
        "policy/2022/title/",
        "imports/new/",
        "initiatives/new/",
        "new-year/2023/",
    ):
        assert client.get(PLANS + address).status_code == 404
    node = plan.nodes.get(title="見守り").public_id
    sent = client.post(f"{PLANS}policy/2022/fix/", {"action": "up", "node": node, "revision": "1"})
    assert sent.status_code == 404


def test_a_section_without_a_part_in_the_plan_does_not_see_it(ward: Ward, plan: Plan) -> None:
    client = client_for(ward, "planning", "clerk")
    assert client.get(f"{PLANS}policy/2022/").status_code == 404
    assert "2022年度の方針" not in text(client.get(PLANS))


def test_the_owner_of_an_initiative_sees_the_node_behind_which_it_lives(ward: Ward, plan: Plan) -> None:
    join(plan.nodes.get(title="体操"), make_initiative(ward, "Y1", owner="planning"))
    page = text(client_for(ward, "planning", "chief").get(f"{PLANS}policy/2022/"))
    assert "体操" in page
    assert "見守り" not in page


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_overseers_see_all_and_change_nothing(ward: Ward, plan: Plan, role: str) -> None:
    client = client_for(ward, "planning", role)
    assert "体操" in text(client.get(f"{PLANS}policy/2022/"))
    assert client.get(f"{PLANS}policy/2022/publish/").status_code == 404


def test_another_wards_things_are_missing(ward: Ward, plan: Plan, planner: Client) -> None:
    review = opened(planner)
    initiative = make_initiative(ward, "Y1")
    edition = publish(plan, stage="final", actor=PLANNER)
    other = make_ward("other")
    stranger = client_for(other, "planning", "planner")
    for address in (
        "policy/2022/", "policy/2022/publish/", f"imports/{review.public_id}/",
        f"imports/{review.public_id}/save/", f"initiatives/{initiative.public_id}/",
        f"compare/?from={edition.public_id}&to={edition.public_id}",
    ):  # fmt: skip
        assert stranger.get(f"/other/desk/policy/{address}").status_code == 404
    # A planner of one ward is nobody in the other.
    assert stranger.get(f"{PLANS}policy/2022/").status_code == 404


# The import


def test_upload_review_correct_save_publish(ward: Ward, planner: Client) -> None:
    make_initiative(
        ward,
        "O6",
        find=[{"code": "2-(1)-①-ア", "bullet": 1, "like": "待ち人数"}],
        find_year=2023,
        first_year=2023,
    )
    review = opened(planner)
    base = f"{PLANS}imports/{review.public_id}/"
    page = text(planner.get(base))
    assert "取込の確認" in page
    assert "回覧板と広報紙で" in page
    node = next(n["id"] for n in review.tree["nodes"] if n.get("title", "").startswith("回覧板"))
    assert f'id="t-{node}"' in page
    assert f'id="s-{node}"' in page
    chosen = text(planner.get(f"{base}?node={node}"))
    assert "<textarea" in chosen
    response = planner.post(
        f"{base}fix/", {"action": "merge", "node": node, "version": hidden(chosen, "version")}
    )
    assert response.status_code == 302
    assert "#t-" in response.url
    undone = planner.post(f"{base}fix/", {"action": "undo", "node": "", "version": "2"})
    assert undone.status_code == 302
    confirm = text(planner.get(f"{base}save/"))
    assert "作業中の体系" in confirm
    done = planner.post(
        f"{base}save/",
        {"version": hidden(confirm, "version"), "plan_revision": hidden(confirm, "plan_revision")},
    )
    assert done.url == f"{PLANS}policy/2023/"
    publishing = text(planner.get(f"{PLANS}policy/2023/publish/"))
    response = planner.post(
        f"{PLANS}policy/2023/publish/",
        {"stage": "final", "note": "", "revision": hidden(publishing, "revision")},
    )
    assert response.url == f"{PLANS}policy/2023/editions/"
    assert "第1版" in text(planner.get(response.url))
    assert Join.objects.get(initiative__row="O6").node.document.filename == "方針.txt"


def test_an_unreadable_upload_says_what_to_do(ward: Ward, planner: Client) -> None:
    response = planner.post(
        f"{PLANS}imports/new/",
        {"file": SimpleUploadedFile("a.pdf", b"no pdf"), "plan_kind": "policy", "plan_key": "policy"},
    )
    assert response.status_code == 422
    assert "保存し直してから" in text(response)
    assert not ImportReview.objects.exists()


@pytest.mark.parametrize("key", ["new-year", "方針", "imports"])
def test_a_plan_can_not_be_called_like_a_page_of_the_desk(ward: Ward, planner: Client, key: str) -> None:
    response = planner.post(
        f"{PLANS}imports/new/",
        {"file": SimpleUploadedFile("方針.txt", OSAKA.encode()), "plan_kind": "policy", "plan_key": key},
    )
    assert response.status_code == 422


def test_the_second_planner_keeps_what_was_typed(ward: Ward, planner: Client) -> None:
    review = opened(planner)
    node = review.tree["nodes"][3]["id"]
    form = {"action": "edit", "node": node, "version": "1", "kind": "action", "code": "", "text": "", "owner": "",
            "attached": "", "sdgs": ""}  # fmt: skip
    base = f"{PLANS}imports/{review.public_id}/fix/"
    assert planner.post(base, {**form, "title": "一人めの題"}).status_code == 302
    response = planner.post(base, {**form, "title": "二人めの題"})
    assert response.status_code == 409
    page = text(response)
    assert "二人めの題" in page
    assert "ほかの人が先に" in page
    assert hidden(page, "version") == "2"


def test_wrong_sdgs_are_told_beside_the_field(ward: Ward, planner: Client) -> None:
    review = opened(planner)
    node = review.tree["nodes"][3]["id"]
    response = planner.post(
        f"{PLANS}imports/{review.public_id}/fix/",
        {"action": "edit", "node": node, "version": "1", "kind": "action", "title": "題", "sdgs": "3, 18"},
    )
    assert response.status_code == 422
    assert "1から17まで" in text(response)


@pytest.mark.parametrize(
    "data", [{"action": "explode"}, {"action": "split", "at": "x"}, {"action": "up", "version": "many"},
             {"action": "insert", "kind": "chapter", "title": "x"}, {}],
)  # fmt: skip
def test_forms_that_are_not_ours_are_refused_kindly(
    ward: Ward, planner: Client, data: dict[str, str]
) -> None:
    review = opened(planner)
    node = review.tree["nodes"][0]["id"]
    response = planner.post(f"{PLANS}imports/{review.public_id}/fix/", {"node": node, **data})
    assert response.status_code in (404, 422)
    assert ImportReview.objects.get().version == 1


def test_an_import_can_be_aimed_anew_and_put_aside(ward: Ward, planner: Client) -> None:
    review = opened(planner)
    whole = f"{PLANS}imports/{review.public_id}/whole/"
    planner.post(
        whole, {"version": "1", "plan_kind": "area-plan", "plan_key": "area-plan", "fiscal_year": "令和6"}
    )
    review.refresh_from_db()
    assert (review.plan_key, review.fiscal_year) == ("area-plan", 2024)
    planner.post(whole, {"version": "2", "action": "abandon"})
    review.refresh_from_db()
    assert review.state == "abandoned"
    assert "やめてあります" in text(planner.get(f"{PLANS}imports/{review.public_id}/"))


def test_joins_are_decided_by_their_buttons(ward: Ward, planner: Client) -> None:
    make_initiative(ward, "X1", first_year=2023)
    review = opened(planner)
    node = review.tree["nodes"][5]["id"]
    fix = f"{PLANS}imports/{review.public_id}/fix/"
    planner.post(fix, {"action": "confirm", "node": node, "row": "X1", "version": "1"})
    planner.post(fix, {"action": "reject", "node": node, "row": "X1", "version": "2"})
    review.refresh_from_db()
    assert [(j["row"], j["state"]) for j in review.joins if j["node"] == node] == [("X1", "rejected")]
    lonely = text(planner.get(f"{PLANS}imports/{review.public_id}/?show=rows"))
    assert "取組X1" in lonely


def test_a_script_in_a_document_is_shown_as_text(ward: Ward, planner: Client) -> None:
    planner.post(
        f"{PLANS}imports/new/",
        {
            "file": SimpleUploadedFile(
                "方針.txt", OSAKA.replace("回覧板", "<script>alert(1)</script>").encode()
            ),
            "plan_kind": "policy",
            "plan_key": "policy",
        },
    )
    review = ImportReview.objects.get()
    assert "<script>alert" not in text(planner.get(f"{PLANS}imports/{review.public_id}/"))


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
    from kuyakusho.domains.policy.queries.outlines import outline_of

    node = plan.nodes.get(title="見守り").public_id
    response = planner.post(f"{PLANS}policy/2022/fix/", {**data, "node": node, "revision": "1"})
    assert response.status_code == 302, text(response)
    outline = outline_of(plan)
    assert [outline.parts[i].title for i, _depth in outline.walk()] == titles
    page = text(planner.get(response.url))
    assert "元に戻す" in page
    planner.post(f"{PLANS}policy/2022/fix/", {"action": "undo", "node": "", "revision": "2"})
    assert plan.nodes.get(public_id=node).title == "見守り"


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
