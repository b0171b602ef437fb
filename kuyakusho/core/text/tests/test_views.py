"""The page of readings: for staff of the ward, and for nobody else."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.text import readings
from kuyakusho.core.text.models import Reading
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Section, Ward

pytestmark = pytest.mark.django_db


def a_ward(slug: str) -> Ward:
    return Ward.objects.create(
        slug=slug, official_code="1", name="西区", name_kana="にしく", name_en="Nishi Ward", city="横浜市",
        city_en="Yokohama", style="yokohama", languages=["ja", "en"],
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """No ward and no reading of another test."""
    directory.forget()
    readings.forget()


@pytest.fixture
def ward() -> Ward:
    return a_ward("nishi")


@pytest.fixture
def clerk(ward: Ward) -> Client:
    section = Section.objects.create(
        ward=ward,
        key="records",
        name="戸籍課",
        name_kana="か",
        name_en="Records",
        valid_from=date(2020, 4, 1),
    )
    account = Account.objects.create_user("clerk@ward.example.jp", name="青木")
    member = StaffMember.objects.create(ward=ward, account=account)
    Posting.objects.create(member=member, section=section, roles=["clerk"], valid_from=date(2020, 4, 1))
    client = Client()
    client.force_login(account)
    return client


def test_a_reading_is_corrected_and_every_page_follows(clerk: Client, ward: Ward) -> None:
    assert ">あさま<" in clerk.get("/nishi/desk/readings/", {"try": "浅間町"}).content.decode()
    answer = clerk.post(
        "/nishi/desk/readings/", {"surface": "浅間町", "reading": "センゲンチョウ"}, follow=True
    )
    page = answer.content.decode()
    assert "読みを保存しました。" in page
    assert "せんげんちょう" in page
    assert "せんげんちょう" in clerk.get("/nishi/desk/readings/", {"try": "浅間町"}).content.decode()


def test_what_is_no_reading_comes_back_with_what_was_typed(clerk: Client) -> None:
    answer = clerk.post("/nishi/desk/readings/", {"surface": "浅間町", "reading": "せんげん町"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "読みは、ひらがなで入れてください。" in page
    assert 'value="せんげん町"' in page
    assert "<title>入力の誤り：ふりがなの読み" in page


def test_a_word_is_removed_after_asking(clerk: Client, ward: Ward) -> None:
    clerk.post("/nishi/desk/readings/", {"surface": "浅間町", "reading": "せんげんちょう"})
    row = Reading.objects.get()
    address = f"/nishi/desk/readings/{row.public_id}/remove/"
    assert "「浅間町（せんげんちょう）」を消しますか" in clerk.get(address).content.decode()
    clerk.post(address)
    assert not Reading.objects.exists()
    assert clerk.get(address).status_code == 404


def test_words_are_found_and_pages_turned(clerk: Client, ward: Ward) -> None:
    from django.utils import timezone

    Reading.objects.bulk_create(
        Reading(ward=ward, surface=f"町{n}", reading="まち", source="pack", changed_at=timezone.now())
        for n in range(60)
    )
    page = clerk.get("/nishi/desk/readings/").content.decode()
    assert "60件のうち1–50件" in page
    assert "町7" in clerk.get("/nishi/desk/readings/", {"q": "町7"}).content.decode()
    assert "その言葉は辞書にありません" in clerk.get("/nishi/desk/readings/", {"q": "川"}).content.decode()


def test_nobody_else_sees_it(clerk: Client, ward: Ward) -> None:
    other = a_ward("higashi")
    row = Reading.objects.create(
        ward=other, surface="浅間町", reading="あさまちょう", source="pack", changed_at="2023-04-01T00:00Z"
    )
    assert Client().get("/nishi/desk/readings/").status_code == 302
    assert clerk.get("/higashi/desk/readings/").status_code == 404
    assert clerk.post(f"/nishi/desk/readings/{row.public_id}/remove/").status_code == 404
    assert Reading.objects.filter(pk=row.pk).exists()
