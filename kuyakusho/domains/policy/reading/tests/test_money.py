"""Amounts as they are printed, in yen, with their year and kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.reading.money import Budget, find_amounts, find_budgets, unit_of, yen
from kuyakusho.domains.policy.reading.wareki import year_of


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("6千9百万円", 69_000_000),
        ("1,526万円", 15_260_000),
        ("72百万円", 72_000_000),
        ("263千円", 263_000),
        ("1億2,300万円", 123_000_000),
        ("３億円", 300_000_000),
        ("3.5億円", 350_000_000),
        ("2億5千万円", 250_000_000),
        ("１，５２６，０００円", 1_526_000),
        ("五千円", 5_000),
        ("十二万円", 120_000),
        ("△1,200千円", -1_200_000),
        ("0円", 0),
        ("1兆円", 10**12),
        ("648 万円", 6_480_000),
    ],
)
def test_amounts(printed, expected):
    assert yen(printed) == expected
    assert find_amounts(f"予算は{printed}です。")[0].printed.strip() == printed


@pytest.mark.parametrize(
    "text", ["", "円", "円卓会議", "千円札の図柄" * 0, "一円", "万円", "1.5円", "9" * 5000 + "円x"]
)
def test_no_amounts(text):
    assert yen(text) is None


def test_labelled_amounts_of_three_years():
    found = find_budgets(
        "令和3年度決算額 6千9百万円・令和4年度予算額 5千3百万円・令和5年度予算額 5千4百万円", 100, None
    )
    assert [(b.fiscal_year.western, b.kind, b.yen) for b in found] == [
        (2021, "settlement", 69_000_000),
        (2022, "budget", 53_000_000),
        (2023, "budget", 54_000_000),
    ]
    assert found[0].span == (100, 115)
    assert found[0].printed == "令和3年度決算額 6千9百万円"


def test_years_without_an_era_are_near_the_document():
    found = find_budgets(
        "29決算額　5,033千円　　30予算額　6,320千円　　元予算額　6,108千円", 0, year_of(2019)
    )
    assert [b.fiscal_year.western for b in found] == [2017, 2018, 2019]
    later = find_budgets("3決算額 1千円 4予算額 2千円 5予算額 3千円", 0, year_of(2023))
    assert [b.fiscal_year.western for b in later] == [2021, 2022, 2023]


def test_estimates_and_missing_years():
    (estimate,) = find_budgets("[算定見込額 263千円]", 0, year_of(2018))
    assert (estimate.kind, estimate.fiscal_year.western, estimate.is_certain) == ("estimate", 2018, False)


def test_a_label_without_an_amount_is_no_budget():
    assert find_budgets("【SSW（1名）：教育委員会予算、コーディネーター（2名）】", 0, None) == []
    assert len(find_budgets("29決算額　－　　30予算額　1,200千円", 0, year_of(2019))) == 1


def test_bare_numbers_take_the_unit_of_the_table():
    assert unit_of("（単位：千円）") == 1000
    assert unit_of("単位 百万円") == 1_000_000
    assert unit_of("予算") is None
    found = find_budgets("令和4年度予算額 1,234", 0, None, unit=1000)
    assert [b.yen for b in found] == [1_234_000]


def test_json_comes_back():
    (budget,) = find_budgets("令和5年度予算額 1,526万円", 7, None)
    assert Budget.from_json(budget.to_json()) == budget
    assert budget.to_json()["kind_label"] == "予算"


@given(st.integers(min_value=1, max_value=10**12))
def test_any_amount_with_commas(value):
    assert yen(f"{value:,}円") == value


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_any_amount_with_units(oku, man):
    assert yen(f"{oku}億{man:,}万円") == oku * 10**8 + man * 10**4
