"""A resident reads: the front page, the policy, one part of it, search; phone and desktop, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import DESKTOP, PHONE, Office, look

Open = Callable[..., Page]
WARDS = ("yokohama-nishi", "osaka-nishi")
PAGES = (
    "", "policy/", "policy/plans/", "policy/search/?q=防災", "accessibility/", "indicators/",
    "sign-in/", "en/", "en/policy/", "ja-easy/", "ja-kana/policy/", "zh-hans/", "ne/policy/",
)  # fmt: skip


@pytest.mark.parametrize("ward", WARDS)
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_public_page_is_in_order(office: Office, opened: Open, ward: str, width: int) -> None:
    page = opened(width)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for path in PAGES:
        answer = page.goto(f"{office.address}/{ward}/{path}")
        assert answer is not None
        assert answer.status == 200, path
        look(page, f"{ward}-{width}-{path.split('?')[0].strip('/').replace('/', '-') or 'home'}")
    assert [line for line in said if "Permissions-Policy" not in line] == []


@pytest.mark.parametrize("ward", WARDS)
def test_every_public_page_is_in_order_in_the_dark(office: Office, opened: Open, ward: str) -> None:
    page = opened(PHONE, dark=True)
    for path in ("", "policy/", "policy/search/?q=訓練", "en/"):
        page.goto(f"{office.address}/{ward}/{path}")
        look(page)


def test_a_resident_finds_an_initiative_and_who_answers_for_it(office: Office, opened: Open) -> None:
    page = opened(PHONE)
    page.goto(f"{office.address}/osaka-nishi/")
    expect(page.get_by_role("region", name="窓口の状況")).to_be_visible()
    page.goto(f"{office.address}/osaka-nishi/policy/")
    page.get_by_role("searchbox").fill("津波")
    page.get_by_role("button", name="さがす").click()
    page.locator(".k-found a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="担当")).to_be_visible()
    look(page, "phone-part")
    page.get_by_role("heading", name="担当").locator("xpath=following-sibling::p//a").click()
    expect(page.get_by_role("heading", name="担当する取組")).to_be_visible()
    look(page)


def test_the_same_without_javascript(office: Office, opened: Open) -> None:
    page = opened(PHONE, javascript=False)
    page.goto(f"{office.address}/osaka-nishi/policy/")
    page.locator("input[name=q]").fill("津波")
    page.locator("form[role=search] button").first.click()
    page.locator(".k-found a").first.click()
    assert page.locator("h1").inner_text()
    page.goto(f"{office.address}/osaka-nishi/")
    page.locator("summary").first.click()  # the menu of the phone, or the languages


def test_by_keyboard_alone(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    page.goto(f"{office.address}/yokohama-nishi/policy/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("本文へ移動")
    page.keyboard.press("Enter")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
        outlined = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none' })()"
        )
        assert outlined, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    assert len(seen) > 20


def test_at_four_hundred_percent_nothing_scrolls_sideways(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    page.set_viewport_size({"width": DESKTOP // 4, "height": 256})
    for path in ("", "policy/", "policy/plans/"):
        page.goto(f"{office.address}/yokohama-nishi/{path}")
        look(page)


def test_furigana_can_be_switched_on(office: Office, opened: Open) -> None:
    page = opened(PHONE)
    page.goto(f"{office.address}/osaka-nishi/policy/")
    page.get_by_role("link", name="ふりがなをつける").click()
    expect(page.locator("ruby").first).to_be_visible()
    assert "/ja-kana/" in page.url


def test_the_languages_lead_to_the_same_page(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    page.goto(f"{office.address}/osaka-nishi/policy/plans/")
    page.locator("summary", has_text="Language").click()
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("/osaka-nishi/en/policy/plans/")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_open_front_page_follows_the_snapshot(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    page.goto(f"{office.address}/osaka-nishi/")
    expect(page.locator("[data-live-note]")).to_be_hidden()
    answer = page.request.get(f"{office.address}/api/v1/osaka-nishi/home")
    assert answer.status == 200
    assert answer.json()["open"] in ("open", "partly", "closed")


def test_what_is_not_there_says_so_kindly(office: Office, opened: Open) -> None:
    page = opened(PHONE)
    for path in ("osaka-nishi/nowhere/", "nowhere/", "osaka-nishi/desk/"):
        answer = page.goto(f"{office.address}/{path}")
        assert answer is not None
        assert answer.status in (200, 404), path
        look(page)
