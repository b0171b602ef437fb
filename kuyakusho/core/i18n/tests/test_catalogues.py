"""Catalogues: everything is found, English lacks nothing, compiled languages fall back on it."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from django.utils import translation

from kuyakusho.core.i18n import catalogues
from kuyakusho.core.i18n.catalogues import Text


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with one room of its own and one file that belongs to no room."""
    package = tmp_path / "kuyakusho"
    room = package / "domains" / "lending"
    (room / "templates" / "lending").mkdir(parents=True)
    (package / "core").mkdir()
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "PACKAGE", package)
    monkeypatch.setattr(catalogues, "SHARED", tmp_path / "locale")
    (room / "apps.py").write_text("")
    (room / "views.py").write_text(
        'from x import gettext as _, ngettext, pgettext\n_("貸し出し")\n_("とても"\n  "長い文")\n'
        'ngettext("%(n)s台", "%(n)s台", 2)\npgettext("月", "今月")\n_(name)\n'
    )
    (room / "templates" / "lending" / "list.html").write_text(
        "{% load i18n %}<p>It's</p>{% translate '返却' %}{% include 'a' with label=_(\"借りる\") %}"
        "{% blocktranslate with day=x|era count number=n %}{{ day }}に1台{% plural %}{{ day }}に{{ number }}台{% endblocktranslate %}"
    )
    (package / "core" / "errors.py").write_text('_("ありません")')
    return tmp_path


def test_every_text_is_found_in_its_room(house: Path) -> None:
    found = catalogues.collect()
    room = house / "kuyakusho/domains/lending"
    assert {(t.singular, t.plural, t.context) for t in found[room]} == {
        ("貸し出し", "", ""), ("とても長い文", "", ""), ("%(n)s台", "%(n)s台", ""), ("今月", "", "月"),
        ("返却", "", ""), ("借りる", "", ""), ("%(day)sに1台", "%(day)sに%(number)s台", ""),
    }  # fmt: skip
    assert found[house] == [Text("ありません", file="kuyakusho/core/errors.py")]


def test_an_f_string_is_told_apart(house: Path) -> None:
    (house / "kuyakusho/core/errors.py").write_text('_(f"{n}台")')
    with pytest.raises(SyntaxError, match="f-string"):
        catalogues.collect()


def fill(path: Path, locale: str, text: str, string: str) -> None:
    catalogue = catalogues.read(path, locale)
    catalogue.get(text).string = string
    catalogues._write(path, catalogue, locale)


def test_updating_keeps_what_was_translated_and_is_quiet_when_nothing_changed(house: Path) -> None:
    changed = catalogues.update(["ko"])
    assert len(changed) == 4
    assert catalogues.update() == []
    english = catalogues.path_of(house / "kuyakusho/domains/lending", "en")
    fill(english, "en", "返却", "Return")
    (house / "kuyakusho/core/errors.py").write_text('_("返却")')
    (house / "kuyakusho/domains/lending/views.py").write_text('_("新しい")')
    catalogues.update()
    assert catalogues.read(english, "en").get("返却").string == "Return"
    assert catalogues.read(english, "en").get("貸し出し") is None
    shared = catalogues.read(catalogues.path_of(house, "en"), "en")
    assert shared.get("返却").string == "Return", "a text that moves keeps its translation"


def test_what_english_lacks_is_told_and_so_are_wrong_places(house: Path) -> None:
    catalogues.update()
    assert any("no en for “返却”" in fault for fault in catalogues.faults())
    english = catalogues.path_of(house / "kuyakusho/domains/lending", "en")
    fill(english, "en", "返却", "Return %(when)s")
    assert any("names a value" in fault for fault in catalogues.faults())


def test_another_language_falls_back_on_english(house: Path) -> None:
    catalogues.update(["ko"])
    room = house / "kuyakusho/domains/lending"
    fill(catalogues.path_of(room, "en"), "en", "返却", "Return")
    fill(catalogues.path_of(room, "en"), "en", "借りる", "Borrow")
    fill(catalogues.path_of(room, "ko"), "ko", "返却", "반납")
    assert catalogues.compile_all() > 0
    assert catalogues.compile_all() == 0

    def said(locale: str, text: str) -> str:
        return gettext.translation("django", room / "locale", [locale]).gettext(text)

    assert (said("ko", "返却"), said("ko", "借りる")) == ("반납", "Borrow")
    assert said("vi", "返却") == "Return", "also where the language has no catalogue in the room"


def test_japanese_needs_only_what_is_not_japanese_at_the_source() -> None:
    catalogue = catalogues.read(catalogues.path_of(catalogues.PACKAGE / "core/ui", "ja"), "ja")
    assert catalogue.get("This field is required.").string == "入力してください。"
    assert catalogue.get("さがす") is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", "さがす"),
        ("ja-easy", "さがす"),
        ("en", "Search"),
        ("zh-hans", "搜索"),
        ("ko", "검색"),
        ("pt", "Pesquisar"),
    ],
)
def test_the_running_product_speaks_it(language: str, expected: str) -> None:
    with translation.override(language):
        assert translation.gettext("さがす") == expected


def test_plain_japanese_is_a_language_of_its_own() -> None:
    with translation.override("ja-easy"):
        assert translation.gettext("未達成") == "まだ できて いません"
        assert translation.gettext("管理") == "管理", "what has no plain wording is said as usual"


def test_every_text_of_the_product_has_its_english() -> None:
    assert catalogues.faults() == []
