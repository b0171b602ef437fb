"""Texts in cells: exact on the way back, and never a formula."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.exports import cells

WILD = st.text(max_size=60) | st.text(alphabet="'=+-@|%\t\r\n＝＋ajsonlg:_x05F0-9 1e", max_size=12)


@given(WILD, st.booleans())
def test_exactly_the_same_comes_back(text, guard):
    assert cells.decode(cells.encode(text, guard_numbers=guard)) == text


@given(WILD, st.booleans())
def test_no_cell_begins_like_a_formula(text, guard):
    cell = cells.encode(text, guard_numbers=guard)
    assert cell[:1] not in cells.FORMULA_SIGNS
    assert not cell.lstrip("\ufeff").startswith(("=", "+", "@"))


@given(WILD)
def test_no_cell_holds_what_a_file_cannot_carry(text):
    cell = cells.encode(text, guard_numbers=False)
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|x005F_|_x[0-9A-Fa-f]{4}_", cell)


@pytest.mark.parametrize(
    "text", ["1-1", "2345678e92", "００１", "2023/4/1", "1,000", "3.14", "12%", "令和5年" * 0 + "5年"]
)
def test_what_looks_like_a_number_is_kept_from_becoming_one(text):
    assert cells.encode(text, guard_numbers=True) == f"'{text}"
    assert cells.encode(text, guard_numbers=False) == text


@pytest.mark.parametrize("text", ["", "1-(1)-①-ア", "区の取組", "二つの\n行"])
def test_plain_texts_stay_as_they_are(text):
    assert cells.encode(text, guard_numbers=True) == text


@pytest.mark.parametrize("cell", ["json:", "json:5", "json:{}", "json:x"])
def test_a_broken_cell_is_refused(cell):
    with pytest.raises(ValueError):  # noqa: PT011
        cells.decode(cell)
