"""Reading: folders that stand for a file, rows over several lines, pages with a head."""

from __future__ import annotations

from pathlib import Path

import pytest

from kuyakusho.core.packs.files import PackFolder, fits
from kuyakusho.core.packs.shapes import Shape, names_at


class Find(Shape):
    code: str = ""


class Thing(Shape):
    key: str
    words: str = ""
    find: list[Find] = []
    by_year: dict[int, Find] | None = None


def folder(home: Path, **files: str) -> PackFolder:
    for name, text in files.items():
        path = home / name.replace("__", "/").replace("_toml", ".toml").replace("_csv", ".csv").replace(
            "_md", ".md"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return PackFolder(home)


@pytest.mark.parametrize(
    ("name", "pattern", "does"),
    [
        ("a.toml", "a.toml", True),
        ("x/a.toml", "a.toml", False),
        ("a/b.toml", "a/*.toml", True),
        ("a/b/c.toml", "a/*.toml", False),
        ("a/b/c.toml", "a/**", True),
        ("ab/c.toml", "a/**", False),
        ("a/b.csv", "a/*.toml", False),
    ],
)
def test_which_files_a_pattern_takes(name: str, pattern: str, does: bool) -> None:
    assert fits(name, pattern) is does


def test_a_long_file_may_be_a_folder_of_the_same_name(tmp_path: Path) -> None:
    pack = folder(tmp_path, things__b_toml='[[thing]]\nkey = "b"\n', things__a_toml='[[thing]]\nkey = "a"\n')
    entries = pack.entries("things.toml", "thing", Thing)
    assert [(one.value.key, one.file, one.line) for one in entries] == [
        ("a", "things/a.toml", 1),
        ("b", "things/b.toml", 1),
    ]


def test_an_entry_knows_the_lines_of_its_names(tmp_path: Path) -> None:
    text = '[[thing]]\nkey = "a"\n\n[[thing]]\nkey = "b"\n  [[thing.find]]\n  code = "1"\n  [[thing.find]]\n  code = "2"\n'
    first, second = folder(tmp_path, things_toml=text).entries("things.toml", "thing", Thing)
    assert (first.line, second.line, second.line_of("key")) == (1, 4, 5)
    assert second.line_of("find", 1, "code") == 9
    fault = second.fault("code", "is wrong", "Mend it", "find", 1, "code")
    assert str(fault) == "things.toml:9: thing b code: is wrong. Mend it."
    assert second.fault("words", "is missing", "Add it").line == 4


def test_a_row_over_several_lines_does_not_shift_those_below(tmp_path: Path) -> None:
    text = 'key,words\na,"one\ntwo"\n\nb,three\n'
    rows = folder(tmp_path, things_csv=text).rows("things.csv", Thing)
    # Columns that hold lists can't stand in a CSV file; those that are left out take their default.
    assert [(row.value.key, row.value.words, row.line) for row in rows] == [
        ("a", "one\ntwo", 2),
        ("b", "three", 5),
    ]


def test_a_page_has_a_head_and_a_text(tmp_path: Path) -> None:
    pack = folder(tmp_path, page_md='+++\nkey = "a"\n+++\n\n# Title\n\ntext +++ text\n')
    page = pack.page("page.md", Thing)
    assert page is not None
    assert (page.head.value.key, page.head.line_of("key"), page.text, page.text_line) == (
        "a",
        2,
        "# Title\n\ntext +++ text",
        4,
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no head", "page.md:1: has no head. Begin with a line +++, the names, and a line +++."),
        ("+++\nkey = 1 2\n+++\n", "page.md:2: can't be read as TOML"),
        ('+++\nkye = "a"\n+++\n', "page.md:2: head kye: is not a name that is known here. Did you mean key?"),
    ],
)
def test_a_page_with_a_fault(tmp_path: Path, text: str, told: str) -> None:
    pack = folder(tmp_path, page_md=text)
    assert pack.page("page.md", Thing) is None
    assert any(str(fault).startswith(told) for fault in pack.faults)


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    pack = folder(tmp_path)
    assert pack.page("page.md", Thing) is None
    assert pack.rows("rows.csv", Thing) == []
    assert pack.entries("things.toml", "thing", Thing) == []
    assert pack.faults == []


def test_the_digest_follows_names_and_bytes(tmp_path: Path) -> None:
    pack = folder(tmp_path, a_toml="x = 1\n", b_toml="y = 1\n")
    first = pack.digest("*.toml")
    assert pack.digest("*.toml") == first
    assert pack.digest("a.toml") != first
    (tmp_path / "b.toml").rename(tmp_path / "c.toml")
    assert pack.digest("*.toml") != first
    moved = pack.digest("*.toml")
    (tmp_path / "c.toml").write_text("y = 2\n", "utf-8")
    assert pack.digest("*.toml") != moved


def test_names_are_known_deep_inside_a_shape() -> None:
    assert names_at(Thing, ()) == ["by_year", "find", "key", "words"]
    assert names_at(Thing, ("find", 0)) == ["code"]
    assert names_at(Thing, ("by_year", 2022)) == ["code"]
    assert names_at(Thing, ("key",)) == []
