"""Sections, administrators and auditors at their desks; every staff page as every role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect

from kuyakusho.core.access import Declaration, declaration_of

from .conftest import DESKTOP, PHONE, Office, enter, look, picture

Open = Callable[..., Page]
WARD = "osaka-nishi"
# One person of each role, by family name, and everything they are in the demo.
PEOPLE = {
    "土佐": ("clerk",),
    "堀江": ("chief",),
    "立売": ("planner",),
    "江之島": ("administrator",),
    "川口": ("auditor",),
}
# Addresses that answer no GET, or send on to somewhere else.
ONLY_POST = {"desk/audit/check/"}


def addresses(under: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, Declaration]]:
    """The addresses inside a ward that need no argument, with what their views declare."""
    for one in (under or get_resolver("kuyakusho.site.ward_urls")).url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, path)
        elif isinstance(one, URLPattern) and "<" not in path and path not in ONLY_POST:
            declared = declaration_of(one.callback)
            assert declared is not None, path
            yield path, declared


STAFF_PAGES = [
    (path, declared.roles)
    for path, declared in addresses()
    if declared.kind == "staff" and not path.endswith((".csv", ".json", ".xlsx", ".pdf", ".docx"))
]


@pytest.mark.parametrize("name", PEOPLE)
def test_every_staff_page_as_declared(office: Office, opened: Open, name: str) -> None:
    page = opened(DESKTOP)
    enter(page, office, WARD, name)
    assert len(STAFF_PAGES) > 15
    seen = 0
    for path, roles in STAFF_PAGES:
        answer = page.goto(f"{office.address}/{WARD}/{path}")
        assert answer is not None
        may = not roles or bool(set(roles) & set(PEOPLE[name]))
        assert answer.status == (200 if may else 404), f"{path} for {PEOPLE[name]}: {answer.status}"
        if not may:
            continue
        seen += 1
        # Pages of everybody are looked at once in full; those of a role as that role.
        if roles or name == "土佐":
            look(page)
        page.set_viewport_size({"width": PHONE, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide} px"
        page.set_viewport_size({"width": DESKTOP, "height": 720})
    assert seen > 3


def test_an_evaluation_goes_to_the_chief_and_back(office: Office, opened: Open) -> None:
    clerk, chief, planner = opened(DESKTOP), opened(DESKTOP), opened(DESKTOP)
    enter(clerk, office, WARD, "阿波")
    clerk.goto(f"{office.address}/{WARD}/desk/evaluations/")
    look(clerk)
    # The year-end of a past year is owed until it is written, whatever day it is today.
    owed = clerk.locator("tbody tr").filter(has_text="自己評価").first
    owed.get_by_role("link").first.click()
    address = clerk.url
    title = clerk.locator("h1").inner_text().splitlines()[-1]
    # An empty one is refused, and the page says what is missing.
    clerk.get_by_role("button", name="課長に出す").click()
    expect(clerk.locator(".k-faults, [aria-invalid=true]").first).to_be_visible()
    for group in clerk.locator("main fieldset").all():
        group.get_by_role("radio").nth(1).check()
    words = clerk.locator("main form textarea:visible")
    words.nth(0).fill("訓練を三回ひらき、のべ二百人が参加した。")
    words.nth(1).fill("夜の訓練にも取り組む。")
    look(clerk)
    clerk.get_by_role("button", name="課長に出す").click()
    expect(clerk.get_by_text("課長に出しました。")).to_be_visible()

    enter(chief, office, WARD, "千代崎")
    chief.goto(address)
    look(chief)
    chief.get_by_label("理由").first.fill("参加した人の年代も書いてください。")
    chief.get_by_role("button", name="差し戻す").click()
    expect(chief.get_by_text("差し戻しました。")).to_be_visible()

    clerk.goto(address)
    expect(clerk.get_by_text("参加した人の年代も書いてください。")).to_be_visible()
    words.nth(0).fill("訓練を三回ひらき、のべ二百人が参加した。半分は六十歳以上だった。")
    look(clerk)
    clerk.evaluate("window.scrollTo(0, 0)")
    picture(clerk, "desk-evaluation")
    clerk.get_by_role("button", name="課長に出す").click()
    expect(clerk.get_by_text("課長に出しました。")).to_be_visible()

    chief.goto(address)
    chief.get_by_role("button", name="承認する").click()
    expect(chief.get_by_text("承認しました。")).to_be_visible()
    expect(chief.get_by_text("半分は六十歳以上だった。")).to_be_visible()

    enter(planner, office, WARD, "立売")
    planner.goto(f"{office.address}/{WARD}/desk/evaluations/2023/policy/")
    cells = planner.locator("tr").filter(has_text=title)
    expect(cells.first).to_contain_text("承認")
    look(planner)


def test_somebody_elses_evaluation_is_not_there(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    enter(page, office, WARD, "阿波")
    page.goto(f"{office.address}/{WARD}/desk/evaluations/")
    address = page.locator("tbody tr").first.get_by_role("link").first.get_attribute("href")
    other = opened(DESKTOP)
    enter(other, office, WARD, "日吉")
    answer = other.goto(f"{office.address}{address}")
    assert answer is not None
    assert answer.status == 404


def test_an_administrator_sees_transfers_before_they_happen(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    enter(page, office, WARD, "江之島")
    page.goto(f"{office.address}/{WARD}/desk/people/")
    look(page)
    page.get_by_role("link", name="異動をまとめて登録").click()
    lines = "職員,所属,役割,発令日\ntosa@osaka-nishi.example.jp,市民協働課,担当,令和9年4月1日\n"
    page.get_by_label("ファイル（CSV）").set_input_files(
        {"name": "transfers.csv", "mimeType": "text/csv", "buffer": lines.encode("cp932")}
    )
    page.get_by_role("button", name="確かめる").click()
    row = page.get_by_role("row", name=re.compile("土佐"))
    expect(row).to_contain_text("総務課")
    expect(row).to_contain_text("市民協働課")
    expect(row).to_contain_text("令和9年4月1日")
    expect(page.get_by_role("button", name="1人の異動を登録する")).to_be_visible()
    look(page)
    # Looking changed nothing.
    page.goto(f"{office.address}/{WARD}/desk/people/?q=土佐")
    expect(page.locator("main")).not_to_contain_text("令和9年4月1日")


def test_a_training_copy_is_marked_on_every_page(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    enter(page, office, WARD, "江之島")
    page.goto(f"{office.address}/{WARD}/desk/training/")
    page.get_by_role("button", name="練習用の区を作る").click()
    expect(page.get_by_text("練習用の区を用意しました。")).to_be_visible()
    look(page)
    page.get_by_role("link", name="練習用の区をひらく").click()
    copy = page.url.rstrip("/")
    assert copy != f"{office.address}/{WARD}"
    for path in ("", "policy/", "indicators/", "policy/search/?q=訓練", "accessibility/", "sign-in/"):
        page.goto(f"{copy}/{path}")
        expect(page.get_by_role("complementary", name="訓練モード")).to_be_visible()
    look(page)
    page.goto(f"{copy}/demo/")
    page.get_by_role("button", name="江之島").click()
    page.wait_for_url(re.compile("/desk/"))
    for path in ("desk/", "desk/policy/", "desk/people/", "desk/outbox/"):
        page.goto(f"{copy}/{path}")
        expect(page.get_by_role("complementary", name="訓練モード")).to_be_visible()
    look(page)
    page.goto(f"{office.address}/{WARD}/")
    expect(page.get_by_role("complementary", name="訓練モード")).to_have_count(0)


def test_an_auditor_checks_the_chain(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    enter(page, office, WARD, "川口")
    page.goto(f"{office.address}/{WARD}/desk/audit/")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.get_by_role("button", name="連鎖をいま確かめる").click()
    expect(page.get_by_text("件がつながっていることを確かめました").first).to_be_visible()
    look(page)
