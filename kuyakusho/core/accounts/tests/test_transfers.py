"""Reading lists of transfers."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.accounts.transfers import Fault, Transfer, decode, fold, read_transfers

PEOPLE = {fold(name): "abc" for name in ("tax-clerk", "hana@ward.example.jp")} | {fold("fr-chief"): "def"}
SECTIONS = {fold(name): "tax" for name in ("tax", "税務課")} | {fold("戸籍課"): "family-register"}


def read(text: str):
    return read_transfers(text, PEOPLE, SECTIONS)


def test_a_list_in_japanese() -> None:
    reading = read("職員,所属,役割,発令日\nhana@ward.example.jp,税務課,課長・企画,令和9年4月1日\n")
    assert reading.faults == []
    assert reading.transfers == [Transfer(2, "abc", "tax", ("chief", "planner"), date(2027, 4, 1))]


def test_columns_stand_in_any_order_and_width_does_not_matter() -> None:
    reading = read("発令日\t役割\t職員\t課\n２０２７／４／１\t担当\tＴＡＸ－ＣＬＥＲＫ\t戸籍課\n")
    assert reading.faults == []
    assert reading.transfers == [Transfer(2, "abc", "family-register", ("clerk",), date(2027, 4, 1))]


def test_an_empty_section_ends_the_employment() -> None:
    reading = read("person,section,roles,from\nfr-chief,,,R9.4.1\n")
    assert reading.transfers == [Transfer(2, "def", "", ("clerk",), date(2027, 4, 1))]


def test_all_faults_come_at_once_with_their_lines() -> None:
    reading = read(
        "person,section,roles,from\n"
        "nobody,tax,clerk,2027-04-01\n"
        "fr-chief,消防課,mayor,someday\n"
        "\n"
        "tax-clerk,tax,clerk,2027-04-01\n"
        "hana@ward.example.jp,tax,clerk,2027-04-01\n"
    )
    assert reading.faults == [
        Fault(2, "no_person", "nobody"),
        Fault(3, "no_section", "消防課"),
        Fault(3, "no_role", "mayor"),
        Fault(3, "no_day", "someday"),
        Fault(6, "twice", "5"),
    ]


def test_missing_columns_are_named() -> None:
    assert read("name,section\nx,y\n").faults == [
        Fault(1, "no_column", "person"),
        Fault(1, "no_column", "from"),
    ]


def test_an_empty_list_is_a_fault() -> None:
    assert [f.code for f in read("").faults] == ["empty"]
    assert [f.code for f in read("person,section,from\n\n").faults] == ["empty"]


def test_files_of_old_offices_are_read() -> None:
    text = "職員,所属,発令日\nfr-chief,税務課,2027-04-01\n"
    assert decode(text.encode("cp932")) == text
    assert decode(text.encode("utf-8-sig")) == text


@given(text=st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    reading = read(text)
    assert reading.faults or reading.transfers
    assert not reading.transfers or len(text) > 10


@given(cells=st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), min_size=1, max_size=5))
def test_no_cells_break_the_reader(cells: list[list[str]]) -> None:
    rows = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells)
    reading = read("person,section,roles,from\n" + rows)
    assert reading.faults or reading.transfers
