"""Ward administrators look after the people of their ward."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kuyakusho.core.access.acting import staff_on
from kuyakusho.core.accounts import sessions
from kuyakusho.core.accounts.models import Account, Device, FactorReset, Posting, StaffMember
from kuyakusho.core.accounts.services import factors
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

PEOPLE = "/nishi/desk/people/"


def page_of(member: StaffMember, more: str = "") -> str:
    return f"{PEOPLE}{member.public_id}/{more}"


def second_administrator(ward: Ward) -> tuple[StaffMember, Client]:
    member = making.a_member(ward, "administrator")
    browser = Client()
    making.sign_in(browser, member, making.an_app(member.account))
    return member, browser


@pytest.mark.parametrize("role", ["clerk", "chief", "planner", "auditor"])
def test_for_others_the_pages_do_not_exist(client: Client, ward: Ward, role: str) -> None:
    member = making.a_member(ward, role)
    making.sign_in(client, member, making.an_app(member.account))
    for path in ("", "invite/", "transfers/", f"{member.public_id}/"):
        assert client.get(PEOPLE + path).status_code == 404


def test_people_of_another_ward_do_not_exist(desk: Client) -> None:
    other = making.a_member(making.a_ward("higashi"))
    assert desk.get(page_of(other)).status_code == 404
    assert desk.post(page_of(other, "sign-out/")).status_code == 404
    assert other.account.name not in desk.get(PEOPLE).content.decode()


def test_the_list_needs_the_same_few_queries_for_many_people(
    desk: Client, ward: Ward, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        making.a_member(ward)
    with django_assert_max_num_queries(9):
        desk.get(PEOPLE)


def test_finding_by_name_reading_and_address(desk: Client, ward: Ward) -> None:
    account = making.an_account("hamada@ward.example.jp", name="濵田　実", name_kana="はまだ　みのる")
    making.a_member(ward, account=account)
    for asked in ("濵田", "はまだみのる", "ＨＡＭＡＤＡ＠"):
        assert len(desk.get(PEOPLE, {"q": asked}).context["rows"]) == 1


def test_an_invitation_leads_to_the_desk(desk: Client, ward: Ward) -> None:
    making.a_section(ward, "tax")
    answer = desk.post(
        PEOPLE + "invite/",
        {
            "name": "髙橋　󠄀陽",
            "name_kana": "たかはし",
            "email": "Takahashi@ward.example.jp",
            "section": "tax",
            "roles": ["clerk", "administrator"],
            "since": "2026-04-01",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    account = Account.objects.get(email="takahashi@ward.example.jp")
    assert account.name == "髙橋　󠄀陽", "names are kept exactly as typed"
    link = making.link_in(making.messages_to(account.email)[0])
    browser = Client()
    assert browser.post(link, {"password": making.PASSWORD}).status_code == 200
    member = account.staff_memberships.get()
    answer = browser.post("/nishi/sign-in/staff/", {"email": account.email, "password": making.PASSWORD})
    assert answer["Location"] == "/nishi/security/"
    shown = "".join(browser.get("/nishi/security/app/").context["secret"].split())
    browser.post("/nishi/security/app/", {"code": making.code_now(shown)})
    assert browser.get(PEOPLE).status_code == 200
    assert desk.post(page_of(member, "invite-again/")).status_code == 409


def test_somebody_from_another_ward_keeps_the_account(desk: Client, ward: Ward) -> None:
    known = making.a_member(making.a_ward("higashi")).account
    making.a_section(ward, "tax")
    desk.post(
        PEOPLE + "invite/",
        {"name": "別名", "email": known.email, "section": "tax", "roles": ["clerk"], "since": "2026-04-01"},
    )
    known.refresh_from_db()
    assert known.staff_memberships.count() == 2
    assert known.name != "別名"


def test_nobody_is_invited_twice(desk: Client, member: StaffMember) -> None:
    answer = desk.post(
        PEOPLE + "invite/",
        {
            "name": "x",
            "email": member.account.email,
            "section": "records",
            "roles": ["clerk"],
            "since": "2026-04-01",
        },
    )
    assert answer.status_code == 409


def test_a_posting_from_a_day_on_takes_effect_by_itself(
    desk: Client, ward: Ward, member: StaffMember
) -> None:
    making.a_section(ward, "tax")
    april = date(clock.today().year + 1, 4, 1)
    answer = desk.post(page_of(member), {"section": "tax", "roles": ["chief"], "since": april.isoformat()})
    assert answer.status_code == 302
    before = staff_on(ward, member.account_id, april - timedelta(days=1))
    after = staff_on(ward, member.account_id, april)
    assert before is not None
    assert after is not None
    assert (before.section.key, before.roles) == ("records", {"clerk"})
    assert (after.section.key, after.roles) == ("tax", {"chief"})
    assert Posting.objects.filter(member=member).count() == 2


def test_the_last_administrator_stays(desk: Client, ward: Ward, administrator: StaffMember) -> None:
    making.a_section(ward, "tax")
    april = f"{clock.today().year + 1}-04-01"
    change = {"section": "tax", "roles": ["clerk"], "since": april}
    assert desk.post(page_of(administrator), change).status_code == 409
    assert desk.post(page_of(administrator, "end/"), {"on": april}).status_code == 409
    making.a_member(ward, "administrator", since=date(clock.today().year + 1, 4, 1))
    assert desk.post(page_of(administrator), change).status_code == 302


def test_the_end_of_employment(desk: Client, ward: Ward, member: StaffMember) -> None:
    on = clock.today() + timedelta(days=10)
    assert desk.post(page_of(member, "end/"), {"on": on.isoformat()}).status_code == 302
    assert staff_on(ward, member.account_id, on - timedelta(days=1)) is not None
    assert staff_on(ward, member.account_id, on) is None
    with clock.frozen(clock.now() + timedelta(days=11)):
        rows = StaffMember.objects.filter(pk=member.pk)
        assert rows.exists(), "records stay"


def test_an_administrator_signs_somebody_out_everywhere(
    desk: Client, client: Client, member: StaffMember, secret: str
) -> None:
    making.sign_in(client, member, secret)
    assert client.get("/nishi/security/").status_code == 200
    desk.post(page_of(member, "sign-out/"))
    assert client.get("/nishi/security/").status_code == 302
    assert "accounts.staff.sessions_ended" in making.audit_actions()


# ---- taking a second factor away ---------------------------------------------------------------------------


def ask(browser: Client, member: StaffMember, reason: str = "スマートフォンを紛失"):
    return browser.post(page_of(member, "reset/"), {"reason": reason})


def test_two_administrators_take_a_factor_away(
    desk: Client, client: Client, ward: Ward, member: StaffMember, secret: str
) -> None:
    making.sign_in(client, member, secret)
    _second, other_desk = second_administrator(ward)
    assert ask(desk, member).status_code == 302
    assert factors.has_second(member.account), "one alone changes nothing"
    reset = FactorReset.objects.get()
    address = f"{PEOPLE}resets/{reset.public_id}/"
    assert desk.post(address, {"decision": "confirm"}).status_code == 403, "nobody confirms their own"
    assert other_desk.post(address, {"decision": "confirm"}).status_code == 302
    assert not factors.has_second(member.account)
    assert client.get("/nishi/security/").status_code == 302, "sessions ended"
    assert "第二要素" in making.messages_to(member.account.email)[-1]["body"]
    assert making.audit_actions()[-2:] == ["accounts.factor.reset_asked", "accounts.factor.reset"]


def test_a_sole_administrator_gives_a_reason(desk: Client, member: StaffMember, secret: str) -> None:
    assert ask(desk, member, " ").status_code == 422
    assert ask(desk, member).status_code == 302
    assert not factors.has_second(member.account)
    assert FactorReset.objects.get().reason == "スマートフォンを紛失"


def test_ones_own_factor_is_not_for_oneself_to_reset(desk: Client, administrator: StaffMember) -> None:
    assert ask(desk, administrator).status_code == 403


def test_who_is_reset_does_not_confirm_it(desk: Client, ward: Ward) -> None:
    victim, victims_desk = second_administrator(ward)
    making.a_member(ward, "administrator")
    ask(desk, victim)
    address = f"{PEOPLE}resets/{FactorReset.objects.get().public_id}/"
    assert victims_desk.post(address, {"decision": "confirm"}).status_code == 403
    assert victims_desk.post(address, {"decision": "withdraw"}).status_code == 302
    assert factors.has_second(victim.account)


def test_a_decided_question_is_gone(desk: Client, ward: Ward, member: StaffMember, secret: str) -> None:
    _second, other_desk = second_administrator(ward)
    ask(desk, member)
    assert ask(desk, member).status_code == 409
    address = f"{PEOPLE}resets/{FactorReset.objects.get().public_id}/"
    other_desk.post(address, {"decision": "withdraw"})
    assert other_desk.post(address, {"decision": "confirm"}).status_code == 404
    assert ask(desk, member).status_code == 302


def test_a_question_of_another_ward_does_not_exist(desk: Client) -> None:
    higashi = making.a_ward("higashi")
    theirs = FactorReset.objects.create(
        member=making.a_member(higashi),
        reason="x",
        asked_by=making.a_member(higashi, "administrator"),
        asked_at=clock.now(),
    )
    assert desk.post(f"{PEOPLE}resets/{theirs.public_id}/", {"decision": "confirm"}).status_code == 404


# ---- transfers ---------------------------------------------------------------------------------------------


@pytest.fixture
def office(ward: Ward) -> dict[str, StaffMember]:
    making.a_section(ward, "tax", name="税務課")
    return {key: making.a_member(ward, "clerk", key=key) for key in ("fr-clerk", "fr-chief", "fr-gone")}


def test_a_list_is_shown_before_it_is_applied(
    desk: Client, ward: Ward, office: dict[str, StaffMember]
) -> None:
    text = (
        "職員,所属,役割,発令日\n"
        "fr-clerk,税務課,担当,令和9年4月1日\n"
        f"{office['fr-chief'].account.email},税務課,課長・企画,2027-04-01\n"
        "fr-gone,,,2027-04-01\n"
    )
    upload = SimpleUploadedFile("ido.csv", text.encode("cp932"))
    shown = desk.post(PEOPLE + "transfers/", {"file": upload})
    assert shown.status_code == 200
    assert len(shown.context["preview"]) == 3
    assert Posting.objects.filter(section__key="tax").count() == 0
    applied = desk.post(PEOPLE + "transfers/", {"text": shown.context["text"], "step": "apply"})
    assert applied.status_code == 302
    day = date(2027, 4, 1)
    chief = staff_on(ward, office["fr-chief"].account_id, day)
    assert chief is not None
    assert (chief.section.key, chief.roles) == ("tax", {"chief", "planner"})
    assert staff_on(ward, office["fr-gone"].account_id, day) is None
    assert staff_on(ward, office["fr-gone"].account_id, day - timedelta(days=1)) is not None


def test_a_list_with_a_fault_is_not_applied_at_all(
    desk: Client, ward: Ward, office: dict[str, StaffMember]
) -> None:
    text = "職員,所属,役割,発令日\nfr-clerk,税務課,担当,2027-04-01\nfr-chief,消防課,担当,いつか\n"
    answer = desk.post(PEOPLE + "transfers/", {"text": text, "step": "apply"})
    assert answer.status_code == 422
    assert [line for line, _ in answer.context["faults"]] == [3, 3]
    assert "消防課" in answer.content.decode()
    assert Posting.objects.filter(section__key="tax").count() == 0


def test_a_list_that_removes_the_last_administrator_is_not_applied(
    desk: Client, ward: Ward, administrator: StaffMember, office: dict[str, StaffMember]
) -> None:
    text = f"職員,所属,役割,発令日\nfr-clerk,税務課,担当,2027-04-01\n{administrator.public_id},税務課,担当,2027-04-01\n"
    answer = desk.post(PEOPLE + "transfers/", {"text": text, "step": "apply"})
    assert answer.status_code == 409
    assert Posting.objects.filter(section__key="tax").count() == 0


def test_a_file_that_is_no_text_is_refused(desk: Client, ward: Ward) -> None:
    answer = desk.post(PEOPLE + "transfers/", {"file": SimpleUploadedFile("x.csv", b"\xff\xfe\x81\xfd\x00")})
    assert answer.status_code == 422


# ---- the ward's policy -------------------------------------------------------------------------------------


def test_a_post_for_a_limited_time(desk: Client, ward: Ward, member: StaffMember) -> None:
    making.a_section(ward, "tax")
    post = {"section": "tax", "roles": ["clerk"], "since": "2027-04-01", "until": "2027-03-01"}
    assert desk.post(page_of(member), post).status_code == 422
    assert desk.post(page_of(member), {**post, "until": "2028-04-01"}).status_code == 302
    last, after = (staff_on(ward, member.account_id, date(2028, *day)) for day in ((3, 31), (4, 1)))
    assert last is not None
    assert after is None


def test_the_policy_is_the_wards_to_set(desk: Client, client: Client, ward: Ward) -> None:
    policy = PEOPLE + "sign-in/"
    given = {"idle_minutes": "３０", "counter_idle_minutes": "5", "email_codes": "on"}
    assert desk.get(policy).status_code == 200
    assert desk.post(policy, {**given, "idle_minutes": "1"}).status_code == 422
    assert desk.post(policy, given).status_code == 302
    kept = sessions.policy_of(ward)
    assert (kept.second_factor_required, kept.idle_minutes, kept.counter_idle_minutes) == (False, 30, 5)
    assert sessions.policy_of(making.a_ward("higashi")).second_factor_required, "the other ward keeps its own"
    assert making.audit_actions()[-1] == "accounts.policy.changed"


def test_a_counter_pc_is_retired_from_afar(desk: Client, ward: Ward) -> None:
    here = Device.objects.get()
    there = Device.objects.create(
        public_id="x", created_at=clock.now(), counter_of=making.a_ward("higashi"), counter_name="よそのPC"
    )
    desk.post("/nishi/security/counter-pc/", {"name": "戸籍課 窓口3"})
    page = desk.get(PEOPLE + "sign-in/").content.decode()
    assert "戸籍課 窓口3" in page
    assert "よそのPC" not in page
    assert desk.post(f"{PEOPLE}counter-pcs/{there.pk}/retire/").status_code == 404
    assert desk.post(f"{PEOPLE}counter-pcs/{here.pk}/retire/").status_code == 302
    here.refresh_from_db()
    assert here.counter_of is None
