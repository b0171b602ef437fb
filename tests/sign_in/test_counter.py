"""Changing the person at a counter PC."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from kuyakusho.core.accounts.factors import pins
from kuyakusho.core.accounts.models import Device, SignIn, StaffMember
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

SWITCH, SECURITY, COUNTER = "/nishi/switch/", "/nishi/security/", "/nishi/security/counter-pc/"
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
PIN = "428190"


def later(minutes: int):
    return clock.frozen(MORNING + timedelta(minutes=minutes))


@pytest.fixture
def hana(ward: Ward) -> StaffMember:
    member = making.a_member(ward, "clerk")
    pins.set_pin(member.account, PIN)
    return member


@pytest.fixture
def taro(ward: Ward) -> StaffMember:
    member = making.a_member(ward, "clerk")
    pins.set_pin(member.account, "907216")
    return member


@pytest.fixture
def pc(administrator: StaffMember, hana: StaffMember, taro: StaffMember) -> Client:
    """A counter PC on which the administrator, Hana and Taro have signed in this morning, Taro last."""
    browser = Client()
    with later(0):
        making.sign_in(browser, administrator, making.an_app(administrator.account))
        browser.post(COUNTER, {"name": "戸籍課 窓口3"})
    with later(1):
        making.sign_in(browser, hana, making.an_app(hana.account))
    with later(2):
        making.sign_in(browser, taro, making.an_app(taro.account))
    return browser


def who(browser: Client) -> str:
    answer = browser.get(SECURITY)
    return answer.wsgi_request.user.name if answer.status_code == 200 else ""


def switch(browser: Client, member: StaffMember, pin: str):
    return browser.post(f"{SWITCH}{member.public_id}/", {"pin": pin})


def test_choose_pin_enter(pc: Client, hana: StaffMember, taro: StaffMember) -> None:
    with later(5):
        people = pc.get(SWITCH).context["people"]
        assert [p.staff.name for p in people[:2]] == [taro.account.name, hana.account.name]
        assert [p.key for p in people] == ["1", "2", "3"]
        assert switch(pc, hana, PIN).status_code == 302
        assert who(pc) == hana.account.name
    sign_in = SignIn.objects.get(account=taro.account)
    assert sign_in.ended_by == "switched"
    assert SignIn.objects.filter(account=hana.account, method="pin").exists()


def test_the_pages_can_be_used_without_a_mouse(pc: Client) -> None:
    with later(5):
        page = pc.get(SWITCH).content.decode()
        assert 'data-key="1"' in page
        assert 'accesskey="1"' in page
        pin = pc.get(page.split('class="k-person" data-row href="')[1].split('"')[0]).content.decode()
    assert "autofocus" in pin.split('name="pin"')[1].split(">")[0] or "autofocus" in pin


def test_a_wrong_pin_opens_nothing_and_is_audited(pc: Client, hana: StaffMember, taro: StaffMember) -> None:
    with later(5):
        assert switch(pc, hana, "428191").status_code == 422
        assert who(pc) == taro.account.name
    assert "accounts.session.switch_refused" in making.audit_actions()


def test_five_wrong_pins_and_only_a_full_sign_in_helps(pc: Client, hana: StaffMember) -> None:
    with later(5):
        assert [switch(pc, hana, "428191").status_code for _ in range(5)] == [422] * 5
        assert switch(pc, hana, PIN).status_code == 429
    secret = making.an_app_again(hana.account)
    with later(120):
        assert switch(pc, hana, PIN).status_code == 429
        making.sign_in(pc, hana, secret)
    with later(125):
        assert switch(pc, hana, PIN).status_code == 302


def test_a_pin_works_on_counter_pcs_of_the_ward_only(hana: StaffMember) -> None:
    at_home = Client()
    with later(1):
        making.sign_in(at_home, hana, making.an_app(hana.account))
        assert at_home.get(SWITCH)["Location"] == "/nishi/sign-in/staff/"
        assert switch(at_home, hana, PIN)["Location"] == "/nishi/sign-in/staff/"


def test_the_day_after_one_signs_in_fully_again(pc: Client, hana: StaffMember) -> None:
    with later(14 * 60 + 30):  # 23:30
        assert switch(pc, hana, PIN).status_code == 302
    with later(15 * 60 + 30):  # half past midnight
        assert pc.get(SWITCH).context["people"] == []
        assert switch(pc, hana, PIN).status_code == 404


def test_who_only_came_by_pin_does_not_prolong_it(pc: Client, hana: StaffMember) -> None:
    with later(60):
        switch(pc, hana, PIN)
    SignIn.objects.filter(account=hana.account, method="password_totp").delete()
    with later(70):
        assert switch(pc, hana, PIN).status_code == 404


def test_who_did_not_sign_in_here_today_is_not_listed(pc: Client, ward: Ward) -> None:
    stranger = making.a_member(ward)
    pins.set_pin(stranger.account, PIN)
    with later(5):
        assert switch(pc, stranger, PIN).status_code == 404


def test_who_left_the_staff_is_not_listed(pc: Client, hana: StaffMember) -> None:
    hana.postings.update(valid_until=MORNING.date())
    with later(5):
        assert hana.account.name not in [p.staff.name for p in pc.get(SWITCH).context["people"]]
        assert switch(pc, hana, PIN).status_code == 404


def test_a_pin_is_no_proof_for_sensitive_changes(pc: Client, hana: StaffMember) -> None:
    with later(60):
        switch(pc, hana, PIN)
        assert pc.get("/nishi/security/password/")["Location"].startswith("/nishi/sign-in/again/")


def test_on_a_counter_pc_idleness_ends_sooner_and_leads_to_the_switch(pc: Client, hana: StaffMember) -> None:
    with later(10):
        switch(pc, hana, PIN)
    with later(19):
        assert who(pc) == hana.account.name
    with later(30):
        assert pc.get("/nishi/desk/people/")["Location"].startswith(SWITCH)


def test_only_administrators_register_a_pc(client: Client, hana: StaffMember) -> None:
    making.sign_in(client, hana, making.an_app(hana.account))
    assert client.post(COUNTER, {"name": "x"}).status_code == 404
    assert not Device.objects.exclude(counter_of=None).exists()


def test_a_pc_can_be_retired(pc: Client, administrator: StaffMember) -> None:
    with later(200):
        making.sign_in(pc, administrator, making.an_app_again(administrator.account))
        assert "戸籍課 窓口3" in pc.get(COUNTER).content.decode()
        pc.post(COUNTER)
        assert pc.get(SWITCH).status_code == 302
    assert "accounts.counter_pc.retired" in making.audit_actions()


def test_a_counter_pc_of_one_ward_is_none_of_another(pc: Client, hana: StaffMember) -> None:
    making.a_member(making.a_ward("higashi"), account=hana.account)
    with later(5):
        assert pc.get("/higashi/switch/")["Location"] == "/higashi/sign-in/staff/"


@pytest.mark.parametrize("pin", ["123456", "000000", "12345", "abcdef"])
def test_a_weak_pin_is_refused(client: Client, hana: StaffMember, pin: str) -> None:
    making.sign_in(client, hana, making.an_app(hana.account))
    assert client.post("/nishi/security/pin/", {"pin": pin}).status_code == 422


def test_a_pin_may_be_typed_in_full_width(client: Client, hana: StaffMember) -> None:
    making.sign_in(client, hana, making.an_app(hana.account))
    assert client.post("/nishi/security/pin/", {"pin": "５０３９１７"}).status_code == 302
    assert pins.accept(hana.account, "503917")


def test_the_pin_is_not_readable_in_the_database(hana: StaffMember) -> None:
    kept = hana.account.counter_pin.sealed_hash
    assert PIN not in kept
    assert "$" not in kept
