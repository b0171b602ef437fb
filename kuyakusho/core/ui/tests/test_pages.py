"""The living style page and the skeletons: rendered in every variant, strict about what the CSP forbids."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from kuyakusho.core.http.pages import shelf
from kuyakusho.core.ui import checks, style
from kuyakusho.core.ui.theme import theme_of
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward

TEMPLATES = Path(__file__).parents[1] / "templates" / "ui"
OPENING = [{"weekday": "mon", "from": "09:00", "to": "17:00"}]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """No page and no ward of another test."""
    directory.forget()
    shelf.clear()


@pytest.fixture
def ward(db: None) -> Ward:
    return Ward.objects.create(
        slug="minato", official_code="000000", name="港区", name_kana="みなとく", name_en="Minato Ward", city="見本市",
        city_en="Sample City", style="yokohama", languages=["ja", "en", "ja-easy"], opening=OPENING,
        colours={"primary": "green-900", "on_primary": "white"},
        office={"name": "港区役所", "name_en": "Minato Ward Office", "phone": "045-000-0000", "address": "見本市港区1"},
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("variant", style.VARIANTS)
def test_the_style_page_shows_every_component(client: Client, variant: str) -> None:
    answer = client.get(style.addresses()[variant])
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]* src=)|javascript:", page)
    repeated = [name for name, times in Counter(re.findall(r'\sid="([^"]+)"', page)).items() if times > 1]
    assert repeated == []
    assert (page.count("<ruby>") > 100) == (variant in ("ja-kana", "ja-easy"))
    assert "{%" not in re.sub(r"<code.*?</code>", "", page, flags=re.S)


@pytest.mark.django_db
def test_english_shows_no_japanese_but_names_and_samples_of_it(client: Client) -> None:
    page = client.get("/style/en/").content.decode()
    page = re.sub(r"<code.*?</code>|<ruby.*?</ruby>", "", page, flags=re.S)
    page = re.sub(r'<(\w+)[^>]*lang="ja"[^>]*>.*?</\1>', "", page, flags=re.S)
    left = set(re.findall(r"[ぁ-ゖァ-ヺ一-鿿]+", re.sub(r"<[^>]+>", "", page)))
    assert left <= {"令和", "年", "月", "日"}  # the hint of the field for days


@pytest.mark.django_db
def test_another_variant_of_the_style_page_is_missing(client: Client) -> None:
    assert client.get("/style/zz/").status_code == 404


def test_every_component_has_a_line_on_how_to_use_it() -> None:
    manual = (Path(__file__).parents[4] / "docs/mechanisms/ui.md").read_text("utf-8")
    parts_of_others = {
        "base", "masthead", "mark", "languages", "furigana_switch", "footer", "desk_menu", "tree_level", "tree_row",
        "must", "errors", "faults", "field", "form", "training", "accessibility",
    }  # fmt: skip
    names = {path.stem for path in TEMPLATES.glob("*.html")} - parts_of_others
    assert sorted(name for name in names if f"`{name}`" not in manual) == []


def test_a_page_of_a_ward_has_its_head_in_order(client: Client, ward: Ward) -> None:
    page = client.get("/minato/en/accessibility/").content.decode()
    assert '<html lang="en">' in page
    assert "<title>Accessibility | Minato Ward Office, Sample City</title>" in page
    assert 'hreflang="ja" href="http://localhost:8000/minato/accessibility/"' in page
    assert 'hreflang="ja-x-easy" href="http://localhost:8000/minato/ja-easy/accessibility/"' in page
    assert 'rel="canonical" href="http://localhost:8000/minato/en/accessibility/"' in page
    assert f'href="/minato/theme.css?v={theme_of(ward.colours).digest}"' in page
    assert '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#115a36">' in page
    assert page.count("<h1") == 1
    assert "k-training" not in page


def test_a_training_ward_is_marked_on_every_page(client: Client, ward: Ward) -> None:
    Ward.objects.create(
        slug="training", official_code="1", name="港区", name_kana="", name_en="", city="", city_en="", style="yokohama",
        training_of=ward,
    )  # fmt: skip
    for address in ("/training/accessibility/", "/training/nowhere/"):
        assert "訓練モード" in client.get(address).content.decode()


def test_the_theme_is_kept_for_a_year_under_its_digest_only(client: Client, ward: Ward) -> None:
    theme = theme_of(ward.colours)
    answer = client.get("/minato/theme.css", {"v": theme.digest})
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert "--k-primary:#115a36" in answer.content.decode()
    assert "immutable" not in client.get("/minato/theme.css")["Cache-Control"]
    assert client.get("/minato/theme.css", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304


def test_colours_that_cannot_be_read_are_told_at_start(ward: Ward) -> None:
    assert checks.themes_are_legible(None, databases=["default"]) == []
    Ward.objects.filter(pk=ward.pk).update(colours={"primary": "yellow-300", "on_primary": "white"})
    (first, *_) = checks.themes_are_legible(None, databases=["default"])
    assert first.id == "ui.E001"
    assert "minato" in first.msg


def test_a_missing_page_says_what_to_do_next(client: Client, ward: Ward) -> None:
    answer = client.get("/minato/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "区のトップページからお探しください" in page
    assert "045-000-0000" in page


urlpatterns: list[object] = [path("", lambda request: None)]


@override_settings(ROOT_URLCONF=__name__)
def test_an_error_page_needs_neither_ward_nor_addresses() -> None:
    from django.template.loader import render_to_string

    request = RequestFactory().get("/x/")
    html = render_to_string("ui/error.html", {"error": {"sentence": "だめ", "status": 500}}, request=request)
    assert "<h1" in html
    assert "だめ" in html
