"""Passkeys and counter PCs in a real browser: Chromium with a virtual authenticator."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from kuyakusho.core.accounts.factors import pins
from kuyakusho.core.accounts.models import Passkey, SignIn
from kuyakusho.core.accounts.tests import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    subprocess.run([ROOT / "scripts" / "build_web"], check=True, cwd=ROOT)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's loop runs in the tests' own thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(chromium: Browser, live_server, settings: LazySettings) -> Iterator[BrowserContext]:
    settings.PUBLIC_ADDRESS = live_server.url
    made = chromium.new_context(base_url=live_server.url, locale="ja-JP")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test for anything the browser complains about."""
    complaints: list[str] = []
    made = context.new_page()
    made.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    assert complaints == []


def virtual_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def by_password(page: Page, member) -> None:
    page.goto("/nishi/sign-in/staff/")
    page.get_by_label("メールアドレス").fill(member.account.email)
    page.get_by_label("パスワード", exact=False).first.fill(making.PASSWORD)
    page.get_by_role("button", name="次へ").click()


def test_a_passkey_from_enrolment_to_the_next_sign_in(page: Page) -> None:
    member = making.a_member(making.a_ward(), "administrator")
    virtual_authenticator(page)
    by_password(page, member)
    expect(page.get_by_role("heading", level=1)).to_have_text("自分のサインイン")
    page.get_by_role("link", name="パスキーを登録する").click()
    page.get_by_label("このパスキーの呼び名").fill("職場のPC")
    page.get_by_role("button", name="パスキーを作る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("リカバリーコード")
    assert page.locator(".k-codes li").count() == 10
    assert Passkey.objects.get().name == "職場のPC"

    page.goto("/nishi/sign-out/")
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("サインアウトしました")
    page.goto("/nishi/desk/people/")
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("職員")
    assert SignIn.objects.order_by("-id")[0].method == "passkey"


def test_changing_the_person_with_the_keyboard_alone(page: Page) -> None:
    ward = making.a_ward()
    administrator = making.a_member(ward, "administrator")
    hana = making.a_member(ward)
    pins.set_pin(hana.account, "428190")
    for member in (hana, administrator):
        secret = making.an_app(member.account)
        by_password(page, member)
        page.get_by_label("確認番号").fill(making.code_now(secret))
        page.get_by_role("button", name="サインイン").click()
        page.wait_for_load_state()
    page.goto("/nishi/security/counter-pc/")
    page.get_by_label("窓口PCの名前").fill("戸籍課 窓口3")
    page.get_by_role("button", name="登録する").click()

    expect(page.get_by_text("このPCは窓口PC「戸籍課 窓口3」です。")).to_be_visible()

    page.keyboard.press("u")
    expect(page.get_by_role("heading", level=1)).to_have_text("次に使うのはどなたですか")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", level=1)).to_have_text(hana.account.name)
    page.keyboard.type("428190")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    assert SignIn.objects.order_by("-id")[0].account == hana.account


def test_without_javascript_password_and_app_still_work(
    chromium: Browser, live_server, settings: LazySettings
) -> None:
    settings.PUBLIC_ADDRESS = live_server.url
    member = making.a_member(making.a_ward(), "administrator")
    secret = making.an_app(member.account)
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    by_password(page, member)
    page.get_by_label("確認番号").fill(making.code_now(secret))
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url("**/desk/")
    context.close()


def test_without_javascript_a_resident_signs_in_by_code(
    chromium: Browser, live_server, settings: LazySettings
) -> None:
    settings.PUBLIC_ADDRESS = live_server.url
    making.a_ward()
    context = chromium.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    page.goto("/nishi/me/")
    page.get_by_label("メールアドレス").fill("hana@example.jp")
    page.get_by_role("button", name="番号を送る").click()
    page.get_by_label("6けたの番号").fill(making.code_in(making.messages_to("hana@example.jp")[0]))
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("マイページ")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
