"""Residents: a code by e-mail, my page, and leaving."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from kuyakusho.core import retention
from kuyakusho.core.accounts import kept
from kuyakusho.core.accounts.models import Account, EmailCode, Resident, SignIn, SignInPolicy
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict
from kuyakusho.core.wards.models import Ward

SIGN_IN, CODE, ME = "/nishi/sign-in/", "/nishi/sign-in/code/", "/nishi/me/"
HANA = "hana@example.jp"


def ask(browser: Client, email: str = HANA, **more: str) -> str:
    """Asks for a code; returns it."""
    answer = browser.post(SIGN_IN, {"email": email, **more})
    assert answer["Location"] == CODE, answer.content.decode()
    return making.code_in(making.messages_to(email.lower())[-1])


def come_in(browser: Client, email: str = HANA) -> Client:
    browser.post(CODE, {"code": ask(browser, email)})
    assert browser.get(ME).status_code == 200
    return browser


def test_six_digits_open_my_page(client: Client, ward: Ward) -> None:
    assert client.get(ME)["Location"].startswith(SIGN_IN)
    code = ask(client)
    answer = client.post(
        CODE,
        {"code": f" {code[:3]}-{code[3:]} ".translate(str.maketrans("0123456789", "０１２３４５６７８９"))},
    )
    assert answer["Location"] == ME
    assert client.get(ME).status_code == 200
    resident = Resident.objects.get()
    assert (resident.account.email, resident.account.name, resident.language) == (HANA, "", "ja")


def test_the_link_works_on_another_device_after_a_press(client: Client, ward: Ward) -> None:
    ask(client)
    link = making.link_in(making.messages_to(HANA)[0])
    phone = Client()
    for _ in range(3):  # mail programs look at links before the person does
        assert phone.get(link).status_code == 200
    assert phone.get(ME).status_code == 302
    assert phone.post(link)["Location"] == ME
    assert phone.get(ME).status_code == 200
    assert Client().post(link).status_code == 422
    assert Client().get(link).status_code == 422, "a used link offers no button"
    code = making.code_in(making.messages_to(HANA)[0])
    assert client.post(CODE, {"code": code}).status_code == 422, "code and link are one thing"


def test_the_answer_is_the_same_for_known_and_unknown_addresses(ward: Ward) -> None:
    making.a_resident(ward, HANA)
    pages = []
    for email in (HANA, "nobody@example.jp"):
        browser = Client()
        answer = browser.post(SIGN_IN, {"email": email})
        pages.append((answer.status_code, answer["Location"], browser.get(CODE).content[-400:]))
        assert len(making.messages_to(email)) == 1
    assert pages[0] == pages[1]


def test_a_code_ends_after_ten_minutes(client: Client, ward: Ward) -> None:
    code = ask(client)
    with clock.frozen(clock.now() + timedelta(minutes=10, seconds=1)):
        assert client.post(CODE, {"code": code}).status_code == 422
    assert client.get(ME).status_code == 302


def test_a_code_ends_after_five_wrong_tries(client: Client, ward: Ward) -> None:
    code = ask(client)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert client.post(CODE, {"code": wrong}).status_code == 422
    answer = client.post(CODE, {"code": code})
    assert "この番号はもう使えません" in answer.content.decode()


def test_a_code_works_only_in_the_browser_that_asked(client: Client, ward: Ward) -> None:
    code = ask(client)
    other = Client()
    assert other.post(CODE, {"code": code})["Location"] == SIGN_IN
    ask(other, "taro@example.jp")
    assert other.post(CODE, {"code": code}).status_code == 422


def test_a_code_of_one_ward_opens_no_other(client: Client, ward: Ward) -> None:
    making.a_ward("higashi")
    code = ask(client)
    assert client.post("/higashi/sign-in/code/", {"code": code}).status_code == 422
    assert client.get("/higashi/me/").status_code == 302


def test_an_address_is_not_flooded_and_its_owner_is_not_shut_out(ward: Ward) -> None:
    mine = making.from_place("198.51.100.7")
    come_in(mine)
    mine.post("/nishi/sign-out/")
    for place in range(1, 30):
        making.from_place(f"203.0.113.{place}").post(SIGN_IN, {"email": HANA})
    assert len(making.messages_to(HANA)) < 16
    assert making.from_place("203.0.113.200").post(SIGN_IN, {"email": HANA}).status_code == 429
    come_in(mine)


def test_signing_in_often_is_no_flood(client: Client, ward: Ward) -> None:
    for _ in range(10):
        come_in(client)
        client.post("/nishi/sign-out/")


def test_a_ward_may_do_without_codes(client: Client, ward: Ward) -> None:
    SignInPolicy.objects.create(ward=ward, email_codes=False)
    assert client.get(SIGN_IN).context["form"] is None
    client.post(SIGN_IN, {"email": HANA})
    assert EmailCode.objects.count() == 0


def test_one_comes_back_to_the_page_one_wanted_in_ones_language(client: Client, ward: Ward) -> None:
    answer = client.get("/nishi/en/me/?x=1")
    assert answer["Location"] == "/nishi/en/sign-in/?next=%2Fnishi%2Fen%2Fme%2F%3Fx%3D1"
    answer = client.post(answer["Location"], {"email": HANA, "next": "/nishi/en/me/?x=1"})
    assert answer["Location"] == "/nishi/en/sign-in/code/"
    code = making.code_in(making.messages_to(HANA)[0])
    assert client.post(answer["Location"], {"code": code})["Location"] == "/nishi/en/me/?x=1"
    assert Resident.objects.get().language == "en"


def test_a_residents_session_opens_no_desk(client: Client, ward: Ward) -> None:
    member = making.a_member(ward, "administrator", account=making.an_account(HANA))
    come_in(client)
    assert client.get("/nishi/desk/people/").status_code == 302
    assert client.get("/nishi/security/")["Location"] == ME
    assert member.account.email == HANA


def test_a_staff_session_opens_no_my_page(desk: Client) -> None:
    assert desk.get(ME).status_code == 302


def test_a_resident_of_one_ward_signs_in_to_another_anew(client: Client, ward: Ward) -> None:
    making.a_ward("higashi")
    come_in(client)
    assert client.get("/higashi/me/").status_code == 302


def test_a_closed_account_stays_closed(client: Client, ward: Ward) -> None:
    making.an_account(HANA, is_active=False)
    assert client.post(CODE, {"code": ask(client)}).status_code == 403
    assert SignIn.objects.count() == 0


def test_the_download_holds_everything(client: Client, ward: Ward) -> None:
    come_in(client)
    data = json.loads(client.get("/nishi/me/data.json").content)
    assert data["account"]["email"] == HANA
    assert data["sign_ins"][0]["method"] == "email_code"
    assert client.get("/nishi/me/data.json")["Content-Disposition"].startswith("attachment")


def test_ending_my_other_sessions(ward: Ward) -> None:
    here, there = come_in(Client()), come_in(Client())
    other = SignIn.objects.order_by("-started_at").first()
    here.post(f"/nishi/me/sign-ins/{other.public_id}/end/")
    assert there.get(ME).status_code == 302
    assert here.get(ME).status_code == 200


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A room that keeps something about residents; the list says whom it forgot."""
    forgotten: list[str] = []

    def erase(resident: Resident) -> None:
        if resident.language == "en":
            raise Conflict("loan_out", "借りているものがあります。", "返してから削除してください。")
        forgotten.append(resident.public_id)

    monkeypatch.setattr(kept, "_sections", {})
    kept.register(
        kept.Section("loans", "借りているもの", lambda r: [("傘", "1本")], lambda r: {"umbrellas": 1}, erase)
    )
    return forgotten


def test_rooms_show_export_and_forget_what_they_keep(client: Client, ward: Ward, room: list[str]) -> None:
    come_in(client)
    resident = Resident.objects.get()
    assert "傘" in client.get(ME).content.decode()
    assert json.loads(client.get("/nishi/me/data.json").content)["services"] == {"loans": {"umbrellas": 1}}
    assert client.get("/nishi/me/leave/").status_code == 200
    assert Resident.objects.count() == 1, "asking alone deletes nothing"
    assert client.post("/nishi/me/leave/").status_code == 200
    assert room == [resident.public_id]
    assert (Resident.objects.count(), Account.objects.count(), SignIn.objects.count()) == (0, 0, 0)
    assert client.get(ME).status_code == 302
    assert making.audit_actions()[-1] == "accounts.resident.left"


def test_a_room_may_refuse_and_then_nothing_is_deleted(client: Client, ward: Ward, room: list[str]) -> None:
    come_in(client)
    Resident.objects.update(language="en")
    answer = client.post("/nishi/me/leave/")
    assert answer.status_code == 409
    assert Resident.objects.count() == 1
    assert client.get(ME).status_code == 200


def test_leaving_one_ward_keeps_the_other_and_the_job(client: Client, ward: Ward) -> None:
    account = making.an_account(HANA)
    making.a_member(ward, account=account)
    come_in(client)
    client.post("/nishi/me/leave/")
    account.refresh_from_db()
    assert account.staff_memberships.count() == 1


def test_codes_are_forgotten_a_day_later(client: Client, ward: Ward) -> None:
    ask(client)
    with clock.frozen(clock.now() + timedelta(hours=25)):
        retention.tidy()
    assert EmailCode.objects.count() == 0


def test_the_database_does_not_hold_the_code(client: Client, ward: Ward) -> None:
    code = ask(client)
    assert code not in str(list(EmailCode.objects.values("digest", "public_id")))
