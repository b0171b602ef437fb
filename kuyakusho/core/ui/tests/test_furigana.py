"""Readings over a whole page: only over text that the reader reads as Japanese, and nothing is lost."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.ui import furigana
from kuyakusho.core.ui.furigana import annotate_page


@pytest.fixture(autouse=True)
def _no_analyser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kanji reads かな: the walk over the page is what is tested here."""

    def annotate_many(texts: list[str], ward: object) -> list[list[tuple[str, str]]]:
        return [
            [(p, "かな" if re.match("[一-鿿]", p) else "") for p in re.split("([一-鿿]+)", t) if p]
            for t in texts
        ]

    monkeypatch.setattr(furigana, "annotate_many", annotate_many)


def plain(page: str) -> str:
    return re.sub("<ruby>(.*?)<rp>.*?</ruby>", r"\1", page)


def test_text_gets_readings_and_the_rest_stays() -> None:
    page = '<p class="漢字">引越し&amp;届</p><img alt="写真"><br><p lang="en">漢字</p><p>後</p>'
    done = annotate_page(page, None)
    assert done.count("<ruby>") == 3
    assert plain(done) == page
    assert "<ruby>引越<rp>（</rp><rt>かな</rt><rp>）</rp></ruby>し&amp;<ruby>届" in done


@pytest.mark.parametrize(
    "quiet",
    [
        "<title>漢字</title>", "<script>漢字</script>", "<textarea>漢字</textarea>", "<option>漢字</option>",
        "<ruby>漢字<rt>かんじ</rt></ruby>", "<svg><text>漢字</text></svg>", '<span data-ruby="off">漢字</span>',
        '<div lang="zh-Hans"><p>漢字</p></div>', "<!-- 漢字 > -->", "<pre><code>漢字</code></pre>",
    ],
)  # fmt: skip
def test_some_places_are_left_alone(quiet: str) -> None:
    done = annotate_page(f"{quiet}<p>本文</p>", None)
    assert done.startswith(quiet)
    assert done.count("<ruby>") - quiet.count("<ruby>") == 1, "and what follows is annotated again"


def test_japanese_inside_another_language_is_left_to_its_element() -> None:
    assert "<ruby>" not in annotate_page('<p lang="en">a <span lang="ja">漢字</span></p>', None)


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<b>", "</b>", "漢字", "かな", "a", " ", "&lt;", "<br>", "</i>"]),
        max_size=30,
    )
)
def test_no_page_loses_anything(pieces: list[str]) -> None:
    page = "".join(pieces)
    assert html.unescape(plain(annotate_page(page, None))) == html.unescape(page)
