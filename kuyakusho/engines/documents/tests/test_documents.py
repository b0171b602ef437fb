"""PDFs that anybody can read: tagged, in Japanese, and not stopped by a rare character."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from kuyakusho.engines.documents import coverage, fonts, rules
from kuyakusho.engines.documents.public import TemplateFailed, render, render_pdf

LETTER = """
#letter(number: data.number, day: data.day, to: data.to, from: data.from, subject: data.subject,
  particulars: data.particulars, contact: data.contact, lines(data.text))
"""
DATA = {
    "number": "西区政第123号",
    "day": "令和5年4月1日",
    "to": ["髙橋　陽向　様"],
    "from": ["横浜市西区長"],
    "subject": "お知らせ",
    "text": "一つめの段落です。\n二つめの段落です。",
    "particulars": [["日時", "令和5年5月1日"], ["場所", "西区役所"]],
    "contact": ["区政推進課"],
}


@pytest.fixture
def template(tmp_path: Path):
    def make(text: str = LETTER) -> Path:
        path = tmp_path / "letter.typ"
        path.write_text(text, "utf-8")
        return path

    return make


def text_of(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def kinds_of(node) -> set[str]:
    """The kinds of tags below a node of the structure."""
    node = node.get_object()
    if isinstance(node, list):
        return set().union(*(kinds_of(kid) for kid in node))
    if not isinstance(node, dict):
        return set()
    own = {node["/S"]} if "/S" in node else set()
    return own | (kinds_of(node["/K"]) if "/K" in node else set())


def test_a_letter_is_tagged_named_and_in_its_language(template):
    body = render_pdf(template(), DATA, title="お知らせ（西区）", lang="ja", author="西区役所")
    reader = PdfReader(io.BytesIO(body))
    catalogue = reader.trailer["/Root"]
    assert "/StructTreeRoot" in catalogue
    assert bool(catalogue["/MarkInfo"]["/Marked"])
    assert catalogue["/Lang"].lower().startswith("ja")
    assert reader.metadata.title == "お知らせ（西区）"
    assert bool(catalogue["/ViewerPreferences"]["/DisplayDocTitle"])
    assert {"/P", "/H1", "/TR"} <= kinds_of(catalogue["/StructTreeRoot"])


def test_the_text_can_be_taken_out_again(template):
    text = text_of(render_pdf(template(), DATA, title="お知らせ"))
    for piece in (
        "西区政第123号",
        "髙橋",
        "一つめの段落です。",
        "二つめの段落です。",
        "令和5年5月1日",
        "区政推進課",
    ):
        assert piece in text


@pytest.mark.parametrize("lang", ["ja", "en", "zh-Hans", "pt", "ne"])
def test_every_language_of_ours(template, lang):
    reader = PdfReader(io.BytesIO(render_pdf(template(), DATA, title="x", lang=lang)))
    assert reader.trailer["/Root"]["/Lang"].lower().startswith(lang.split("-")[0])


def test_a_rare_character_stops_nothing(template):
    done = render(template(), {**DATA, "to": ["山田😀様"]}, title="お知らせ")
    text = text_of(done.body)
    assert done.missing == ("😀",)
    assert "山田〓様" in text
    assert "U+1F600" in text


@pytest.mark.parametrize("name", ["髙島", "𠮷野", "葛\U000e0100城", "葛\U000e0103城", "邉\ufe00", "濵﨑"])
def test_names_with_rare_forms_are_set(template, name):
    done = render(template(), {**DATA, "to": [name]}, title=name)
    assert done.missing == ()
    assert name[0] in text_of(done.body)


@pytest.mark.parametrize(
    "text", ["#panic()", "$x^2$", "*太字*", '\\ #read("/etc/passwd")', "= 見出し", "<a> @b `c`"]
)
def test_what_people_type_is_never_a_command(template, text):
    body = render_pdf(template(), {**DATA, "text": text}, title=text)
    assert text.split()[0][:2].strip("\\") in text_of(body)


def test_a_fault_of_the_template_is_named(template):
    with pytest.raises(TemplateFailed, match=r"letter\.typ"):
        render_pdf(template("#nothing()"), {}, title="x")


def test_a_template_reads_no_file_outside_its_folder(template):
    with pytest.raises(TemplateFailed):
        render_pdf(template('#read("/etc/hostname")'), {}, title="x")
    with pytest.raises(TemplateFailed):
        render_pdf(template('#read("../../outside")'), {}, title="x")


def test_an_empty_title_has_a_stand_in(template):
    assert PdfReader(io.BytesIO(render_pdf(template(), DATA, title=""))).metadata.title


class TestDrawable:
    def has(self, code_point: int) -> bool:
        return code_point < 0x10000

    def test_replaced_and_reported(self):
        missing: set[str] = set()
        assert rules.drawable("a😀b", self.has, missing) == "a〓b"
        assert rules.named(missing) == ["U+1F600"]

    def test_selectors_follow_their_character(self):
        missing: set[str] = set()
        assert rules.drawable("葛\U000e0100", self.has, missing) == "葛\U000e0100"
        assert rules.drawable("😀\ufe0f\U000e0100", self.has, missing) == "〓"
        assert rules.drawable("\ufe0fa", self.has, missing) == "a"

    def test_inside_lists_and_mappings(self):
        missing: set[str] = set()
        data = {"a": ["😀", 1, None, {"b": ("x\0y", True)}]}
        assert rules.drawable_data(data, self.has, missing) == {"a": ["〓", 1, None, {"b": ["xy", True]}]}

    @given(st.text())
    def test_afterwards_everything_can_be_drawn(self, text):
        missing: set[str] = set()
        done = rules.drawable(text, self.has, missing)
        again: set[str] = set()
        assert rules.drawable(done, self.has, again) == done
        assert again == set()


class TestCoverage:
    def test_of_the_fonts_in_use(self):
        characters = fonts.available().characters
        for character in "あ漢髙𠮷﨑濵A〓①":
            assert characters.has(ord(character)), character
        assert not characters.has(0x1F600)
        assert not characters.has(0x10FFFD)

    @given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)).map(lambda p: (p[0], p[0] + p[1]))))
    def test_ranges_are_joined_without_loss(self, ranges):
        joined = coverage.of_ranges(ranges)
        for code_point in range(75):
            assert joined.has(code_point) == any(start <= code_point <= end for start, end in ranges)
        assert all(e + 1 < s for e, s in zip(joined.ends, joined.starts[1:], strict=False))

    def test_no_font(self, tmp_path):
        path = tmp_path / "x.ttf"
        path.write_bytes(b"not a font")
        with pytest.raises(ValueError, match="no font"):
            coverage.of_font(path)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_any_text_becomes_a_document(text):
    """No text whatever stops a letter."""
    path = Path(__file__).with_name("any_text.typ")
    assert render_pdf(path, {"text": text}, title=text).startswith(b"%PDF")
