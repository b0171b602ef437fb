"""What people type and what their files hold."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kuyakusho.core.errors import Invalid
from kuyakusho.engines.indicators.reading import LARGEST_BYTES, MOST_ROWS, read_entry, read_file, read_number

TODAY = date(2024, 6, 10)
HEAD = "指標,期間の初日,期間の末日,値,母数,出典,公表日,備考"
LINE = "wait,令和5年4月1日,R6.3.31,１８．５,400,来庁者の記録,2024/5/20,機械が替わった"


def a_csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([HEAD, *lines]).encode(encoding)


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("１２，３４５．６", "12345.6"),
            ("△3", "-3"),
            ("▲1,000", "-1000"),
            ("−0.5", "-0.5"),
            ("ー5", "-5"),
            ("45 %", "45"),
            ("４５％", "45"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("+7", "7"),
        ],
    )
    def test_as_people_write_them(self, text, number):
        assert read_number(text) == Decimal(number)

    @pytest.mark.parametrize("text", ["", "-", "約5", "5人", "1e999", "NaN", "∞", "1.2.3", "--5"])
    def test_not_a_number(self, text):
        assert read_number(text) is None

    @given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
    def test_what_we_print_can_be_read(self, number):
        assert read_number(str(number)) == number
        assert read_number(f"{number:,}") == number

    @given(st.text())
    def test_nothing_breaks_it(self, text):
        read_number(text)


class TestEntries:
    def test_the_last_day_is_inside(self):
        written = dict(zip(["from_on", "to_on", "value"], ["R5.4.1", "R6.3.31", "18"], strict=True))
        entry, faults = read_entry(
            {**written, "source": "記録", "source_on": "2024-05-20", "note": "替わった"}, today=TODAY
        )
        assert faults == {}
        assert (entry.from_on, entry.until_on) == (date(2023, 4, 1), date(2024, 4, 1))

    def test_every_fault_at_once(self):
        entry, faults = read_entry({"value": "たくさん", "base": "2.5"}, today=TODAY)
        assert entry is None
        assert set(faults) == {"from_on", "to_on", "source_on", "value", "base"}

    def test_a_period_that_runs_backwards(self):
        written = {"from_on": "2024-04-01", "to_on": "2023-04-01", "value": "1", "source_on": "2024-05-01"}
        assert set(read_entry({**written, "source": "a", "note": "b"}, today=TODAY)[1]) == {"to_on"}

    @given(
        st.dictionaries(
            st.sampled_from(["from_on", "to_on", "value", "base", "low", "source", "note"]), st.text()
        )
    )
    def test_nothing_breaks_it(self, written):
        entry, faults = read_entry(written, today=TODAY)
        assert (entry is None) == bool(faults)


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
    def test_csv(self, encoding):
        rows = read_file(a_csv(LINE, ",,,", LINE.replace("wait", "other"), encoding=encoding), today=TODAY)
        assert [(row.number, row.key) for row in rows] == [(2, "wait"), (4, "other")]
        assert rows[0].entry.value == Decimal("18.5")
        assert rows[0].entry.base == 400

    def test_the_packs_own_columns(self):
        body = "indicator,from,to,value,base,source,source_on,note\nx,2022-01-01,2022-12-31,812,,警察,2023-02-20,見本"
        row = read_file(body.encode(), today=TODAY)[0]
        assert (row.faults, row.entry.until_on) == ({}, date(2023, 1, 1))

    def test_xlsx_with_real_dates_and_numbers(self):
        book = Workbook()
        book.active.append(HEAD.split(","))
        days = [datetime(2023, 4, 1), datetime(2024, 3, 31), datetime(2024, 5, 20)]  # noqa: DTZ001
        book.active.append(["wait", days[0], days[1], 18.5, 400, "記録", days[2], "替わった"])
        body = io.BytesIO()
        book.save(body)
        row = read_file(body.getvalue(), today=TODAY)[0]
        assert (row.faults, row.entry.value, row.entry.base) == ({}, Decimal("18.5"), 400)

    def test_a_line_with_faults_is_shown_with_them(self):
        rows = read_file(a_csv(LINE.replace("１８．５", "")), today=TODAY)
        assert rows[0].entry is None
        assert set(rows[0].faults) == {"value"}

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "file_empty"),
            ("指標,値\nwait,3".encode(), "file_columns"),
            (b"\x81\x39\x81", "file_encoding"),
            (b"a\0b", "file_kind"),
            (b"PK\x03\x04 nothing", "file_xlsx"),
            (b"x" * (LARGEST_BYTES + 1), "file_too_large"),
            (a_csv(*[LINE] * (MOST_ROWS + 1)), "file_too_long"),
        ],
    )
    def test_files_that_are_refused(self, body, code):
        with pytest.raises(Invalid, match=code):
            read_file(body, today=TODAY)

    def test_a_bomb_is_not_unpacked(self):
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
        with pytest.raises(Invalid, match="file_too_large"):
            read_file(body.getvalue(), today=TODAY)

    @given(st.binary(max_size=200))
    def test_nothing_breaks_it(self, body):
        for start in (b"", b"PK\x03\x04", HEAD.encode() + b"\n"):
            try:
                read_file(start + body, today=TODAY)
            except Invalid:
                continue
