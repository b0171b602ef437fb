"""Every kind of fault: where it stands, what it says, how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuyakusho.core.packs import services
from kuyakusho.core.packs.faults import Fault, did_you_mean, nearest

from . import small

W, S = small.WARD, small.SECTIONS


def faults(home: Path, **changed: str | None) -> list[str]:
    return [str(fault) for fault in services.check(small.write(home, **changed))]


def test_the_small_pack_is_sound(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


CASES = {
    "broken TOML": (
        {"ward": W.replace('name = "南区"', 'name = "南区')},
        "ward.toml:5: can't be read as TOML: ",
    ),
    "a name twice in a table": (
        {"ward": W.replace('name = "南区"', 'name = "南区"\nname = "南区"')},
        "ward.toml:6: can't be read as TOML: Cannot overwrite a value. The name stands before in the same table: keep one.",
    ),
    "a value without quotation marks": (
        {"ward": W.replace('"みなみく"', "みなみく")},
        "Text goes in quotation marks; days are written 2022-04-01, yes and no true and false.",
    ),
    "an unknown table": (
        {"ward": W + "\n[disastr]\nx = 1\n"},
        "ward.toml:54: disastr: is not a table that is known here. Did you mean disaster?",
    ),
    "an unknown name": (
        {"ward": W.replace('name_en = "Minami Ward"', 'name_eng = "Minami Ward"')},
        "ward.toml:7: ward name_eng: is not a name that is known here. Did you mean name_en?",
    ),
    "an unknown name deep inside": (
        {"ward": W.replace('easy = "つくえ', 'eazy = "つくえ')},
        "ward.toml:46: disaster step.0.eazy: is not a name that is known here. Did you mean easy?",
    ),
    "a missing name": (
        {"ward": W.replace('kana = "みなみく"\n', "")},
        "ward.toml:2: ward kana: is missing. Add kana.",
    ),
    "a missing table": (
        {"ward": W[: W.index("[disaster]")]},
        "ward.toml:1: disaster: is missing. Add [disaster].",
    ),
    "a table for a list of tables": (
        {"sections": "[section]\nkey = 1\n"},
        "sections.toml:1: section: is one table. Write [[section]], once for each.",
    ),
    "text for a table": ({"ward": W.replace("[colours]\n", "colours = 1\n[x]\n")}, "x: is not a table that is known here"),
    "an empty text": (
        {"ward": W.replace('"見本市"', '""')},
        "ward.toml:8: ward city: is empty. Write something, or leave the line out where that is allowed.",
    ),
    "a key with capitals": (
        {"sections": S.replace('"planning"', '"Planning"')},
        "sections.toml:13: section Planning key: is 'Planning', which has not the right form. "
        "Use small letters, digits and hyphens.",
    ),
    "a key that is too long": (
        {"sections": S.replace('"planning"', f'"{"p" * 61}"')},
        "key: is longer than 60 characters. Say it in fewer words.",
    ),
    "kana that are none": (
        {"sections": S.replace('"きかくか"', '"企画課"')},
        "sections.toml:15: section planning kana: is '企画課', which has not the right form. Write it in kana.",
    ),
    "a word that is not among the choices": (
        {"ward": W.replace('weekday = "mon"', 'weekday = "mun"')},
        "ward.toml:26: opening mun weekday: is 'mun', which is none of mon, tue, wed, thu, fri, sat, sun. "
        "Did you mean mon?",
    ),
    "a language that is not there": ({"ward": W.replace('"ja", "en"', '"ja", "eng"')}, "Did you mean en?"),
    "languages without Japanese first": (
        {"ward": W.replace('"ja", "en"', '"en", "ja"')},
        'ward.toml:11: ward languages: does not begin with "ja". The official text is Japanese: put "ja" first.',
    ),
    "a code with a wrong check digit": (
        {"ward": W.replace("141046", "141045")},
        "ward.toml:4: ward code: is 141045, whose last digit should be 6. "
        "Look the code up in the list of 全国地方公共団体コード.",
    ),
    "a colour that is not in the design system": ({"ward": W.replace("blue-900", "blue-950")}, "colours primary: is 'blue-950'"),
    "a time in another form": (
        {"ward": W.replace('from = "09:00"\nto = "17:00"', 'from = "9:00"\nto = "17:00"')},
        "opening mon from: is '9:00', which has not the right form. Write the time as 08:45.",
    ),
    "closing before opening": (
        {"ward": W.replace('to = "17:00"', 'to = "08:00"')},
        "ward.toml:25: opening mon: closes at 08:00, which is not after 09:00. Put the later time in to.",
    ),
    "hours that overlap": (
        {"ward": W.replace("[disaster]", '[[opening]]\nweekday = "sat"\nfrom = "11:00"\nto = "13:00"\n[disaster]', 1)},
        "opening sat from: overlaps 09:00–12:00 on the same day. Let one end where the other begins.",
    ),
    "a week that no month has": (
        {"ward": W.replace("[2, 4]", "[2, 6]")},
        "opening sat weeks.1: is 6, which is out of range. Take a number of at most 5.",
    ),
    "a number for text": (
        {"ward": W.replace('phone = "00-0000-0000"', "phone = 119")},
        'office phone: is 119, which is no text. Put it in quotation marks: "…".',
    ),
    "text for yes and no": ({"ward": W.replace("demo = true", 'demo = "maybe"')}, "Write true or false."),
    "text for a list": ({"ward": W.replace("[2, 4]", "2")}, "is 2, which is no list. Put it in brackets: [ … ]."),
    "a day that no calendar has": (
        {"closing_days": small.CLOSING_DAYS.replace("2022-12-30", "2022-13-30")},
        "closing-days.csv:3: row 2022-13-30 on: is '2022-13-30', which is no day. Write it as 2022-04-01.",
    ),
    "a slug that is not the folder's": (
        {"ward": W.replace("sample-minami", "sample-kita")},
        "ward.toml:3: ward slug: is sample-kita, and the folder is called sample-minami. Give both the same name.",
    ),
    "a hard word in plain Japanese": (
        {"ward": W.replace("つくえの 下", "避難所")},
        "ward.toml:46: disaster easy: has 避難所, which is hard to read in plain Japanese. "
        "Take a simpler word, or add its reading: 避難所（…）.",
    ),
    "a key twice": (
        {"sections": S.replace('"planning"', '"records"')},
        "sections.toml:13: section records key: is records, which stands in sections.toml:2 already. "
        "Give it one of its own, or take one away.",
    ),
    "hours of a section that is not there": (
        {"ward": W.replace('["records"]', '["record"]')},
        "ward.toml:35: opening sat sections: 'record' is not there. Did you mean records?",
    ),
    "an unknown column": (
        {"districts": small.DISTRICTS.replace("name_en", "english")},
        "districts.csv:1: english: is not a column that is known here. Known are demo, kana, key, name, name_en.",
    ),
    "a column twice": (
        {"districts": small.DISTRICTS.replace("demo\n", "kana\n", 1)},
        "districts.csv:1: kana: is a column twice. Keep one.",
    ),
    "no columns": (
        {"districts": ""},
        "districts.csv:1: has no columns. Write a first line: demo,kana,key,name,name_en.",
    ),
    "a cell too many": (
        {"districts": small.DISTRICTS.replace("Hillside,", "Hillside, upper,")},
        "districts.csv:3: row 2: has 6 cells, and there are 5 columns. "
        "Look for a comma too many or too few; put text with a comma in quotation marks.",
    ),
    "a quotation mark that isn't closed": (
        {"districts": small.DISTRICTS.replace("Hillside", '"Hillside')},
        "districts.csv: can't be read as CSV: unexpected end of data. Look for a quotation mark that isn't closed.",
    ),
    "a reading of a word without kanji": ({"readings": small.READINGS.replace("丘の町", "おか")}, "readings.csv:3: row おか surface"),
    "a reading twice": ({"readings": small.READINGS + "南区,みなみく\n"}, "which stands in readings.csv:2 already"),
    "a person in a section that is not there": (
        {"people": small.PEOPLE.replace(",planning,", ",plannning,")},
        "people.csv:3: row clerk section: 'plannning' is not there. Did you mean planning?",
    ),
    "a role that is none": (
        {"people": small.PEOPLE.replace(",clerk,", ",clark,")},
        "people.csv:3: row clerk roles.0: is 'clark', which is none of clerk, chief, planner, administrator, auditor. "
        "Did you mean clerk?",
    ),
    "an address that somebody may own": (
        {"people": small.PEOPLE.replace("clerk@minami.example.jp", "clerk@city.jp")},
        "people.csv:3: row clerk email: is 'clerk@city.jp', which has not the right form",
    ),
    "an address twice": (
        {"residents": small.RESIDENTS.replace("hana@example.jp", "chief@minami.example.jp")},
        "residents.csv:2: row hana email: is chief@minami.example.jp, which stands in people.csv:2 already",
    ),
    "a resident in a district that is not there": (
        {"residents": small.RESIDENTS.replace("river", "valley")},
        "residents.csv:2: row hana district: 'valley' is not there. Known are hill, river.",
    ),
    "a section that ends before it begins": (
        {"sections": S + "valid_from = 2022-04-01\nvalid_until = 2022-04-01\n"},
        "section planning: ends before it begins. Put the first day without the section in valid_until.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CASES)
def test_a_fault_names_file_line_what_and_how_to_mend(tmp_path: Path, kind: str) -> None:
    changed, told = CASES[kind]
    found = faults(tmp_path, **changed)
    assert any(told in fault for fault in found), found


def test_all_faults_are_told_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ward=W.replace("141046", "141045").replace('"white"', '"whit"'),
        sections=S.replace('"きかくか"', '"企画課"'),
        districts=small.DISTRICTS.replace("hill,", "river,"),
    )
    assert [fault.split(":")[0] for fault in found] == [
        "districts.csv",
        "sections.toml",
        "ward.toml",
        "ward.toml",
    ]


def test_a_file_that_nobody_reads(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    (folder / "section.toml").write_text("", "utf-8")
    (folder / "notes").mkdir()
    (folder / "notes" / "idea.txt").write_text("", "utf-8")
    (folder / "README.md").write_text("words for people", "utf-8")
    (folder / ".hidden").write_text("", "utf-8")
    assert [str(fault) for fault in services.check(folder)] == [
        "notes/idea.txt: is a file that nobody reads. Take it away.",
        "section.toml: is a file that nobody reads. Did you mean sections.toml?",
    ]


def test_a_file_that_a_spreadsheet_saved_in_shift_jis(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    (folder / "districts.csv").write_bytes(small.DISTRICTS.encode("cp932"))
    (folder / "readings.csv").write_bytes(b"surface,reading\n\xff\xfe\n")
    assert [str(fault) for fault in services.check(folder)][:2] == [
        "districts.csv:2: is Shift_JIS, not UTF-8. Save it as UTF-8 (in Excel: CSV UTF-8).",
        "readings.csv:2: is not UTF-8. Save it as UTF-8.",
    ]


def test_a_file_with_the_mark_that_excel_puts_first_is_read(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    (folder / "districts.csv").write_bytes(b"\xef\xbb\xbf" + small.DISTRICTS.replace("\n", "\r\n").encode())
    assert services.check(folder) == []


def test_a_pack_without_its_ward(tmp_path: Path) -> None:
    assert (
        faults(tmp_path, ward=None)[0]
        == "ward.toml: is missing. Every pack begins with it: see docs/packs.md."
    )


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "is no folder" in str(services.check(tmp_path / "nowhere")[0])


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("titel", ["title", "text"], "title"),
        ("owners", ["owner", "under"], "owner"),
        ("x", ["a", "b"], "a"),
        ("completely", ["other", "words"], ""),
        ("Title", ["title"], "title"),
        ("a", [], ""),
    ],
)
def test_the_nearest_word(word: str, known: list[str], near: str) -> None:
    assert nearest(word, known) == near


def test_advice_lists_the_known_words_where_they_are_few() -> None:
    assert did_you_mean("zzzzzz", ["b", "a", "c" * 5]) == "Known are a, b, ccccc"
    assert did_you_mean("zzzzzz", [f"word{n}" for n in range(20)]) == "See docs/packs.md"


def test_a_fault_reads_as_one_sentence_after_another() -> None:
    assert (
        str(Fault("a.toml", "row x", "key", "is wrong", "Mend it", 3))
        == "a.toml:3: row x key: is wrong. Mend it."
    )
    assert str(Fault("a.toml", "", "", "is wrong", "Did you mean b?")) == "a.toml: is wrong. Did you mean b?"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_broken_becomes_a_fault_and_never_an_error(tmp_path: Path, data: st.DataObject) -> None:
    folder = small.write(tmp_path)
    name = data.draw(st.sampled_from(sorted(small.FILES)))
    raw = small.FILES[name].encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    put = data.draw(
        st.one_of(st.binary(max_size=8), st.text(max_size=6).map(str.encode), st.just(raw[: end - start]))
    )
    (folder / name).write_bytes(raw[:start] + put + raw[end:])
    for fault in services.check(folder):
        assert fault.what
        assert fault.mend
        assert (folder / fault.file).exists() or "missing" in fault.what
        assert 0 <= fault.line <= (folder / fault.file).read_bytes().count(b"\n") + 2
    small.write(tmp_path)
