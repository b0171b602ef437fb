"""Readings from dictionary, calendar and analyser; what is stored, corrected and forgotten."""

from __future__ import annotations

import pytest

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.errors import Invalid, Missing
from kuyakusho.core.text import readings, services
from kuyakusho.core.text.models import AnnotatedText, Reading
from kuyakusho.core.text.readings import annotate, annotate_many
from kuyakusho.core.wards.models import Ward

pytestmark = pytest.mark.django_db
CLERK = Actor("staff", "abc123")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    readings.forget()


def ward_called(slug: str) -> Ward:
    return Ward.objects.create(
        slug=slug,
        official_code="1",
        name="西区",
        name_kana="にしく",
        name_en="Nishi",
        city="",
        city_en="",
        style="yokohama",
    )


def reading(text: str, ward: Ward | None = None) -> str:
    return "".join(kana or surface for surface, kana in annotate(text, ward))


def test_the_analyser_reads_ordinary_words() -> None:
    assert annotate("届け出の窓口", None) == [
        ("届", "とど"),
        ("け", ""),
        ("出", "で"),
        ("の", ""),
        ("窓口", "まどぐち"),
    ]
    assert annotate("かな only", None) == [("かな only", "")]
    assert annotate("", None) == []


def test_joined_the_pieces_are_the_text() -> None:
    text = "4月1日(土)に、西区役所の2階で〓〒①ＡＢ㈱の申し込みを受け付けます。\n“髙𠮷﨑”"
    assert "".join(surface for surface, _ in annotate(text, None)) == text


def test_a_ward_reads_its_own_places_its_own_way() -> None:
    here, there = ward_called("here"), ward_called("there")
    services.load_dictionary(ward=here, words={"浅間町": "せんげんちょう", "浅": "せん"}, actor=CLERK)
    assert reading("南浅間町の公園", here).startswith("みなみせんげんちょう")
    assert reading("浅間町", there) == "あさままち"
    assert reading("浅い川", here) == "あさいかわ", "one character counts only where it is a word"


def test_a_correction_is_seen_at_once_also_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = ward_called("w")
    before = reading("浅間町", ward)
    services.prepare(ward=ward, texts=["浅間町"])
    monkeypatch.setattr(readings, "forget", lambda: None)  # as in a process that nobody told
    services.correct(ward=ward, surface="浅間町", reading="センゲンチョウ", actor=CLERK)
    assert before == "あさままち"
    assert reading("浅間町", ward) == "せんげんちょう"


def test_a_correction_changes_pages_and_leaves_a_line() -> None:
    ward = ward_called("w")
    row = services.correct(ward=ward, surface="浅間町", reading="せんげんちょう", actor=CLERK)
    ward.refresh_from_db()
    assert ward.revision == 2
    line = AuditLine.objects.get(ward=ward)
    assert (line.action, line.target) == ("text.reading.corrected", f"text.reading:{row.public_id}")
    services.load_dictionary(ward=ward, words={"浅間町": "あさままち", "戸部": "とべ"}, actor=CLERK)
    assert reading("浅間町", ward) == "せんげんちょう", "a pack never undoes what staff corrected"
    services.remove(ward=ward, public_id=row.public_id, actor=CLERK)
    assert reading("浅間町", ward) == "あさままち"
    with pytest.raises(Missing):
        services.remove(ward=ward, public_id=row.public_id, actor=CLERK)


def test_one_ward_cannot_remove_the_word_of_another() -> None:
    row = services.correct(ward=ward_called("a"), surface="浅間町", reading="せんげんちょう", actor=CLERK)
    with pytest.raises(Missing):
        services.remove(ward=ward_called("b"), public_id=row.public_id, actor=CLERK)


@pytest.mark.parametrize(
    ("surface", "kana", "field"),
    [("かな", "かな", "surface"), ("浅間町", "せんげん町", "reading"), ("浅間町", "", "reading")],
)
def test_what_is_no_reading_is_refused(surface: str, kana: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.correct(ward=ward_called("w"), surface=surface, reading=kana, actor=CLERK)
    assert set(refused.value.fields) == {field}
    assert not Reading.objects.exists()


def test_loading_the_same_dictionary_again_changes_nothing() -> None:
    ward = ward_called("w")
    assert services.load_dictionary(ward=ward, words={"戸部": "とべ"}, actor=CLERK) == 1
    assert services.load_dictionary(ward=ward, words={"戸部": "トベ"}, actor=CLERK) == 1
    assert AuditLine.objects.filter(action="text.dictionary.loaded").count() == 1


def test_prepared_texts_need_no_analyser_and_one_question(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    ward = ward_called("w")
    texts = ["戸籍の窓口", "防災訓練", "かな"]
    assert services.prepare(ward=ward, texts=texts) == 2
    assert services.prepare(ward=ward, texts=texts) == 0
    readings.forget()

    def no_analyser() -> None:
        raise AssertionError("the analyser was asked")

    monkeypatch.setattr(readings, "_tokenizer", no_analyser)
    readings.dictionary_of(ward)
    with django_assert_num_queries(2):  # has the dictionary changed?, the texts
        found = annotate_many(texts, ward)
    assert [part for part in found[0] if part[1]] == [("戸籍", "こせき"), ("窓口", "まどぐち")]
    with django_assert_num_queries(1):
        annotate_many(texts, ward)


def test_a_new_dictionary_makes_stored_texts_worthless() -> None:
    ward = ward_called("w")
    services.prepare(ward=ward, texts=["浅間町の公園"])
    services.correct(ward=ward, surface="浅間町", reading="せんげんちょう", actor=CLERK)
    assert not AnnotatedText.objects.filter(ward=ward).exists()
