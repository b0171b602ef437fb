"""The public pages on a small plan, and on the ward's own pack."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.http.pages import shelf as kept_pages
from kuyakusho.core.search.queries import search
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.addresses import ward_address
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.domains.policy.models import Edition, Initiative, Join, Node, Plan
from kuyakusho.domains.policy.public import shelf
from kuyakusho.domains.policy.services.publishing import publish

PLANNER = Actor("staff", "planner")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    kept_pages.clear()
    directory.forget()
    shelf.forget()


@pytest.fixture
def ward(db: None) -> Ward:
    ward = Ward.objects.create(
        slug="mihon", official_code="000000", name="見本区", name_kana="みほんく", name_en="Mihon Ward",
        city="見本市", city_en="Mihon", style="osaka", languages=["ja", "en"],
    )  # fmt: skip
    Section.objects.create(
        ward=ward,
        key="planning",
        name="企画課",
        name_kana="きかくか",
        name_en="Planning",
        valid_from="2020-04-01",
    )
    return ward


def plan_with(ward: Ward, measures: int = 2, items: int = 2) -> Plan:
    plan = Plan.objects.create(
        ward=ward, key="policy", kind="policy", fiscal_year=2023, title="方針", style="osaka"
    )
    owner = ward.sections.get()
    pillar = Node.objects.create(
        plan=plan, kind="pillar", code="1", title="安全なまち", title_en="A safe town"
    )
    for m in range(measures):
        measure = Node.objects.create(
            plan=plan, parent=pillar, kind="measure", order=m, code=f"1-{m}", title=f"防災の取組{m}"
        )
        for i in range(items):
            item = Node.objects.create(
                plan=plan, parent=measure, kind="item", order=i, text=f"避難訓練を地域{m}と{i}回行う"
            )
            initiative = Initiative.objects.create(
                ward=ward, row=f"M{m}.{i}", title=f"訓練{m}.{i}", title_en=f"Drill {m}.{i}", owner=owner,
                first_year=2023, order=m * 100 + i,
            )  # fmt: skip
            Join.objects.create(node=item, initiative=initiative, how="hand", state="confirmed")
    publish(plan, stage="final", actor=PLANNER)
    return plan


def get(client: Client, ward: Ward, name: str, *args: object, variant: str = "ja") -> str:
    answer = client.get(ward_address(ward, name, *args, variant=variant))
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_tree_shows_every_part(client: Client, ward: Ward) -> None:
    plan_with(ward)
    page = get(client, ward, "policy:tree")
    for words in ("方針", "安全なまち", "防災の取組0", "防災の取組1", "1-1"):
        assert words in page


def test_a_part_shows_its_text_its_initiative_and_who_answers_for_it(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    item = Node.objects.filter(plan=plan, kind="item").first()
    page = get(client, ward, "policy:node", item.public_id)
    assert "訓練0.0" in page
    assert "企画課" in page
    assert "防災の取組0" in page  # the way there


def test_english_readers_get_english_and_japanese_says_that_it_is(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    item = Node.objects.filter(plan=plan, kind="item").first()
    page = get(client, ward, "policy:node", item.public_id, variant="en")
    assert "Drill 0.0" in page
    assert '<html lang="en"' in page


def test_the_working_tree_does_not_show_until_it_is_published(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    Node.objects.filter(plan=plan, kind="pillar").update(title="書きかけ")
    kept_pages.clear()
    assert "書きかけ" not in get(client, ward, "policy:tree")
    publish(plan, stage="final", actor=PLANNER)
    assert "書きかけ" in get(client, ward, "policy:tree")


def test_an_edition_keeps_its_address_its_words_and_its_hash(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    first = Edition.objects.get()
    Node.objects.filter(plan=plan, kind="pillar").update(title="新しい柱")
    publish(plan, stage="final", actor=PLANNER)
    page = get(client, ward, "policy:edition", first.public_id)
    assert "安全なまち" in page
    assert "新しい柱" not in page
    data = client.get(ward_address(ward, "policy:edition-content", first.public_id))
    assert hashlib.sha256(data.content).hexdigest() == first.digest
    assert first.digest in page


def test_what_is_published_is_found_and_what_is_taken_out_is_not(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    assert len(search(ward, "避難訓練").hits) == 4
    assert search(ward, "Drill", language="en").hits
    Node.objects.filter(plan=plan, title="防災の取組1").delete()
    publish(plan, stage="final", actor=PLANNER)
    assert len(search(ward, "避難訓練").hits) == 2
    page = client.get(ward_address(ward, "policy:search"), {"q": "訓練"}).content.decode()
    assert "<mark>訓練</mark>" in page
    item = Node.objects.filter(plan=plan, kind="item").first()
    assert f'href="/mihon/policy/parts/{item.public_id}/"' in page


def test_a_query_that_finds_nothing_says_what_to_do(client: Client, ward: Ward) -> None:
    plan_with(ward)
    page = client.get(ward_address(ward, "policy:search"), {"q": "<script>"}).content.decode()
    assert "見つかりませんでした" in page
    assert "<script>」" not in page


@pytest.mark.parametrize("name", ["policy:node", "policy:row", "policy:edition", "policy:section"])
def test_what_is_not_there_is_missing(client: Client, ward: Ward, name: str) -> None:
    plan_with(ward)
    assert client.get(ward_address(ward, name, "nowhere")).status_code == 404


def test_another_wards_part_is_missing(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    other = Ward.objects.create(
        slug="yoso", official_code="1", name="よそ区", name_kana="よそ", name_en="Y", style="osaka"
    )
    item = Node.objects.filter(plan=plan, kind="item").first()
    assert client.get(ward_address(other, "policy:node", item.public_id)).status_code == 404
    assert (
        client.get(ward_address(other, "policy:edition", Edition.objects.get().public_id)).status_code == 404
    )


def statements(client: Client, address: str) -> int:
    kept_pages.clear()
    shelf.forget()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_number_of_statements_does_not_grow_with_the_tree(client: Client, ward: Ward) -> None:
    small = plan_with(ward, measures=1, items=1)
    node = Node.objects.filter(plan=small, kind="pillar").first()
    addresses = [ward_address(ward, "policy:tree"), ward_address(ward, "policy:node", node.public_id)]
    before = [statements(client, address) for address in addresses]
    Initiative.objects.all().delete()
    small.delete()
    large = plan_with(ward, measures=10, items=20)
    node = Node.objects.filter(plan=large, kind="pillar").first()
    addresses[1] = ward_address(ward, "policy:node", node.public_id)
    assert [statements(client, address) for address in addresses] == before


def test_a_kept_page_is_answered_with_304_and_made_anew_after_a_change(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    address = ward_address(ward, "policy:tree")
    first = client.get(address)
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    Node.objects.filter(plan=plan, kind="pillar").update(title="新しい柱")
    publish(plan, stage="final", actor=PLANNER)
    again = client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 200
    assert not again.cookies


def test_the_room_has_a_page_for_every_address() -> None:
    templates = Path(__file__).parents[2] / "templates/policy/public"
    assert {p.stem for p in templates.glob("*.html")} >= {
        "tree",
        "node",
        "row",
        "section",
        "plans",
        "search",
        "edition",
    }


def test_what_changed_between_two_editions(client: Client, ward: Ward) -> None:
    plan = plan_with(ward)
    Node.objects.filter(plan=plan, kind="pillar").update(title="安全で安心なまち")
    Node.objects.filter(plan=plan, title="防災の取組1").delete()
    publish(plan, stage="midyear", actor=PLANNER)
    first, second = Edition.objects.order_by("number")
    page = get(client, ward, "policy:changes", first.public_id, second.public_id)
    assert "名前が変わった 1" in page
    assert "なくなった 3" in page
    assert "<ins>" in page
    again = get(client, ward, "policy:changes", second.public_id, second.public_id)
    assert "違いはありません" in again


def test_two_wards_side_by_side(client: Client, ward: Ward) -> None:
    plan_with(ward)
    other = Ward.objects.create(
        slug="yoso",
        official_code="1",
        name="よそ区",
        name_kana="よそ",
        name_en="Y",
        city="よそ市",
        style="osaka",
    )
    Section.objects.create(
        ward=other, key="x", name="課", name_kana="か", name_en="x", valid_from="2020-04-01"
    )
    plan_with(other)
    one, two = (Edition.objects.get(plan__ward=w).public_id for w in (ward, other))
    address = ward_address(ward, "policy:compare")
    assert "見くらべる" in client.get(address).content.decode()
    page = client.get(address, {"left": one, "right": two}).content.decode()
    assert "7の項目が対応しました" in page
    assert "/yoso/policy/parts/" in page
    assert client.get(address, {"left": one, "right": "nowhere"}).status_code == 404
