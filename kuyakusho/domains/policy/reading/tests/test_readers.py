"""Readers: every format, every encoding, and files that must be refused."""

from __future__ import annotations

import io
import struct
import zipfile

import docx
import openpyxl
import pypdf
import pytest
import typst
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from kuyakusho.domains.policy.reading import MAX_BYTES, UnreadableDocument, parse, read_document
from kuyakusho.domains.policy.reading.readers import pages
from kuyakusho.domains.policy.reading.readers.automatic import written

from .samples import DOCUMENTS, as_docx, as_html, as_pdf, as_xlsx, count

LEAFLET = (DOCUMENTS / "leaflet-tuv.txt").read_text("utf-8")
#: Of characters that every Japanese encoding has.
PLAIN = LEAFLET.replace("〜", "")


def outline(policy):
    return [(n.kind, n.code, n.title) for n in policy.walk()]


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "name"),
        [
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("utf-16-le", "UTF-16"),
            ("utf-16-be", "UTF-16"),
            ("cp932", "Shift_JIS"),
            ("euc_jp", "EUC-JP"),
            ("iso2022_jp", "ISO-2022-JP"),
        ],
    )
    def test_each_is_told_by_its_bytes(self, encoding, name):
        source = read_document(PLAIN.encode(encoding), "policy.txt")
        assert source.encoding == name
        assert source.text == PLAIN
        assert source.losses == ()
        assert outline(parse(source)) == outline(parse(read_document(PLAIN.encode(), "policy.txt")))

    @pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16-le"])
    def test_a_file_cut_in_a_character_keeps_the_rest(self, encoding):
        data = PLAIN.encode(encoding)
        for cut in range(len(data) - 7, len(data)):
            source = read_document(data[:cut], "policy.txt")
            assert source.text.startswith(PLAIN[:200])
        whole = "令和5年度 西区運営方針\n区の目標は安全なまち".encode()
        assert read_document(whole[:-1], "a.txt").losses

    def test_web_pages_in_other_encodings(self):
        for encoding in ("cp932", "euc_jp"):
            source = read_document(as_html(PLAIN, encoding), "policy.html")
            assert [count(parse(source), k) for k in ("pillar", "measure", "section")] == [3, 7, 5]


class TestWebPages:
    def test_lists_headings_and_frames(self):
        page = """<html><body><nav><a>メニュー</a></nav><div id="breadcrumb">トップ</div>
        <main><h1>令和5年度 こだま区運営方針</h1><h2>基本目標</h2><p>歩いて楽しいまち<br>こだま</p>
        <ol><li>一つめ</li><li>二つめ</li></ol><ul><li>丸<ul><li>中の丸</li></ul></li></ul>
        <p>区<ruby>長<rt>ちょう</rt></ruby>の方針</p><img src="a.png"><script>x()</script></main>
        <footer>フッター</footer></body></html>"""
        source = read_document(page.encode(), "a.html")
        lines = source.text.split("\n")
        assert "1. 一つめ" in lines
        assert "2. 二つめ" in lines
        assert "・中の丸" in lines
        assert "区長の方針" in lines
        for gone in ("メニュー", "トップ", "フッター", "x()", "ちょう"):
            assert gone not in source.text
        assert {(h.kind, h.level) for h in source.hints} >= {
            ("heading", 1),
            ("heading", 2),
            ("item", 1),
            ("item", 2),
        }
        assert any("画像" in note for note in source.notes)
        assert any("枠" in note for note in source.notes)

    def test_a_page_of_pictures_is_refused(self):
        with pytest.raises(UnreadableDocument) as refused:
            read_document(b"<html><body><img src='a.png'></body></html>", "a.html")
        assert refused.value.code == "no-text"


class TestWord:
    def test_automatic_numbers_headings_tables_and_boxes(self):
        document = docx.Document()
        document.add_heading("令和5年度 こだま区運営方針", 1)
        for text in ("備えのあるまち", "学びのあるまち"):
            document.add_paragraph(text, style="List Number")
        document.add_paragraph("訓練をする", style="List Bullet")
        table = document.add_table(rows=2, cols=2)
        table.cell(0, 0).text, table.cell(0, 1).text = "主な事業・取組", "内容"
        table.cell(1, 0).text, table.cell(1, 1).text = "防災事業", "訓練をする。"
        box = OxmlElement("w:txbxContent")
        inner = OxmlElement("w:p")
        run, words = OxmlElement("w:r"), OxmlElement("w:t")
        words.text = "箱の中の文"
        run.append(words)
        inner.append(run)
        box.append(inner)
        holder = document.add_paragraph("箱の外")
        holder._p.append(box)
        buffer = io.BytesIO()
        document.save(buffer)
        source = read_document(buffer.getvalue(), "a.docx")
        lines = [line for line in source.text.split("\n") if line]
        assert lines[0] == "令和5年度 こだま区運営方針"
        assert lines[1].endswith("備えのあるまち")
        assert lines[1][0] == "1"
        assert lines[2][0] == "2"
        assert lines[3] == "・訓練をする"
        assert lines[4:8] == ["主な事業・取組", "内容", "防災事業", "訓練をする。"]
        assert lines[8:] == ["箱の外", "箱の中の文"]
        assert any(h.kind == "heading" and h.level == 1 for h in source.hints)
        assert any("テキストボックスが1個" in note for note in source.notes)

    def test_number_formats(self):
        forms = (
            "decimalEnclosedCircle",
            "upperRoman",
            "aiueo",
            "japaneseCounting",
            "decimalFullWidth",
            "decimal",
        )
        assert [written(3, form) for form in forms] == ["③", "Ⅲ", "ウ", "三", "３", "3"]

    def test_deleted_text_is_not_read(self):
        document = docx.Document()
        paragraph = document.add_paragraph("残る")
        deleted, run, words = OxmlElement("w:del"), OxmlElement("w:r"), OxmlElement("w:t")
        words.text = "消えた"
        run.append(words)
        deleted.append(run)
        paragraph._p.append(deleted)
        buffer = io.BytesIO()
        document.save(buffer)
        assert "消えた" not in read_document(buffer.getvalue(), "a.docx").text
        assert qn("w:del") == deleted.tag


class TestSheets:
    def test_a_form_with_labels_side_by_side(self):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        rows = [
            ["【様式3】"],
            ["令和2年度　こだま区運営方針"],
            ["経営課題1　【備えのあるまち】"],
            ["戦略1-1　【家の備え】"],
            ["具体的取組1-1-1　【家具の固定】"],
            ["30決算額", "1,000千円", "元予算額", "1,200千円", "2予算額", "1,500千円"],
            ["当年度の取組内容", None, None, "プロセス指標（取組によりめざす指標）"],
            ["・家具を留める手伝いをする。", None, None, "・手伝いを受けた家の数　100件以上"],
            ["撤退・再構築基準", None, None, "前年度までの実績"],
            ["・50件未満なら見直す。", None, None, "・80件"],
        ]
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                sheet.cell(row=place, column=column, value=value)
        hidden = workbook.create_sheet("控え")
        hidden["A1"] = "見せない"
        hidden.sheet_state = "hidden"
        buffer = io.BytesIO()
        workbook.save(buffer)
        source = read_document(buffer.getvalue(), "a.xlsx")
        assert "見せない" not in source.text
        assert any("非表示" in note for note in source.notes)
        policy = parse(source)
        (action,) = policy.of_kind("action")
        assert [c.kind for c in action.children if c.kind != "budget"] == ["item", "indicator"]
        assert action.children[-1].target.value == 100
        assert {f.key: f.text for f in action.facets if f.text} == {
            "withdrawal": "50件未満なら見直す。",
            "record": "80件",
        }
        assert [b.yen for b in action.budgets] == [1_000_000, 1_200_000, 1_500_000]

    def test_amounts_under_their_labels(self):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        sheet.append(["令和5年度 こだま区運営方針"])
        sheet.append(["経営課題1 備えのあるまち"])
        sheet.append(["令和3年度決算額", "令和4年度予算額", "令和5年度予算額"])
        sheet.append(["6千9百万円", "72百万円", "1,526万円"])
        sheet.append(["課題認識"])
        sheet.append(["・備えが足りない。"])
        buffer = io.BytesIO()
        workbook.save(buffer)
        (issue,) = parse(read_document(buffer.getvalue(), "a.xlsx")).of_kind("issue")
        assert [b.yen for b in issue.budgets] == [69_000_000, 72_000_000, 15_260_000]

    def test_numbers_and_dates(self):
        workbook = openpyxl.Workbook()
        workbook.active.append(["値", 3.0, 2.5, None])
        buffer = io.BytesIO()
        workbook.save(buffer)
        assert read_document(buffer.getvalue(), "a.xlsx").text.split() == ["値", "3", "2.5"]


class TestPdf:
    def test_columns_are_read_one_after_the_other(self):
        left = [f"左の段の{i}行目で、まちづくりを進めるための文章です。" for i in range(60)]
        source = read_document(as_pdf("\n".join(left), columns=2), "a.pdf")
        text = source.text.replace(" ", "")
        places = [text.index(f"左の段の{i}行目") for i in range(60)]
        assert places == sorted(places)
        assert any("段組み" in note for note in source.notes)

    def test_a_form_made_of_cells(self):
        form = """
#set page(width: 297mm, height: 210mm, margin: 12mm)
#set text(font: "Noto Sans CJK JP", size: 9pt, lang: "ja")
【様式３】 令和2年度　こだま区運営方針

経営課題１　【水害に強いまち】 \\
戦略１－１　【避難計画づくり】

#table(columns: (auto, 1fr, auto, 1fr),
 table.cell(colspan: 4)[具体的取組１－１－１　【計画づくりの教室】],
 [], [30決算額 5,033千円], [], [元予算額 6,320千円　2予算額 6,108千円],
 [計画], [当年度の取組内容 \\ ・町会の集まりで教室を10回開く。夜にも開く。 \\ ・計画の見本を載せる。], [],
 [プロセス指標（取組によりめざす指標） \\ ・計画を作ると答えた人の割合　80％以上 \\ 撤退・再構築基準 \\ ・50％未満なら、やり方を作り直す。],
 [自己評価], [取組実績 \\ ・教室を10回開いた。], [], [プロセス指標の達成状況 \\ ・82％　①(i)],
)

#table(columns: (1fr, 1fr),
 table.cell(colspan: 2)[具体的取組１－１－２　【船の訓練】],
 [当年度の取組内容 \\ ・消防署と訓練を1回行う。 \\ ・町会に声をかける。], [プロセス指標 \\ ・訓練に加わる町会の数　8町会以上],
)
"""
        policy = parse(read_document(typst.compile(form.encode(), format="pdf"), "form.pdf"))
        assert policy.profile == "osaka-forms"
        first, second = policy.of_kind("action")
        assert [b.yen for b in first.budgets] == [5_033_000, 6_320_000, 6_108_000]
        assert second.budgets == []
        assert [c.kind for c in first.children if c.kind != "budget"] == ["item", "item", "indicator"]
        assert [c.kind for c in second.children] == ["item", "item", "indicator"]
        assert [c.target.value for c in second.children if c.target] == [8]
        assert any(e.grade == "①(i)" for e in first.evaluations)
        assert any(
            e.phase == "self_evaluation" and "10回" in e.text.replace(" ", "") for e in first.evaluations
        )

    def test_pages_are_known(self):
        source = read_document(as_pdf("\n".join(f"{i}番目の文です。" for i in range(150))), "a.pdf")
        assert len(source.page_starts) >= 2

    def test_same_tree_from_pdf(self):
        whole = parse(read_document(LEAFLET.encode(), "a.txt"))
        made = parse(read_document(as_pdf(LEAFLET), "a.pdf"))
        # The PDF sets a thin space between Latin and Japanese characters.
        shown = [(kind, code, title.replace(" 40 ", "40")) for kind, code, title in outline(made)]
        assert shown == outline(whole)


class TestRefused:
    @pytest.mark.parametrize(
        ("code", "data"),
        [
            ("empty", b""),
            ("empty", b"\n \x00\x00\n"),
            ("image", b"\x89PNG\r\n\x1a\n" + b"0" * 100),
            ("image", b"\xff\xd8\xff\xe0" + b"0" * 100),
            ("old-office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600),
            ("rtf", b"{\\rtf1\\ansi hello}"),
            ("broken", b"%PDF-1.7\ngarbage"),
            ("broken", b"PK\x03\x04" + b"\x00" * 60),
            ("not-text", bytes(range(1, 9)) * 400),
            ("too-large", b"a" * (MAX_BYTES + 1)),
        ],
    )
    def test_with_a_sentence_and_a_next_step(self, code, data):
        with pytest.raises(UnreadableDocument) as refused:
            read_document(data, "policy.txt")
        assert refused.value.code == code
        assert refused.value.sentence.endswith("。")
        assert refused.value.next_step.endswith("。")
        assert refused.value.sentence in str(refused.value)

    def test_encrypted_pdf(self):
        writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(as_pdf("区の方針"))))
        writer.encrypt("secret", algorithm="AES-256")
        buffer = io.BytesIO()
        writer.write(buffer)
        with pytest.raises(UnreadableDocument) as refused:
            read_document(buffer.getvalue(), "a.pdf")
        assert refused.value.code == "encrypted"

    def test_pdf_without_text(self):
        writer = pypdf.PdfWriter()
        writer.add_blank_page(200, 200)
        buffer = io.BytesIO()
        writer.write(buffer)
        with pytest.raises(UnreadableDocument) as refused:
            read_document(buffer.getvalue(), "scan.pdf")
        assert refused.value.code == "no-text"

    def test_pdf_with_too_many_pages(self, monkeypatch):
        monkeypatch.setattr(pages, "MAX_PAGES", 1)
        with pytest.raises(UnreadableDocument) as refused:
            read_document(as_pdf("\n".join(f"{i}行目" for i in range(200))), "a.pdf")
        assert refused.value.code == "too-long"

    @pytest.mark.parametrize("made", [as_pdf, as_docx, as_xlsx])
    def test_files_cut_short_or_damaged_are_read_or_refused(self, made):
        data = made("令和5年度 西区運営方針\n" * 20)
        for share in (0.1, 0.5, 0.9, 0.99):
            piece = data[: int(len(data) * share)]
            damaged = bytearray(data)
            damaged[int(len(data) * share * 0.9)] ^= 0xFF
            for bad in (piece, bytes(damaged)):
                try:
                    parse(read_document(bad, "a.bin"))
                except UnreadableDocument as refused:
                    told = refused.sentence
                else:
                    told = "読めた。"
                assert told.endswith("。")

    def test_zip_bomb(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", b"<w>" + b"a" * (80 * 1024 * 1024))
        with pytest.raises(UnreadableDocument) as refused:
            read_document(buffer.getvalue(), "bomb.docx")
        assert refused.value.code == "archive-too-large"

    def test_a_bomb_that_lies_about_its_size(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b"a" * (5 * 1024 * 1024))
        data = bytearray(buffer.getvalue())
        directory = data.rindex(b"PK\x01\x02")
        data[directory + 24 : directory + 28] = struct.pack("<I", 100)
        with pytest.raises(UnreadableDocument):
            read_document(bytes(data), "lie.docx")

    def test_other_archives(self):
        for name in ("ppt/presentation.xml", "mimetype", "a.txt"):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr(name, "x")
            with pytest.raises(UnreadableDocument) as refused:
                read_document(buffer.getvalue(), "a.zip")
            assert refused.value.code == "archive"

    def test_the_wrong_extension_is_told_and_does_not_matter(self):
        source = read_document(as_pdf(LEAFLET), "policy.docx")
        assert source.media_type == "application/pdf"
        assert any("拡張子" in note for note in source.notes)
        assert not any("拡張子" in note for note in read_document(b"abc", "policy.txt").notes)
