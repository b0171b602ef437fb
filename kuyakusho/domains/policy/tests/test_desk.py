"""The pages of the desk, by HTTP: who sees what, and every correction by its form."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import ImportReview, Join, Plan
from kuyakusho.domains.policy.services.publishing import publish

from .browsing import PLANS, client_for, hidden, small_plan, text
from .documents import OSAKA
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
