from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kuyakusho.core.keys import rules, scopes

TODAY = date(2026, 11, 22)
MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def test_no_two_keys_are_alike_and_each_is_found_by_its_prefix() -> None:
    made = [rules.new_key() for _ in range(200)]
    assert len({text for _, text in made}) == len({prefix for prefix, _ in made}) == 200
    assert all(rules.prefix_of(text) == prefix for prefix, text in made)


def test_the_secret_has_more_than_128_bits() -> None:
    assert len(rules.ALPHABET) ** rules.SECRET_LENGTH > 2**150


@pytest.mark.parametrize(
    "text",
    ["", "kuyakusho_", "Bearer x", "kuyakusho_abcdefgh_" + "a" * 31, "KUYAKUSHO_" + "a" * 8 + "_" + "a" * 32,
     "kuyakusho_abcdefgh_" + "a" * 32 + "\n", "kuyakusho_abcdefg1_" + "a" * 32, "鍵" * 40],
)  # fmt: skip
def test_what_is_no_key_has_no_prefix(text: str) -> None:
    assert rules.prefix_of(text) == ""


@pytest.mark.parametrize(
    ("expires_on", "revoked_at", "state", "works"),
    [
        (date(2027, 11, 22), None, "active", True),
        (date(2026, 12, 22), None, "ending", True),
        (date(2026, 12, 23), None, "active", True),
        (TODAY, None, "ending", True),  # the last day counts
        (date(2026, 11, 21), None, "expired", False),
        (date(2027, 11, 22), MOMENT, "revoked", False),
        (date(2026, 11, 21), MOMENT, "revoked", False),
    ],
)
def test_when_a_key_works(expires_on: date, revoked_at: datetime | None, state: str, works: bool) -> None:
    assert rules.state(expires_on, revoked_at, TODAY) == state
    assert rules.works(expires_on, revoked_at, TODAY) is works


def test_a_scope_has_one_name_and_one_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scopes, "_scopes", {})
    scopes.register("doors:open", "開ける")
    scopes.register("doors:open", "開ける")
    with pytest.raises(ValueError, match="already"):
        scopes.register("doors:open", "閉める")
    with pytest.raises(ValueError, match="room:deed"):
        scopes.register("doors", "開ける")
    assert scopes.known() == [("doors:open", "開ける")]
    assert scopes.words_of("doors:close") == "doors:close"
