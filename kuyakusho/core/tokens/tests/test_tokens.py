"""Tokens on a real database: single use, also when two come at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from kuyakusho.core import retention, tokens
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.tokens import sealing
from kuyakusho.core.tokens.models import SpentToken

HOUR = timedelta(hours=1)


def test_settings_give_the_keys(settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "first", []
    token = tokens.make("p", "s", lifetime=HOUR)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    assert tokens.read("p", token).subject == "s"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Invalid) as refused:
        tokens.read("p", token)
    assert refused.value.code == "token_invalid"


def test_an_expired_token_says_so() -> None:
    token = tokens.make("p", "s", lifetime=HOUR)
    with pytest.raises(Invalid) as refused:
        tokens.read("p", token, now=clock.now() + 2 * HOUR)
    assert refused.value.code == "token_expired"


@pytest.mark.django_db
def test_the_second_use_is_refused() -> None:
    claim = tokens.read("p", tokens.make("p", "s", lifetime=HOUR))
    assert not tokens.is_spent(claim)
    tokens.spend(claim)
    assert tokens.is_spent(claim)
    with pytest.raises(Conflict) as refused:
        tokens.spend(claim)
    assert refused.value.code == "token_spent"


@pytest.mark.django_db
def test_a_use_that_is_rolled_back_was_no_use() -> None:
    claim = tokens.read("p", tokens.make("p", "s", lifetime=HOUR))

    class Stop(Exception):
        pass

    def fail() -> None:
        with transaction.atomic():
            tokens.spend(claim)
            raise Stop

    with pytest.raises(Stop):
        fail()
    tokens.spend(claim)


@pytest.mark.django_db
def test_the_same_name_for_two_purposes_is_two_things() -> None:
    until = clock.now() + HOUR
    assert tokens.spend_name("a", "x", until=until)
    assert tokens.spend_name("b", "x", until=until)
    assert not tokens.spend_name("a", "x", until=until)


@pytest.mark.django_db
def test_forgetting_keeps_what_could_still_be_tried() -> None:
    now = clock.now()
    tokens.spend_name("p", "gone", until=now - timedelta(days=2))
    tokens.spend_name("p", "just over", until=now - HOUR)
    tokens.spend_name("p", "alive", until=now + HOUR)
    assert retention.tidy()["tokens.SpentToken"] == 1
    assert SpentToken.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins() -> None:
    claim = tokens.read("p", tokens.make("p", "s", lifetime=HOUR))
    outcomes: list[str] = []
    gate = threading.Barrier(8)

    def use() -> None:
        gate.wait()
        try:
            with transaction.atomic():
                tokens.spend(claim)
            outcomes.append("won")
        except Conflict:
            outcomes.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 7 + ["won"]


def test_what_is_sealed_opens_for_its_purpose_only(settings) -> None:
    sealed = sealing.seal("totp", "JBSWY3DP")
    assert "JBSWY3DP" not in sealed
    assert sealing.unseal("totp", sealed) == "JBSWY3DP"
    with pytest.raises(sealing.Sealed):
        sealing.unseal("other", sealed)


def test_what_was_sealed_with_an_old_key_opens(settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "first", []
    sealed = sealing.seal("totp", "secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    assert sealing.unseal("totp", sealed) == "secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(sealing.Sealed):
        sealing.unseal("totp", sealed)
