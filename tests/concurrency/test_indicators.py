"""Races of figures: two about one period, files, and what other systems send."""

from __future__ import annotations

from collections import Counter

import pytest

from kuyakusho.core.accounts.tests.making import a_ward
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.calendar import clock
from kuyakusho.core.keys import services as keys
from kuyakusho.core.keys.models import Answered
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators
from kuyakusho.engines.indicators.models import Indicator, Observation

from . import deeds
from .racing import Race, at_once


def an_indicator(ward: Ward, key: str = "walks") -> Indicator:
    spec = indicators.Spec(key, "見守りの回数", "回", "typed")
    return indicators.define(ward, spec, actor=deeds.staff("a"))[0]


def test_the_same_figure_is_kept_once(race: Race) -> None:
    indicator = an_indicator(a_ward())
    new = race(deeds.type_in, [{"indicator": indicator.pk, "value": "12", "who": str(n)} for n in range(6)])
    assert sorted(new) == [False] * 5 + [True]
    assert AuditLine.objects.filter(action="indicators.observation.entered").count() == 1


def test_different_figures_of_one_period_are_all_kept_and_one_of_them_stands(race: Race) -> None:
    ward = a_ward()
    indicator = an_indicator(ward)
    revision = Ward.objects.get(pk=ward.pk).revision
    race(deeds.type_in, [{"indicator": indicator.pk, "value": str(n), "who": str(n)} for n in range(6)])
    rows = list(indicator.observations.order_by("recorded_at", "id"))
    assert sorted(int(row.value) for row in rows) == list(range(6))
    assert Ward.objects.get(pk=ward.pk).revision == revision + 6
    loaded = indicators.load_one(ward, "walks")
    assert loaded is not None
    assert loaded.judged(2022).yearly is not None
    assert loaded.judged(2022).yearly.value == rows[-1].value  # type: ignore[union-attr]
    assert len(indicators.corrected(rows)) == 5
    times = [row.recorded_at for row in rows]
    assert [row.pk for row in rows] == [row.pk for row in sorted(rows, key=lambda r: r.pk)], times


def test_two_files_with_the_same_lines_in_another_order(race: Race) -> None:
    """Each holds what the other wants next, unless both take them in one order."""
    ward = a_ward()
    names = [f"n{n}" for n in range(8)]
    for name in names:
        an_indicator(ward, name)
    order = {"ward": ward.pk, "value": "5"}
    for turn in range(3):
        order["value"] = str(turn)
        answers = race(
            deeds.load,
            [
                {**order, "names": names, "who": "a"},
                {**order, "names": names[::-1], "who": "b"},
                {**order, "names": names[4:] + names[:4], "who": "c"},
            ],
        )
        assert sorted(answers) == [[0, 8], [0, 8], [8, 0]]
    assert Observation.objects.count() == 24


def test_a_file_and_people_who_type(transactional_db: None) -> None:
    ward = a_ward()
    names = [f"n{n}" for n in range(6)]
    pks = [an_indicator(ward, name).pk for name in names]
    for turn in range(3):
        at_once(
            [
                lambda turn=turn: deeds.load(ward.pk, names, f"{turn}", "a"),
                *(lambda pk=pk, turn=turn: deeds.type_in(pk, f"{turn}.5", "b") for pk in pks[::-1]),
            ]
        )
    assert Observation.objects.count() == 36


# Over HTTP


@pytest.fixture
def sender(transactional_db: None) -> dict[str, str]:
    """What a system needs to send a figure."""
    directory.forget()
    ward = a_ward()
    an_indicator(ward)
    _key, text = keys.issue(
        ward, name="x", allowed=["indicators:write"], expires_on=clock.today(), actor=deeds.staff("a")
    )
    return {"address": f"/api/v1/{ward.slug}/indicators/walks/observations", "key": text}


def test_one_idempotency_key_is_one_deed(race: Race, sender: dict[str, str]) -> None:
    for turn in range(2):
        answers = race(deeds.post_figure, [{**sender, "value": str(turn), "name": f"run-{turn}"}] * 6)
        assert Counter(status for status, _body in answers) == {201: 1, 200: 5}
        assert len({str(body) for _status, body in answers}) == 1
    assert Observation.objects.count() == Answered.objects.count() == 2


def test_one_idempotency_key_is_one_content(race: Race, sender: dict[str, str]) -> None:
    answers = race(deeds.post_figure, [{**sender, "value": str(n), "name": "run"} for n in range(6)])
    assert Counter(status for status, _body in answers) == {201: 1, 422: 5}
    assert Observation.objects.count() == 1


def test_the_same_figure_without_one_is_kept_once_as_well(race: Race, sender: dict[str, str]) -> None:
    answers = race(deeds.post_figure, [{**sender, "value": "7"}] * 6)
    assert Counter(status for status, _body in answers) == {201: 1, 200: 5}
    assert Observation.objects.count() == 1
