"""Decisions about signing in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.accounts import rules
from kuyakusho.core.accounts.rules import Limit, Post, Tries, try_again

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMIT = Limit(5, MINUTE, timedelta(hours=1))


def tries_at_once(limit: Limit, number: int, at: datetime = NOON) -> tuple[int, Tries | None]:
    """How many of `number` tries at one moment go ahead."""
    tries, allowed = None, 0
    for _ in range(number):
        tries, wait = try_again(limit, tries, at)
        allowed += wait == timedelta(0)
    return allowed, tries


def test_the_free_tries_go_ahead_and_then_there_is_a_pause() -> None:
    allowed, tries = tries_at_once(LIMIT, 20)
    assert allowed == 5
    assert tries is not None
    assert tries.next_at == NOON + MINUTE


def test_pauses_double_up_to_the_longest() -> None:
    tries, now, pauses = None, NOON, []
    for _ in range(14):
        tries, wait = try_again(LIMIT, tries, now)
        assert wait == timedelta(0)
        pauses.append(tries.next_at - now)
        now = tries.next_at
    minutes = [pause // MINUTE for pause in pauses]
    assert minutes[:9] == [0, 0, 0, 0, 1, 2, 4, 8, 16]
    assert max(minutes) == 60


def test_waiting_counts_nothing() -> None:
    _, tries = tries_at_once(LIMIT, 5)
    again, wait = try_again(LIMIT, tries, NOON + MINUTE / 2)
    assert again == tries
    assert wait == MINUTE / 2


@given(hours=st.integers(0, 100))
def test_tries_are_forgiven_one_by_one(hours: int) -> None:
    tries = Tries(5, NOON, NOON + MINUTE)
    now = NOON + timedelta(hours=hours, minutes=2)
    after, _ = try_again(LIMIT, tries, now)
    forgiven = min(5, int(hours * 5 // 24) if hours else 0)
    assert after.count == 5 - forgiven + 1


@given(gap=st.integers(1, 5000), number=st.integers(1, 300))
def test_a_steady_stream_below_the_limit_is_never_stopped(gap: int, number: int) -> None:
    limit = Limit(200, timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=1))
    tries, now = None, NOON
    step = timedelta(seconds=max(gap, 18))  # two hundred an hour
    for _ in range(number):
        tries, wait = try_again(limit, tries, now)
        assert wait == timedelta(0)
        now += step


@given(count=st.integers(0, 10_000), seconds=st.integers(0, 10**7))
def test_the_count_stays_small_and_the_pause_bounded(count: int, seconds: int) -> None:
    after, _ = try_again(LIMIT, Tries(min(count, 1000), NOON, NOON), NOON + timedelta(seconds=seconds))
    assert after.count <= rules.MOST_COUNTED
    assert after.next_at - (NOON + timedelta(seconds=seconds)) <= LIMIT.longest


@pytest.mark.parametrize(
    ("pin", "fault"),
    [
        ("428190", ""),
        ("90210733", ""),
        ("12345", "form"),
        ("1234567890123", "form"),
        ("12345a", "form"),
        ("１２３４５７", "form"),
        ("000000", "repeated"),
        ("121212", "repeated"),
        ("123123", "repeated"),
        ("123456", "sequence"),
        ("987654", "sequence"),
        ("789012", "sequence"),
        ("19850412", "date"),
        ("99999999", "repeated"),
    ],
)
def test_weak_pins_are_told_apart(pin: str, fault: str) -> None:
    assert rules.pin_is_weak(pin) == fault


def test_the_day_is_japans() -> None:
    before_midnight = datetime(2026, 11, 24, 14, 59, tzinfo=UTC)
    after_midnight = datetime(2026, 11, 24, 15, 1, tzinfo=UTC)
    assert not rules.same_day(before_midnight, after_midnight)
    assert rules.same_day(after_midnight, datetime(2026, 11, 25, 14, 59, tzinfo=UTC))


def test_idle_begins_with_the_limit() -> None:
    assert not rules.is_idle(NOON, NOON + MINUTE * 9, MINUTE * 10)
    assert rules.is_idle(NOON, NOON + MINUTE * 10, MINUTE * 10)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge / Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari / iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome / Android"),
        ("curl/8", ""),
    ],
)  # fmt: skip
def test_browsers_are_named_coarsely(agent: str, name: str) -> None:
    assert rules.browser_name(agent) == name


# ---- postings ----------------------------------------------------------------------------------------------

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
posts = st.builds(
    Post,
    section=st.sampled_from(["tax", "records", "welfare"]),
    roles=st.sets(st.sampled_from(["clerk", "chief", "administrator"]), min_size=1).map(frozenset),
    since=days,
)


def history(changes: list[Post]) -> list[Post]:
    found: list[Post] = []
    for change in changes:
        found = rules.posted(found, change)
    return found


@given(changes=st.lists(posts, max_size=8), day=days)
def test_nobody_is_posted_twice_on_a_day(changes: list[Post], day: date) -> None:
    assert sum(post.holds_on(day) for post in history(changes)) <= 1


@given(changes=st.lists(posts, max_size=6), new=posts)
def test_the_new_posting_holds_from_its_day_on_and_what_was_before_stays(
    changes: list[Post], new: Post
) -> None:
    before = history(changes)
    after = rules.posted(before, new)
    assert after[-1] == new
    assert new.until is None
    yesterday = new.since - timedelta(days=1)
    held = [p.section for p in before if p.holds_on(yesterday)]
    assert [p.section for p in after if p.holds_on(yesterday)] == held


@given(changes=st.lists(posts, min_size=1, max_size=6), on=days, later=days)
def test_after_the_end_nobody_is_posted(changes: list[Post], on: date, later: date) -> None:
    after = rules.ended(history(changes), on)
    assert not any(post.holds_on(max(on, later)) for post in after)


def test_days_without_an_administrator_are_found_in_the_future_too() -> None:
    admin = Post("tax", frozenset({"administrator"}), date(2026, 4, 1), date(2027, 4, 1))
    clerk = Post("tax", frozenset({"clerk"}), date(2026, 4, 1))
    assert rules.days_without_administrator([[admin], [clerk]], date(2026, 11, 24)) == [date(2027, 4, 1)]
    follows = Post("tax", frozenset({"administrator"}), date(2027, 4, 1))
    assert rules.days_without_administrator([[admin], [follows]], date(2026, 11, 24)) == []
    late = Post("tax", frozenset({"administrator"}), date(2027, 4, 2))
    assert rules.days_without_administrator([[admin], [late]], date(2026, 11, 24)) == [date(2027, 4, 1)]


@pytest.mark.parametrize(("administrators", "needed"), [(0, False), (1, False), (2, True), (5, True)])
def test_a_second_administrator_is_needed_where_there_is_one(administrators: int, needed: bool) -> None:
    assert rules.needs_second_administrator(administrators) is needed
