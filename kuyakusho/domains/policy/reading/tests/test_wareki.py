"""Fiscal years in both calendars."""

from __future__ import annotations

import pytest

from kuyakusho.domains.policy.reading.wareki import FiscalYear, era_of, find_years, year_of

from .samples import imported_text


@pytest.mark.parametrize(
    ("printed", "western", "era", "number"),
    [
        ("令和５年度", 2023, "令和", 5),
        ("令和 5 年度", 2023, "令和", 5),
        ("令和元年度", 2019, "令和", 1),
        ("平成31年度", 2019, "平成", 31),
        ("平成二十九年度", 2017, "平成", 29),
        ("R5年度", 2023, "令和", 5),
        ("H30", 2018, "平成", 30),
        ("2023年度", 2023, "令和", 5),
        ("2019年度", 2019, "令和", 1),
        ("令和6（2024）年度", 2024, "令和", 6),
        ("2024(令和6)年度", 2024, "令和", 6),
        ("昭和60年", 1985, "昭和", 60),
    ],
)
def test_years(printed, western, era, number):
    (found,) = find_years(f"これは{printed}です")
    assert (found.year.western, found.year.era, found.year.era_year) == (western, era, number)


def test_reiwa_1_and_heisei_31_are_one_year():
    first, second = find_years("令和元年度は平成31年度でもある")
    assert first.year.western == second.year.western == 2019
    assert first.year.label != second.year.label


@pytest.mark.parametrize("text", ["", "令和の時代", "R2D2", "電話045-320-8327", "A3判", "SDGs"])
def test_no_years(text):
    assert find_years(text) == []


def test_a_year_from_its_number():
    assert year_of(2019).label == "令和元年度"
    assert year_of(2026).to_json() == {"label": "令和8年度", "era": "令和", "era_year": 8, "western": 2026}
    assert era_of(2018) == ("平成", 30)
    assert FiscalYear.from_json(year_of(2020).to_json()) == year_of(2020)


@pytest.mark.parametrize(
    ("title", "ward", "stage", "western"),
    [
        ("令和5年度西区運営方針", "西区", "確定", 2023),
        ("令和８年度住之江区運営方針（案）", "住之江区", "案", 2026),
        ("平成25年度保土ケ谷区運営方針(素案)", "保土ケ谷区", "素案", 2013),
        ("令和6年度 たまがわ市ひばり区 区政運営方針【案】", "ひばり区", "案", 2024),
        ("令和3年度中央区運営方針 自己評価", "中央区", "自己評価", 2021),
        ("令和3年度中央区運営方針（中間振り返り）", "中央区", "中間", 2021),
        ("2025年度　みどり区運営方針（最終案）", "みどり区", "案", 2025),
        ("令和4年度　港　区　運　営　方　針", "港区", "確定", 2022),
    ],
)
def test_facts_of_titles(title, ward, stage, western):
    policy = imported_text(f"{title}\n\n経営課題1 備え\n・訓練をする。\n")
    assert policy.title == title
    assert (policy.ward, policy.stage) == (ward, stage)
    assert policy.fiscal_year.western == western


def test_a_cover_with_the_year_on_a_line_of_its_own():
    policy = imported_text("令和7年度\nすずかけ区運営方針\n（素案）\n\n経営課題1 備え\n・訓練をする。\n")
    assert policy.title == "令和7年度 すずかけ区運営方針 （素案）"
    assert (policy.ward, policy.stage, policy.fiscal_year.western) == ("すずかけ区", "素案", 2025)


def test_the_city_is_named_only_if_printed():
    head = "令和5年度緑区運営方針\n経営課題1 備え\n・訓練をする。\n"
    assert imported_text(head).city is None
    assert imported_text(head + "名古屋市緑区役所\n").city == "名古屋市"
    assert imported_text(head + "横浜市中期計画に基づきます。\n").city == "横浜市"
    assert imported_text("令和5年度大阪市緑区運営方針\n・訓練をする。\n").city == "大阪市"
