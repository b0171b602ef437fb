"""Staff sign in with two factors; what they don't have yet they enrol first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from kuyakusho.core.access.actor import VISITOR
from kuyakusho.core.accounts import sessions
from kuyakusho.core.accounts.factors import recovery, totp
from kuyakusho.core.accounts.models import SignIn, SignInPolicy, StaffMember, TotpFactor
from kuyakusho.core.accounts.services import factors, passwords
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

SIGN_IN, SECOND, SECURITY, PEOPLE = (
    f"/nishi/{path}" for path in ("sign-in/staff/", "sign-in/staff/second/", "security/", "desk/people/")
)


def test_password_and_app_open_the_desk(client: Client, administrator: StaffMember) -> None:
    secret = making.an_app(administrator.account)
    assert client.get(PEOPLE).status_code == 302
    answer = making.sign_in(client, administrator, secret)
    assert answer.status_code == 302
    assert client.get(PEOPLE).status_code == 200
    assert making.audit_actions().count("accounts.session.opened") == 1


def test_the_password_alone_opens_nothing(client: Client, administrator: StaffMember) -> None:
    making.an_app(administrator.account)
    client.post(SIGN_IN, {"email": administrator.account.email, "password": making.PASSWORD})
    assert client.get(PEOPLE)["Location"].startswith(SIGN_IN)
    assert client.get(SECURITY)["Location"].startswith(SIGN_IN)


def test_without_a_second_factor_one_enrols_before_the_desk_opens(
    client: Client, administrator: StaffMember
) -> None:
    answer = client.post(SIGN_IN, {"email": administrator.account.email, "password": making.PASSWORD})
    assert answer["Location"] == SECURITY
    assert client.get(PEOPLE)["Location"] == SECURITY
    page = client.get("/nishi/security/app/")
    shown = "".join(page.context["secret"].split())
    answer = client.post("/nishi/security/app/", {"code": making.code_now(shown)})
    assert len(answer.context["codes"]) == 10
    assert client.get(PEOPLE).status_code == 200


def test_a_ward_may_do_without_a_second_factor(
    client: Client, ward: Ward, administrator: StaffMember
) -> None:
    SignInPolicy.objects.create(ward=ward, second_factor_required=False)
    client.post(SIGN_IN, {"email": administrator.account.email, "password": making.PASSWORD})
    assert client.get(PEOPLE).status_code == 200


def test_another_ward_that_wants_two_factors_stays_closed(client: Client, ward: Ward) -> None:
    SignInPolicy.objects.create(ward=ward, second_factor_required=False)
    member = making.a_member(ward, "administrator")
    other = making.a_ward("higashi")
    making.a_member(other, "administrator", account=member.account)
    client.post(SIGN_IN, {"email": member.account.email, "password": making.PASSWORD})
    assert client.get(PEOPLE).status_code == 200
    assert client.get("/higashi/desk/people/")["Location"] == "/higashi/security/"


@pytest.mark.parametrize("email", ["known", "nobody@ward.example.jp"])
@pytest.mark.parametrize("password", ["wrong", making.PASSWORD + "x"])
def test_unknown_and_wrong_look_the_same(
    client: Client, member: StaffMember, email: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = []
    from django.contrib.auth.hashers import MD5PasswordHasher

    genuine = MD5PasswordHasher.verify
    monkeypatch.setattr(
        MD5PasswordHasher, "verify", lambda self, *args: hashes.append(1) or genuine(self, *args)
    )
    passwords._nobodys("md5")
    answer = client.post(
        SIGN_IN, {"email": member.account.email if email == "known" else email, "password": password}
    )
    assert answer.status_code == 422
    assert [str(e) for e in answer.context["form"].non_field_errors()] == [
        "メールアドレスかパスワードが違います。確かめてもう一度入れるか、「パスワードを忘れたとき」からお進みください。"
    ]
    assert len(hashes) == 1


@pytest.mark.parametrize("change", ["inactive", "demo", "unusable", "elsewhere"])
def test_who_may_not_sign_in_gets_the_same_answer(
    client: Client, ward: Ward, member: StaffMember, change: str
) -> None:
    account = member.account
    if change == "inactive":
        account.is_active = False
    elif change == "demo":
        account.is_demo = True
    elif change == "unusable":
        account.set_unusable_password()
    else:
        member.delete()
    account.save()
    answer = client.post(SIGN_IN, {"email": account.email, "password": making.PASSWORD})
    assert answer.status_code == 422
    assert SignIn.objects.count() == 0


def test_a_code_of_the_app_works_once(client: Client, member: StaffMember, secret: str) -> None:
    code = making.code_now(secret)
    for expected in (302, 422):
        browser = Client()
        browser.post(SIGN_IN, {"email": member.account.email, "password": making.PASSWORD})
        assert browser.post(SECOND, {"code": code}).status_code == expected
    assert SignIn.objects.filter(audience="staff").count() == 1


def test_codes_of_the_moment_before_and_after_are_taken_and_older_ones_not(
    member: StaffMember, secret: str
) -> None:
    now = clock.now()
    step = totp.step_of(now)
    assert not totp.accept(member.account, totp.code_at(secret, step - 2), now)
    assert not totp.accept(member.account, totp.code_at(secret, step + 2), now)
    assert totp.accept(member.account, totp.code_at(secret, step - 1), now)
    assert totp.accept(member.account, totp.code_at(secret, step + 1), now)
    assert not totp.accept(member.account, totp.code_at(secret, step), now), "an older code after a newer one"


def test_the_apps_key_is_not_readable_in_the_database(member: StaffMember, secret: str) -> None:
    assert secret not in TotpFactor.objects.get().sealed_secret


def test_the_published_test_vectors_fit() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, cut to six digits
    vectors = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {second: totp.code_at(secret, second // 30) for second in vectors} == vectors


def test_a_recovery_code_works_once_however_it_is_typed(
    client: Client, member: StaffMember, secret: str
) -> None:
    code = recovery.new_codes(member.account)[3]
    for expected in (302, 422):
        browser = Client()
        browser.post(SIGN_IN, {"email": member.account.email, "password": making.PASSWORD})
        typed = code.upper().replace("-", " ")
        assert browser.post(SECOND, {"code": typed}).status_code == expected
    assert recovery.left(member.account) == 9


def test_new_recovery_codes_make_the_old_ones_void(member: StaffMember) -> None:
    old = recovery.new_codes(member.account)[0]
    recovery.new_codes(member.account)
    assert not recovery.accept(member.account, old, clock.now())


def test_the_second_step_waits_ten_minutes_and_no_longer(
    client: Client, member: StaffMember, secret: str
) -> None:
    client.post(SIGN_IN, {"email": member.account.email, "password": making.PASSWORD})
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        answer = client.post(SECOND, {"code": making.code_now(secret)})
    assert answer["Location"] == SIGN_IN


def test_signing_in_gives_a_new_session_key(client: Client, member: StaffMember, secret: str) -> None:
    client.post(SIGN_IN, {"email": member.account.email, "password": making.PASSWORD})
    before = client.cookies["kuyakusho"].value
    client.post(SECOND, {"code": making.code_now(secret)})
    assert client.cookies["kuyakusho"].value != before
    assert "pending" not in client.session, "nothing of the time before is carried over"


@pytest.mark.parametrize(
    "page",
    ["https://evil.example/", "//evil.example/", "/osaka/desk/", "/nishi/../osaka/", "/nishi\\@evil", ""],
)
def test_one_comes_back_to_pages_of_the_ward_only(
    client: Client, administrator: StaffMember, page: str
) -> None:
    secret = making.an_app(administrator.account)
    client.post(
        f"{SIGN_IN}?next={page}",
        {"email": administrator.account.email, "password": making.PASSWORD, "next": page},
    )
    answer = client.post(SECOND, {"code": making.code_now(secret), "next": page})
    assert answer["Location"] in ("/nishi/desk/", "/nishi/security/")


def test_one_comes_back_to_the_page_one_wanted(client: Client, administrator: StaffMember) -> None:
    secret = making.an_app(administrator.account)
    to_sign_in = client.get(PEOPLE)["Location"]
    assert to_sign_in == f"{SIGN_IN}?next=%2Fnishi%2Fdesk%2Fpeople%2F"
    answer = client.post(
        to_sign_in, {"email": administrator.account.email, "password": making.PASSWORD, "next": PEOPLE}
    )
    answer = client.post(answer["Location"], {"code": making.code_now(secret), "next": PEOPLE})
    assert answer["Location"] == PEOPLE


# ---- sessions ----------------------------------------------------------------------------------------------


def test_idle_sessions_end(client: Client, administrator: StaffMember) -> None:
    making.sign_in(client, administrator, making.an_app(administrator.account))
    now = clock.now()
    with clock.frozen(now + timedelta(minutes=59)):
        assert client.get(PEOPLE).status_code == 200
    with clock.frozen(now + timedelta(minutes=59 + 61)):
        assert client.get(PEOPLE).status_code == 302
    assert SignIn.objects.get().ended_by == "idle"
    assert client.get(PEOPLE).status_code == 302, "it stays ended when the clock goes back"


def test_the_list_of_sessions_ends_another_browser(administrator: StaffMember) -> None:
    secret = making.an_app(administrator.account)
    first, second = Client(), Client(HTTP_USER_AGENT="Firefox/140 (Windows)")
    making.sign_in(first, administrator, secret)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        making.sign_in(second, administrator, secret)
        page = first.get(SECURITY)
        assert len(page.context["sign_ins"]) == 2
        other = next(s for s in page.context["sign_ins"] if s.browser == "Firefox / Windows")
        first.post(f"/nishi/security/sign-ins/{other.public_id}/end/")
        assert second.get(PEOPLE).status_code == 302
        assert first.get(PEOPLE).status_code == 200


def test_one_cannot_end_somebody_elses_session(ward: Ward, desk: Client, client: Client) -> None:
    member = making.a_member(ward)
    making.sign_in(client, member, making.an_app(member.account))
    mine = SignIn.objects.get(account=member.account)
    assert desk.post(f"/nishi/security/sign-ins/{mine.public_id}/end/").status_code == 404
    assert client.get(SECURITY).status_code == 200


def test_signing_out_everywhere_keeps_this_browser(administrator: StaffMember) -> None:
    secret = making.an_app(administrator.account)
    browsers = [Client() for _ in range(3)]
    for minute, browser in enumerate(browsers):
        with clock.frozen(clock.now() + timedelta(minutes=2 * minute)):
            making.sign_in(browser, administrator, secret)
    browsers[0].post("/nishi/security/sign-ins/others/end/")
    assert [b.get(PEOPLE).status_code for b in browsers] == [200, 302, 302]


def test_signing_out_ends_the_session_in_the_database(client: Client, administrator: StaffMember) -> None:
    making.sign_in(client, administrator, making.an_app(administrator.account))
    stolen = client.cookies["kuyakusho"].value
    client.get("/nishi/sign-out/")
    assert client.get(PEOPLE).status_code == 200, "asking alone ends nothing"
    client.post("/nishi/sign-out/")
    thief = Client()
    thief.cookies["kuyakusho"] = stolen
    assert thief.get(PEOPLE).status_code == 302
    assert SignIn.objects.get().ended_by == "sign_out"


def test_who_leaves_the_staff_loses_the_desk_at_once(client: Client, administrator: StaffMember) -> None:
    making.sign_in(client, administrator, making.an_app(administrator.account))
    administrator.postings.update(valid_until=clock.today())
    assert client.get(PEOPLE).status_code == 404


# ---- passwords ---------------------------------------------------------------------------------------------


def ask_for_link(email: str) -> Client:
    browser = Client()
    answer = browser.post("/nishi/sign-in/staff/forgotten/", {"email": email})
    assert answer.status_code == 200
    return browser


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(
    member: StaffMember, secret: str
) -> None:
    signed_in = Client()
    making.sign_in(signed_in, member, secret)
    ask_for_link(member.account.email.upper())
    link = making.link_in(making.messages_to(member.account.email)[-1])
    browser = Client()
    assert browser.get(link).status_code == 200
    assert browser.post(link, {"password": "short"}).status_code == 422
    assert browser.post(link, {"password": "eleven blue lanterns 11"}).status_code == 200
    assert browser.post(link, {"password": "twelve blue lanterns 12"}).status_code == 422
    assert signed_in.get(SECURITY).status_code == 302, "other sessions ended"
    member.account.refresh_from_db()
    assert member.account.check_password("eleven blue lanterns 11")


def test_a_link_asked_for_earlier_is_void_after_the_password_changed(member: StaffMember) -> None:
    ask_for_link(member.account.email)
    ask_for_link(member.account.email)
    first, second = (making.link_in(m) for m in making.messages_to(member.account.email))
    assert Client().post(second, {"password": "eleven blue lanterns 11"}).status_code == 200
    answer = Client().get(first)
    assert answer.status_code == 422


def test_a_link_is_over_after_an_hour(member: StaffMember) -> None:
    ask_for_link(member.account.email)
    link = making.link_in(making.messages_to(member.account.email)[0])
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        assert Client().get(link).status_code == 422


def test_an_unknown_address_gets_the_same_page_and_no_mail(member: StaffMember) -> None:
    known = Client().post("/nishi/sign-in/staff/forgotten/", {"email": member.account.email})
    unknown = Client().post("/nishi/sign-in/staff/forgotten/", {"email": "nobody@ward.example.jp"})
    assert known.content == unknown.content
    assert making.messages_to("nobody@ward.example.jp") == []
    assert len(making.messages_to(member.account.email)) == 1


def test_a_link_for_one_ward_opens_nothing_in_another(member: StaffMember) -> None:
    making.a_ward("higashi")
    ask_for_link(member.account.email)
    link = making.link_in(making.messages_to(member.account.email)[0])
    assert Client().get(link.replace("/nishi/", "/higashi/")).status_code == 422


def test_changing_the_password_needs_proof_and_ends_other_sessions(member: StaffMember, secret: str) -> None:
    here, there = Client(), Client()
    making.sign_in(there, member, secret)
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        making.sign_in(here, member, secret)
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        answer = here.get("/nishi/security/password/")
        assert answer["Location"].startswith("/nishi/sign-in/again/")
        proof = here.post(
            answer["Location"], {"password": making.PASSWORD, "next": "/nishi/security/password/"}
        )
        assert proof["Location"] == "/nishi/security/password/"
        answer = here.post("/nishi/security/password/", {"password": "eleven blue lanterns 11"})
        assert answer["Location"] == SECURITY
        assert here.get(SECURITY).status_code == 200
        assert there.get(SECURITY).status_code == 302


def test_the_last_factor_stays(client: Client, member: StaffMember, secret: str) -> None:
    making.sign_in(client, member, secret)
    assert client.post("/nishi/security/remove/app/").status_code == 409
    assert factors.has_second(member.account)


def test_factor_changes_are_told_by_mail(ward: Ward, member: StaffMember, secret: str) -> None:
    factors.new_recovery_codes(ward, member.account, VISITOR)
    assert "第二要素" in making.messages_to(member.account.email)[-1]["body"]


def test_a_sign_in_on_a_new_device_is_told_by_mail(member: StaffMember, secret: str) -> None:
    first = Client()
    making.sign_in(first, member, secret)
    assert making.messages_to(member.account.email) == [], "the very first one is expected"
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        making.sign_in(first, member, secret)
    assert making.messages_to(member.account.email) == [], "the same browser again"
    with clock.frozen(clock.now() + timedelta(minutes=4)):
        making.sign_in(Client(), member, secret)
    assert making.messages_to(member.account.email)[0]["subject"] == "新しい端末でのサインイン"


def test_only_our_own_code_signs_anybody_in() -> None:
    import ast
    from pathlib import Path

    root = Path(sessions.__file__).parents[3] / "kuyakusho"
    callers = [
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "login"
    ]
    assert callers == ["core/accounts/sessions.py"]
