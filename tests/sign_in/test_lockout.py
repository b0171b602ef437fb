"""Trying is slowed down, and nobody can slow down somebody else."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from kuyakusho.core.accounts import attempts
from kuyakusho.core.accounts.attempts import Origin, TooSoon
from kuyakusho.core.accounts.devices import origin_of
from kuyakusho.core.accounts.models import Attempts, StaffMember
from kuyakusho.core.accounts.source import source_of
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

SIGN_IN = "/nishi/sign-in/staff/"


def guess(browser: Client, email: str, password: str = "wrong") -> int:
    return browser.post(SIGN_IN, {"email": email, "password": password}).status_code


def test_guessing_from_one_place_is_slowed_down(member: StaffMember) -> None:
    attacker = making.from_place("203.0.113.9")
    codes = [guess(attacker, member.account.email) for _ in range(8)]
    assert codes == [422] * 5 + [429] * 3
    assert guess(attacker, member.account.email, making.PASSWORD) == 429, "the right password waits too"


def test_an_unknown_address_is_slowed_down_the_same(ward: Ward) -> None:
    attacker = making.from_place("203.0.113.9")
    assert [guess(attacker, "nobody@ward.example.jp") for _ in range(6)] == [422] * 5 + [429]


def test_an_attacker_elsewhere_cannot_lock_a_known_device_out(member: StaffMember, secret: str) -> None:
    mine = making.from_place("198.51.100.7")
    making.sign_in(mine, member, secret)
    mine.post("/nishi/sign-out/")
    for place in range(1, 56):  # a botnet
        guess(making.from_place(f"203.0.113.{place}"), member.account.email)
    stranger = making.from_place("192.0.2.5")
    assert guess(stranger, member.account.email, making.PASSWORD) == 429
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert making.sign_in(mine, member, secret).status_code == 302


def test_an_attacker_behind_the_same_address_cannot_either(member: StaffMember, secret: str) -> None:
    mine = making.from_place("198.51.100.7")
    making.sign_in(mine, member, secret)
    mine.post("/nishi/sign-out/")
    neighbour = making.from_place("198.51.100.7")
    assert [guess(neighbour, member.account.email) for _ in range(6)][-1] == 429
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert making.sign_in(mine, member, secret).status_code == 302


def test_a_device_known_for_one_account_is_strange_for_another(
    rf: RequestFactory, ward: Ward, member: StaffMember, secret: str
) -> None:
    insider = making.from_place("198.51.100.7")
    making.sign_in(insider, member, secret)
    other = making.a_member(ward)
    assert [guess(insider, other.account.email) for _ in range(6)] == [422] * 5 + [429]
    request = rf.get("/", HTTP_COOKIE=f"kuyakusho-device={insider.cookies['kuyakusho-device'].value}")
    assert origin_of(request, member.account).device is not None
    assert origin_of(request, other.account).device is None
    assert origin_of(request, None).device is None


def test_a_known_device_is_slowed_down_by_its_own_tries(member: StaffMember, secret: str) -> None:
    stolen = making.from_place("198.51.100.7")
    making.sign_in(stolen, member, secret)
    stolen.post("/nishi/sign-out/")
    assert [guess(stolen, member.account.email) for _ in range(6)] == [422] * 5 + [429]


@pytest.mark.parametrize("cookie", ["forged", "", "A" * 60, "zz-_" * 30])
def test_a_forged_device_cookie_counts_as_none(member: StaffMember, cookie: str) -> None:
    browser = making.from_place("203.0.113.9")
    browser.cookies["kuyakusho-device"] = cookie
    assert [guess(browser, member.account.email) for _ in range(6)] == [422] * 5 + [429]


def test_the_link_by_mail_helps_out_and_makes_the_browser_known(member: StaffMember, secret: str) -> None:
    for place in range(1, 56):
        guess(making.from_place(f"203.0.113.{place}"), member.account.email)
    fresh = making.from_place("192.0.2.5")
    assert guess(fresh, member.account.email, making.PASSWORD) == 429
    fresh.post("/nishi/sign-in/staff/forgotten/", {"email": member.account.email})
    link = making.link_in(making.messages_to(member.account.email)[-1])
    fresh.post(link, {"password": "eleven blue lanterns 11"})
    assert making.sign_in(fresh, member, secret, "eleven blue lanterns 11").status_code == 302


def test_codes_of_the_app_are_slowed_down_too(member: StaffMember, secret: str) -> None:
    thief = making.from_place("203.0.113.9")
    thief.post(SIGN_IN, {"email": member.account.email, "password": making.PASSWORD})
    second = "/nishi/sign-in/staff/second/"
    assert [thief.post(second, {"code": "000000"}).status_code for _ in range(6)] == [422] * 5 + [429]
    assert thief.post(second, {"code": making.code_now(secret)}).status_code == 429


def test_success_forgets_the_tries_here(member: StaffMember, secret: str) -> None:
    browser = making.from_place("198.51.100.7")
    for _ in range(4):
        assert [guess(browser, member.account.email) for _ in range(3)] == [422] * 3
        assert guess(browser, member.account.email, making.PASSWORD) == 302


def test_the_wait_is_told_in_minutes(member: StaffMember) -> None:
    attacker = making.from_place("203.0.113.9")
    for _ in range(5):
        guess(attacker, member.account.email)
    answer = attacker.post(SIGN_IN, {"email": member.account.email, "password": "wrong"})
    assert "1分ほど待ってから" in answer.content.decode()


def test_the_database_holds_no_address_and_no_name(member: StaffMember) -> None:
    guess(making.from_place("203.0.113.9"), member.account.email)
    kept = str(list(Attempts.objects.values()))
    assert "203.0.113" not in kept
    assert member.account.email not in kept


def test_one_household_has_one_source_in_ipv6(rf) -> None:
    a, b, c = (
        source_of(rf.get("/", REMOTE_ADDR=address))
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    )
    assert a == b != c


@pytest.mark.django_db(transaction=True)
def test_many_at_once_gain_nothing() -> None:
    now, outcomes, gate = clock.now(), [], threading.Barrier(12)

    def attempt() -> None:
        gate.wait()
        try:
            attempts.take("password", "hana@ward.example.jp", Origin("somewhere"), now)
            outcomes.append("went ahead")
        except TooSoon:
            outcomes.append("waits")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("went ahead") == attempts.HERE.free
    assert outcomes.count("waits") == 12 - attempts.HERE.free
