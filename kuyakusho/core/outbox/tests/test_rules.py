"""Pauses grow, differ, and end; what is kept of a fault names nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.outbox.mail_address import settings_of
from kuyakusho.core.outbox.rules import ATTEMPTS, LONGEST_PAUSE, fault_text, masked, pause


def test_pauses_triple_up_to_six_hours() -> None:
    assert [pause(n, 0.5).total_seconds() for n in (1, 2, 3, 4)] == [10, 30, 90, 270]
    assert pause(50, 0.5) == LONGEST_PAUSE


def test_all_attempts_of_a_message_take_more_than_a_day_and_less_than_three() -> None:
    total = sum((pause(n, 0.5) for n in range(1, ATTEMPTS["message"])), timedelta())
    assert timedelta(days=0.5) < total < timedelta(days=3)


@given(st.integers(1, 40), st.floats(0, 1))
def test_chance_moves_a_pause_by_a_fifth_at_most(attempts: int, chance: float) -> None:
    middle = pause(attempts, 0.5)
    assert abs(pause(attempts, chance) - middle) <= middle * 0.2 + timedelta(microseconds=2)


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (
            ConnectionRefusedError(111, "Connection refused"),
            "ConnectionRefusedError: [Errno 111] Connection refused",
        ),
        (ValueError("taro.yamada@example.jp bounced"), "ValueError: … bounced"),
        (ValueError("call 045-000-0000 now"), "ValueError: call … now"),
        (KeyError("山田太郎"), "KeyError: …"),
        (RuntimeError('Key (email)=(a@b.jp) exists, "Yamada"'), "RuntimeError: Key … exists, …"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_a_fault_names_nobody(error: Exception, kept: str) -> None:
    assert fault_text(error) == kept


def test_an_address_is_masked_so_that_its_owner_knows_it() -> None:
    assert masked("yamada@example.jp") == "ya…@example.jp"
    assert masked("") == ""


@pytest.mark.parametrize(
    ("url", "part"),
    [
        (
            "smtp://mail",
            {"EMAIL_HOST": "mail", "EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False},
        ),
        (
            "smtp+tls://u%40x:p%2Fw@mail:2587",
            {
                "EMAIL_HOST_USER": "u@x",
                "EMAIL_HOST_PASSWORD": "p/w",
                "EMAIL_PORT": 2587,
                "EMAIL_USE_TLS": True,
            },
        ),
        ("smtps://mail", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True, "EMAIL_TIMEOUT": 15}),
        ("file:///srv/mail", {"EMAIL_FILE_PATH": "/srv/mail"}),
        ("console:", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        ("none:", {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}),
        ("", {"EMAIL_FILE_PATH": "/fallback"}),
    ],
)
def test_an_email_url_says_everything(url: str, part: dict) -> None:
    assert part.items() <= settings_of(url, "/fallback").items()


@pytest.mark.parametrize(
    "url", ["mailto:x", "smtp://", "smtp://host:no", "file://relative", "mail.example.jp:25"]
)
def test_an_email_url_that_cannot_be_read_says_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL"):
        settings_of(url, "")
