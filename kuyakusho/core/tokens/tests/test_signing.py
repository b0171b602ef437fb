"""Tokens: what was signed comes back, and nothing else does."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.tokens import signing
from kuyakusho.core.tokens.signing import Expired, Unsound, sign, verify

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL_SAFE = set(string.ascii_letters + string.digits + "-_")

printable = st.text(st.characters(exclude_categories=("Cs",)), max_size=50)
moments = st.integers(1, 7_000_000_000).map(lambda second: datetime.fromtimestamp(second + 0.5, UTC))
lifetimes = st.integers(1, 400 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(purpose=printable, subject=printable, at=moments, lifetime=lifetimes)
def test_what_was_signed_comes_back(purpose: str, subject: str, at: datetime, lifetime: timedelta) -> None:
    token = sign("key", purpose, subject, issued_at=at, lifetime=lifetime)
    claim = verify(["key"], purpose, token, now=at)
    assert (claim.subject, claim.purpose) == (subject, purpose)
    assert claim.expires_at - claim.issued_at == lifetime
    assert claim.issued_at == at.replace(microsecond=0)
    assert set(token) <= URL_SAFE


@given(a=printable, b=printable)
def test_a_token_of_another_purpose_is_as_wrong_as_a_forged_one(a: str, b: str) -> None:
    token = sign("key", a, "subject", issued_at=NOON, lifetime=HOUR)
    if a == b:
        assert verify(["key"], b, token, now=NOON)
    else:
        with pytest.raises(Unsound):
            verify(["key"], b, token, now=NOON)


@given(place=st.integers(0, 400), letter=st.sampled_from(sorted(URL_SAFE)), subject=printable)
def test_any_changed_letter_is_refused(place: int, letter: str, subject: str) -> None:
    token = sign("key", "p", subject, issued_at=NOON, lifetime=HOUR)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(Unsound):
            verify(["key"], "p", changed, now=NOON)


@given(extra=st.text(max_size=5), cut=st.integers(0, 60))
def test_longer_and_shorter_tokens_are_refused(extra: str, cut: int) -> None:
    token = sign("key", "p", "subject", issued_at=NOON, lifetime=HOUR)
    changed = token[: len(token) - cut] + extra
    if changed != token:
        with pytest.raises(Unsound):
            verify(["key"], "p", changed, now=NOON)


@given(anything=st.text(max_size=500))
def test_no_text_breaks_the_reader(anything: str) -> None:
    with pytest.raises(Unsound):
        verify(["key"], "p", anything, now=NOON)


@given(seconds=st.integers(1, 10_000), later=st.integers(0, 20_000))
def test_a_token_holds_exactly_as_long_as_it_says(seconds: int, later: int) -> None:
    token = sign("key", "p", "s", issued_at=NOON, lifetime=timedelta(seconds=seconds))
    now = NOON + timedelta(seconds=later)
    if later < seconds:
        assert verify(["key"], "p", token, now=now)
    else:
        with pytest.raises(Expired):
            verify(["key"], "p", token, now=now)


@given(early=st.integers(0, 10_000))
def test_a_token_from_the_future_is_refused_but_for_clocks_that_differ(early: int) -> None:
    token = sign("key", "p", "s", issued_at=NOON, lifetime=HOUR * 10)
    now = NOON - timedelta(seconds=early)
    if early <= signing.CLOCKS_DIFFER.total_seconds():
        assert verify(["key"], "p", token, now=now)
    else:
        with pytest.raises(Unsound):
            verify(["key"], "p", token, now=now)


def test_old_keys_are_still_read_and_unknown_keys_are_not() -> None:
    token = sign("old", "p", "s", issued_at=NOON, lifetime=HOUR)
    assert verify(["new", "old"], "p", token, now=NOON).subject == "s"
    with pytest.raises(Unsound):
        verify(["new"], "p", token, now=NOON)


def test_two_tokens_for_the_same_thing_are_two_tokens() -> None:
    a, b = (sign("key", "p", "s", issued_at=NOON, lifetime=HOUR) for _ in range(2))
    assert a != b
    assert verify(["key"], "p", a, now=NOON).name != verify(["key"], "p", b, now=NOON).name


def test_a_token_for_a_public_id_fits_a_small_qr_code() -> None:
    assert len(sign("key", "check-in", "ab12cd34ef", issued_at=NOON, lifetime=HOUR)) <= 64


@pytest.mark.parametrize("subject", ["x" * 201, "区" * 67])
def test_a_subject_that_is_too_long_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match="at most"):
        sign("key", "p", subject, issued_at=NOON, lifetime=HOUR)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-5), timedelta(days=60_000)])
def test_an_impossible_lifetime_is_refused(lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="holds for"):
        sign("key", "p", "s", issued_at=NOON, lifetime=lifetime)
