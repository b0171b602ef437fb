"""Transitions, duties, forms of the cities."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.domains.policy.evaluation import rules
from kuyakusho.domains.policy.evaluation.city_forms import all_forms, form_of, read

STATES = ("draft", "submitted", "returned", "approved")
OPENS, DUE = date(2022, 8, 31), date(2022, 9, 20)


class TestTransitions:
    @given(st.lists(st.sampled_from(sorted(rules.TRANSITIONS)), max_size=20))
    def test_whatever_is_pressed_approved_is_left_only_by_reopening(self, actions):
        state = "draft"
        for action in actions:
            before = state
            if rules.may_follow(action, state):
                state = rules.TRANSITIONS[action][1]
            assert state in STATES
            if before == "approved" and state != "approved":
                assert action == "reopen"
            if state == "approved" and before != "approved":
                assert (before, action) == ("submitted", "approve")

    def test_every_state_can_be_left_and_reached(self):
        reached = {to for _froms, to in rules.TRANSITIONS.values()}
        left = {state for froms, _to in rules.TRANSITIONS.values() for state in froms}
        assert reached == left == set(STATES)

    @pytest.mark.parametrize(
        ("action", "roles", "in_section", "may"),
        [
            ("save", ["clerk"], True, True),
            ("save", ["clerk"], False, False),
            ("save", ["planner"], True, False),
            ("approve", ["clerk"], True, False),
            ("approve", ["chief"], True, True),
            ("approve", ["chief"], False, False),
            ("approve", ["planner", "administrator"], False, False),
            ("reopen", ["planner"], False, True),
            ("reopen", ["clerk"], True, False),
        ],
    )
    def test_who_may(self, action, roles, in_section, may):
        assert rules.may_do(action, roles, in_section=in_section) is may


class TestDuty:
    @pytest.mark.parametrize(
        ("state", "today", "kind", "who"),
        [
            (None, OPENS - timedelta(days=1), "closed", ""),
            ("returned", OPENS - timedelta(days=1), "open", "clerk"),
            (None, OPENS, "open", "clerk"),
            ("draft", DUE - timedelta(days=7), "soon", "clerk"),
            ("submitted", DUE, "soon", "chief"),
            ("draft", DUE + timedelta(days=1), "overdue", "clerk"),
            ("approved", DUE + timedelta(days=99), "done", ""),
        ],
    )
    def test_what_is_owed(self, state, today, kind, who):
        duty = rules.duty(state, opens_on=OPENS, due_on=DUE, today=today)
        assert (duty.kind, duty.who) == (kind, who)
        assert duty.is_owed == (kind in ("open", "soon", "overdue"))


class TestContradiction:
    @pytest.mark.parametrize(
        ("means", "results", "answer"),
        [
            ("met", ["missed", "missed"], True),
            ("met", ["missed", "met"], False),
            ("met", ["undecidable", "not_measured"], False),
            ("missed", ["met"], True),
            ("", ["missed"], False),
            ("met", [], False),
        ],
    )
    def test_a_grade_against_all_figures(self, means, results, answer):
        assert rules.contradicted(means, results) is answer


def test_shares_of_the_council():
    assert rules.shares([("A", 3), ("B", 1)]) == [("A", 3, 75.0), ("B", 1, 25.0)]
    assert rules.shares([("A", 0)]) == [("A", 0, 0.0)]


class TestCityForms:
    def test_every_file_is_sound(self):
        assert {form.key for form in all_forms()} >= {"osaka_fy2022", "osaka_fy2023", "yokohama", "general"}

    @pytest.mark.parametrize(
        ("style", "year", "key"),
        [
            ("osaka", 2021, "osaka_fy2022"),
            ("osaka", 2022, "osaka_fy2022"),
            ("osaka", 2023, "osaka_fy2023"),
            ("osaka", 2030, "osaka_fy2023"),
            ("yokohama", 2022, "yokohama"),
            ("nagoya", 2022, "general"),
            ("", 2022, "general"),
        ],
    )
    def test_which_form_holds(self, style, year, key):
        assert form_of(style, year).key == key

    def test_the_codes_of_osakas_forms(self):
        lists = {one.key: [g.code for g in one.grade] for one in form_of("osaka", 2022).lists("year_end")}
        assert lists == {
            "process": ["①", "②"],
            "implementation": ["(i)", "(ii)"],
            "outcome": ["A", "B"],
            "strategy": ["a", "b"],
            "effectiveness": ["ア", "イ"],
        }
        assert [g.code for g in form_of("osaka", 2023).main("year_end").grade] == ["A", "B"]

    def test_days(self):
        form = form_of("osaka", 2022)
        assert form.due_on("midyear", 2022).year == 2022
        assert form.due_on("year_end", 2022).year == 2023
        for each in all_forms():
            for phase in rules.PHASES:
                assert each.opens_on(phase, 2022) < each.due_on(phase, 2022)

    def test_a_grade_may_begin_in_a_later_year(self, tmp_path: Path):
        text = (Path(__file__).parents[1] / "grades" / "general.toml").read_text("utf-8")
        path = tmp_path / "x.toml"
        path.write_text(text.replace('code = "D"', 'code = "D"\n  valid_from = 2024'), "utf-8")
        one = read(path).main("midyear")
        assert [g.code for g in one.of_year(2023)] == ["A", "B", "C"]
        assert [g.code for g in one.of_year(2024)] == ["A", "B", "C", "D"]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("main = true\n", ""),
            ("council = true\n", ""),
            ('due = "10-31"', 'due = "09-30"'),
            ('phases = ["year_end"]', 'phases = ["summer"]'),
            ('means = "missed"', 'means = "perhaps"'),
            ("[phase.midyear]", "[phase.summer]"),
            ('text_label = "', 'text_lable = "'),
        ],
    )
    def test_a_faulty_file_is_refused(self, tmp_path: Path, before, after):
        text = (Path(__file__).parents[1] / "grades" / "general.toml").read_text("utf-8")
        assert before in text
        path = tmp_path / "x.toml"
        path.write_text(text.replace(before, after), "utf-8")
        with pytest.raises(ValueError):  # noqa: PT011
            read(path)
