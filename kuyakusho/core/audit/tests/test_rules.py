"""A link depends on every part of the line, on its place, and on what came before; facts are cleaned."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.audit.rules import Line, canonical, clean, link, origin

AT = datetime(2026, 4, 1, 9, 0, 0, 5, UTC)
LINE = Line(AT, "staff:abc", "policy.node.changed", "policy.node:xyz", {"count": 2, "理由": "訂正"})
simple = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
facts = st.dictionaries(st.text(max_size=9), simple | st.lists(simple, max_size=2), max_size=4)


def test_a_link_can_be_worked_out_by_hand_as_the_docs_say() -> None:
    text = (
        '{"action":"policy.node.changed","actor":"staff:abc","at":"2026-04-01T09:00:00.000005Z","before":"'
        + origin("k")
        + '","facts":{"count":2,"理由":"訂正"},"number":1,"target":"policy.node:xyz"}'
    )
    assert link(LINE, 1, origin("k")) == hashlib.sha256(text.encode()).hexdigest()


def test_the_zone_in_which_a_time_is_written_makes_no_difference() -> None:
    japan = Line(AT.astimezone(ZoneInfo("Asia/Tokyo")), *LINE_REST)
    assert link(japan, 1, "x") == link(LINE, 1, "x")


LINE_REST = (LINE.actor, LINE.action, LINE.target, LINE.facts)


@pytest.mark.parametrize(
    "other",
    [
        Line(AT + timedelta(microseconds=1), *LINE_REST),
        Line(AT, "staff:abd", *LINE_REST[1:]),
        Line(AT, LINE.actor, "policy.node.removed", LINE.target, LINE.facts),
        Line(AT, LINE.actor, LINE.action, "policy.node:xyy", LINE.facts),
        Line(AT, LINE.actor, LINE.action, LINE.target, {"count": 3, "理由": "訂正"}),
    ],
)
def test_every_part_of_a_line_is_under_the_seal(other: Line) -> None:
    assert link(other, 1, "x") != link(LINE, 1, "x")


def test_place_and_link_before_are_under_the_seal() -> None:
    assert len({link(LINE, 1, "x"), link(LINE, 2, "x"), link(LINE, 1, "y"), origin("a"), origin("b")}) == 5


@given(facts)
def test_facts_keep_their_seal_through_a_database(given_facts: dict) -> None:
    cleaned = clean(given_facts)
    stored = json.loads(canonical(cleaned))
    assert link(Line(AT, "a", "b", "c", stored), 1, "x") == link(Line(AT, "a", "b", "c", cleaned), 1, "x")


def test_facts_become_plain_and_lose_addresses() -> None:
    assert clean(
        {
            "on": date(2026, 4, 1),
            "yen": Decimal("10.50"),
            "keys": {"b", "a"},
            "note": "連絡先は taro@example.jp です",
            "broken": float("nan"),
            "nul": "a\x00b",
        }
    ) == {
        "on": "2026-04-01",
        "yen": "10.50",
        "keys": ["a", "b"],
        "note": "連絡先は …@… です",
        "broken": "nan",
        "nul": "ab",
    }


def test_facts_are_references_not_texts() -> None:
    with pytest.raises(ValueError, match="references"):
        clean({"text": "あ" * 4000})
