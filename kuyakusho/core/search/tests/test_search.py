"""The hits are those of a substring scan, for every query; and the index keeps up with changes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuyakusho.core.search.bigrams import fold, phrase, terms, tokens
from kuyakusho.core.search.queries import matching, search
from kuyakusho.core.search.services import Findable, index, remove, remove_kind
from kuyakusho.core.wards.models import Ward

TEXT = st.text(alphabet="予約申請保険年金西区アあｱA1-・「 \"'*(髙𠮷が゛", max_size=12)


@pytest.fixture
def ward(db: None) -> Ward:
    return Ward.objects.create(
        slug="mihon",
        official_code="000000",
        name="見本区",
        name_kana="みほんく",
        name_en="Mihon",
        style="osaka",
    )


def thing(reference: str, title: str, body: str = "", kind: str = "node") -> Findable:
    return Findable(kind, reference, title, body, f"/policy/{reference}/")


def scan(things: list[Findable], query: str) -> set[str]:
    wanted = terms(query)
    return {
        t.reference
        for t in things
        if wanted and all(term in fold(t.title) or term in fold(t.body) for term in wanted)
    }


def references(ward: Ward, query: str) -> set[str]:
    return {hit.path.split("/")[2] for hit in search(ward, query, size=1000).hits}


def test_two_character_words_are_found(ward: Ward) -> None:
    index(ward, [thing("a", "来庁予約", "窓口の予約ができます"), thing("b", "年金", "国民年金の申請")])
    assert references(ward, "予約") == {"a"}
    assert references(ward, "申請") == {"b"}
    assert references(ward, "金") == {"b"}


def test_titles_come_before_bodies_and_newer_before_older(ward: Ward) -> None:
    index(ward, [thing("old", "防災"), thing("body", "訓練", "防災の訓練"), thing("new", "防災講座")])
    assert [hit.path for hit in search(ward, "防災").hits] == [
        "/policy/new/",
        "/policy/old/",
        "/policy/body/",
    ]


def test_width_case_and_kana_do_not_matter(ward: Ward) -> None:
    index(ward, [thing("a", "スマホ教室", "ＩＣＴを学ぶ")])
    for query in ("すまほ", "ｽﾏﾎ", "ict", "ＩＣＴ"):
        assert references(ward, query) == {"a"}, query


def test_a_line_break_of_the_layout_does_not_hide_a_word(ward: Ward) -> None:
    index(ward, [thing("a", "題", "地域のつな\n がりを支える")])
    assert references(ward, "つながり") == {"a"}


def test_other_wards_and_languages_stay_apart(ward: Ward) -> None:
    other = Ward.objects.create(
        slug="x", official_code="1", name="x", name_kana="x", name_en="x", style="osaka"
    )
    index(ward, [thing("a", "防災")])
    index(other, [thing("b", "防災")])
    assert references(ward, "防災") == {"a"}
    assert search(ward, "防災", language="en").hits == []


def test_replacing_and_removing(ward: Ward) -> None:
    index(ward, [thing("a", "防災"), thing("b", "防災", kind="news")])
    index(ward, [thing("a", "防犯")])
    assert references(ward, "防災") == {"b"}
    assert references(ward, "防犯") == {"a"}
    assert remove_kind(ward, "news") == 1
    assert remove(ward, ["a"]) == 1
    assert references(ward, "防犯") == set()


def test_pages_of_hits(ward: Ward) -> None:
    index(ward, [thing(f"n{i:02}", "防災") for i in range(45)])
    pages = [search(ward, "防災", page=p) for p in (1, 2, 3)]
    assert [len(p.hits) for p in pages] == [20, 20, 5]
    assert [p.more for p in pages] == [True, True, False]
    assert len({hit.path for p in pages for hit in p.hits}) == 45


def test_the_snippet_marks_the_word(ward: Ward) -> None:
    index(ward, [thing("a", "題", "あ" * 200 + "スマホ" + "い" * 200)])
    (hit,) = search(ward, "すまほ").hits
    assert ("スマホ", True) in hit.snippet


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=st.lists(st.tuples(TEXT, TEXT), max_size=8), query=TEXT)
def test_hits_are_those_of_a_substring_scan(ward: Ward, documents: list[tuple[str, str]], query: str) -> None:
    things = [thing(str(n), title, body) for n, (title, body) in enumerate(documents)]
    remove_kind(ward, "node")
    index(ward, things)
    assert references(ward, query) == scan(things, query)


@given(TEXT)
def test_a_phrase_can_not_break_out_of_its_quotes(text: str) -> None:
    for term in terms(text):
        assert phrase(term).count('"') == 2
    assert all(len(token) == 2 for token in tokens(fold(text)))


def test_a_hostile_query_finds_nothing(ward: Ward) -> None:
    index(ward, [thing("a", "防災")])
    for query in ('" OR title : "', "*", "title:防", "\0", "1jax", " ", "'; DROP TABLE x"):
        assert references(ward, query) == set()
    assert matching(ward.pk, terms("防災"), "ja", 5)
