"""Differences, opening hours, QR codes, texts in several languages, menus."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import segno
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.ui import differences, navigation, opening, qr
from kuyakusho.core.ui.said import said

texts = st.text(alphabet="防災訓練を行う。12\nあア", max_size=60)


@given(texts, texts)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    lines = differences.lines(before, after, whole=True)
    old = [
        t
        for line in lines
        for t in ["".join(t for k, t in line.parts if k != "added")]
        if line.kind != "added"
    ]
    new = [
        t
        for line in lines
        for t in ["".join(t for k, t in line.parts if k != "removed")]
        if line.kind != "removed"
    ]
    assert old == before.splitlines()
    assert new == after.splitlines()


def test_only_the_changed_words_are_marked() -> None:
    assert differences.words("訓練を12地域で行う", "訓練を14地域で行う") == [
        ("same", "訓練を"), ("removed", "12"), ("added", "14"), ("same", "地域で行う"),
    ]  # fmt: skip


def test_far_from_changes_there_is_a_gap() -> None:
    before = "\n".join("一二三四五六七八")
    kinds = [line.kind for line in differences.lines(before, before.replace("八", "九"))]
    assert kinds == ["gap", "same", "changed"]


WEEK = [{"weekday": day, "from": "09:00", "to": "17:30"} for day in ("mon", "tue", "wed", "thu", "fri")]


def test_days_with_the_same_hours_share_a_line() -> None:
    with translation.override("ja"):
        assert opening.opening_lines(WEEK)[0][:2] == ("月曜日から金曜日まで", "09:00–17:30")


def test_hours_of_some_counters_stand_alone_with_their_note() -> None:
    late = {"weekday": "fri", "from": "17:30", "to": "19:00", "sections": ["a"], "note": "一部だけ"}
    sunday = {"weekday": "sun", "from": "09:00", "to": "17:30", "weeks": [2, 4]}
    with translation.override("ja"):
        lines = opening.opening_lines([*WEEK, late, sunday])
    assert [line[:2] for line in lines] == [
        ("月曜日から金曜日まで", "09:00–17:30"), ("金曜日", "17:30–19:00"), ("毎月第2・第4日曜日", "09:00–17:30"),
    ]  # fmt: skip
    assert lines[1].row == late
    assert lines[2].row is None


def test_a_day_off_in_the_middle_parts_the_line() -> None:
    with translation.override("ja"):
        lines = opening.opening_lines([row for row in WEEK if row["weekday"] != "wed"])
    assert [line.days for line in lines] == ["月曜日から火曜日まで", "木曜日から金曜日まで"]


@given(st.text(alphabet="abc/:.-0189", min_size=1, max_size=80))
def test_the_path_of_a_qr_code_draws_exactly_its_dark_modules(text: str) -> None:
    path, side = qr.qr_path(text)
    drawn = set()
    for piece in path.split("z")[:-1]:
        x, rest = piece[1:].split(" ")
        y, rest = rest.split("h", 1)
        width = int(rest.split("v")[0])
        drawn |= {(int(x) - 4 + i, int(y) - 4) for i in range(width)}
    matrix = segno.make(text, error="m", micro=False).matrix
    assert side == len(matrix) + 8
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


THING = {"title": "講座", "title_en": "Class", "title_easy": "ならう こと"}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", ("講座", "ja")),
        ("ja-easy", ("ならう こと", "ja")),
        ("en", ("Class", "en")),
        ("ko", ("Class", "en")),
    ],
)
def test_data_says_it_in_the_language_of_the_page_as_far_as_it_can(
    language: str, expected: tuple[str, str]
) -> None:
    assert said(THING, "title", language) == expected


def test_what_nobody_translated_is_said_in_japanese_and_marked_so() -> None:
    assert said({"title": "講座"}, "title", "vi") == ("講座", "ja")
    assert said(SimpleNamespace(title="講座", title_zh_hans="讲座"), "title", "zh-hans") == (
        "讲座",
        "zh-Hans",
    )


def test_a_menu_refuses_a_second_entry_of_a_name_and_a_taken_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})
    navigation.register(navigation.Entry("one", "一", "home", keys="g o"))
    navigation.register(navigation.Entry("one", "一", "home", keys="g o"))  # the same again does no harm
    with pytest.raises(ValueError, match="already"):
        navigation.register(navigation.Entry("one", "二", "home"))
    with pytest.raises(ValueError, match="belong to"):
        navigation.register(navigation.Entry("two", "二", "home", keys="g o"))


def test_a_menu_shows_what_exists_to_whom_it_concerns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})
    navigation.register(
        navigation.Entry("home", "トップ", "home", order=10),
        navigation.Entry("gone", "まだない", "nowhere:index", order=20),
        navigation.Entry("help", "使いやすさ", "ui:accessibility", order=5),
        navigation.Entry("plans", "計画", "home", place="desk", roles=("planner",)),
    )
    request = RequestFactory().get("/accessibility/")
    request.ward, request.staff = object(), None
    lines = navigation.lines(request, "public")
    assert [(line.key, line.current) for line in lines] == [("help", True), ("home", False)]
    assert navigation.lines(request, "desk") == []
    request.staff = SimpleNamespace(has_role=lambda *roles: "planner" in roles)
    assert [line.key for line in navigation.lines(request, "desk")] == ["plans"]
    request.ward = None
    assert navigation.lines(request, "public") == []
