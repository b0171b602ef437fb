"""A planner takes a published document to the public pages: import, correct, join, save, publish, compare."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from .conftest import DESKTOP, PHONE, ROOT, Office, enter, look, picture

Open = Callable[..., Page]
PUBLISHED = ROOT.parent / "shared" / "source" / "osaka-nishi-fy2023.txt"
INVENTED = ROOT / "kuyakusho/domains/policy/reading/tests/documents"
WARD, PLANNER = "osaka-nishi", "立売"
MARK = "（いちど直した見出し）"


def document() -> Path:
    """The published policy; where it is not at hand, an invented one. On the build machine it must be there."""
    if PUBLISHED.exists() or os.environ.get("CI") == "true":
        return PUBLISHED
    return INVENTED / "chapters.txt"


def bare(text: str) -> str:
    """The text without the breaks and spaces that only lay it out."""
    return re.sub(r"\s", "", text)


def imported(page: Page, office: Office, file: Path) -> None:
    """From the desk's menu to the review of `file`."""
    page.goto(f"{office.address}/{WARD}/desk/policy/")
    page.get_by_role("link", name="公表文を取り込む").click()
    page.get_by_label("文書のファイル").set_input_files(file)
    page.get_by_label("年度").fill("令和5")
    page.get_by_role("button", name="読み取る").click()
    page.wait_for_url(re.compile(r"/imports/(?!new)"))
    expect(page.get_by_role("heading", level=1)).to_have_text("取込の確認")


def line_to_correct(page: Page) -> Locator:
    """A part with a code of its own where there is one, else the last part."""
    coded = page.locator(".k-bench__row").filter(has=page.locator(".k-bench__code"))
    return coded.first if coded.count() else page.locator(".k-bench__row").last


def joined_line(page: Page) -> Locator:
    """A part that the import has joined with an initiative, else the last part."""
    joined = page.locator(".k-bench__row").filter(has=page.locator(".k-bench__join"))
    return joined.first if joined.count() else page.locator(".k-bench__row").last


def corrected(page: Page, title: str) -> None:
    page.get_by_label("見出し").first.fill(title)
    page.get_by_role("button", name="直す", exact=True).click()
    expect(page.locator(".k-bench__row[data-now] .k-bench__label")).to_have_text(title)


def test_from_the_document_to_the_residents(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    enter(page, office, WARD, PLANNER)
    look(page)
    picture(page, "desk-home")
    page.goto(f"{office.address}/{WARD}/desk/policy/imports/new/")
    look(page)

    # Source and tree stand side by side, and the page says how much of the source the tree holds.
    imported(page, office, document())
    tree, source = page.get_by_role("region", name="体系"), page.get_by_role("region", name="原文")
    left, right = tree.bounding_box(), source.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"] + 1
    fact = page.locator(".k-bench-fact", has_text="網羅率").locator(".k-bench-fact__value")
    assert float(fact.inner_text().removesuffix("%")) >= 90
    look(page)

    # Correct, take back, correct again.
    row = line_to_correct(page)
    title = row.locator(".k-bench__label").inner_text()
    row.locator(".k-bench__part").click()
    chosen = page.locator(".k-bench__row[data-now]")
    expect(chosen).to_be_in_viewport()
    expect(page.locator(".k-source__piece[data-now]").first).to_be_in_viewport()
    look(page, "desk-review-card")
    before = page.get_by_label("見出し").first.input_value()
    corrected(page, before + MARK)
    page.get_by_role("button", name="元に戻す").click()
    expect(page.locator(".k-bench__row[data-now] .k-bench__label")).to_have_text(title)
    assert page.get_by_label("見出し").first.input_value() == before
    corrected(page, before + MARK)

    # A planner's word about a join stands.
    joined_line(page).locator(".k-bench__part").click()
    expect(page.locator(".k-bench__card")).to_be_visible()
    page.locator(".k-bench").evaluate("bench => bench.scrollIntoView({block: 'start'})")
    picture(page, "desk-review")
    joins = page.locator(".k-bench__join-row")
    if joins.count():
        page.get_by_role("button", name="結び付けない").first.click()
    else:
        page.get_by_label("取組を結び付ける").select_option(index=1)
        page.get_by_role("button", name="結び付ける", exact=True).click()
        expect(joins).to_have_count(1)
        page.get_by_role("button", name="結び付けない").first.click()
    page.get_by_role("button", name="この結び付けでよい").first.click()
    expect(page.get_by_role("button", name="この結び付けでよい")).to_have_count(0)
    initiative = joins.first.inner_text()
    look(page)

    # Save: says what will happen; nothing of it is public yet.
    page.get_by_role("link", name="計画として保存する").click()
    look(page)
    page.get_by_role("button", name="保存する").click()
    page.wait_for_url(re.compile(r"/desk/policy/policy/2023/"))
    expect(page.get_by_text("未公表の変更があります")).to_be_visible()
    look(page)
    assert MARK not in page.request.get(f"{office.address}/{WARD}/policy/2023/").text()

    # Publish as final.
    page.get_by_role("link", name="公表する").click()
    look(page)
    page.get_by_role("radio", name="確定").check()
    page.get_by_label("この版について").fill("公表した文書を取り込みました。")
    page.get_by_role("button", name="公表する").click()
    page.wait_for_url(re.compile(r"/editions/"))
    look(page)
    page.get_by_role("link", name="前の版との違い").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look(page)

    residents_read_it(office, opened, initiative)


def residents_read_it(office: Office, opened: Open, initiative: str) -> None:
    """The official words and codes on the phone, and what is behind them."""
    page = opened(PHONE)
    page.goto(f"{office.address}/{WARD}/policy/2023/")
    look(page, "planner-public-tree")
    expect(page.locator("main")).to_contain_text(MARK)
    page.get_by_role("link", name=re.compile(MARK)).first.click()
    expect(page.locator("h1")).to_contain_text(MARK)
    if document() == PUBLISHED:
        assert page.locator("h1 .k-policy-code").inner_text()
    look(page, "planner-public-part")
    # The joined part: the words of the document, and the initiative in ours.
    row = re.search(r"[A-Z]\d\S*", initiative)
    assert row is not None
    ours = initiative.split(row[0])[1].strip().splitlines()[0]
    page.goto(f"{office.address}/{WARD}/policy/2023/")
    part = page.locator("a[href*='/policy/parts/']").filter(has_text=ours).first.get_attribute("href")
    page.goto(f"{office.address}{part}")
    expect(page.locator("main")).to_contain_text(ours)
    official = page.locator(".k-policy-official").first.inner_text().removeprefix("方針の文")
    assert bare(official.strip().splitlines()[0]) in bare(document().read_text("utf-8"))
    look(page)

    wide = opened(390)
    wide.goto(page.url)
    wide.locator("h1").evaluate("heading => heading.scrollIntoView({block: 'start'})")
    picture(wide, "phone-part")
    wide.goto(f"{office.address}/{WARD}/")
    picture(wide, "phone-home")

    # The edition: frozen, with the hash that its data really has.
    page.goto(f"{office.address}/{WARD}/policy/plans/policy/2023/")
    look(page)
    page.locator("a[href*='/policy/editions/']").first.click()
    expect(page.get_by_text(re.compile(r"[0-9a-f]{64}"))).to_be_visible()
    look(page, "planner-edition")
    page.get_by_role("link", name=re.compile("前の版との違い")).first.click()
    expect(page).to_have_url(re.compile("/policy/changes/"))
    look(page, "planner-changes")


def test_without_javascript_the_import_goes_as_far(office: Office, opened: Open) -> None:
    page = opened(DESKTOP, javascript=False)
    enter(page, office, WARD, PLANNER)
    imported(page, office, INVENTED / "chapters.txt")
    line_to_correct(page).locator(".k-bench__part").click()
    title = page.get_by_label("見出し").first.input_value() + "（しるし）"
    corrected(page, title)
    page.get_by_role("button", name="元に戻す").click()
    expect(page.locator(".k-bench__row[data-now] .k-bench__label")).not_to_have_text(title)
    page.get_by_role("link", name="計画として保存する").click()
    expect(page.get_by_role("button", name="保存する")).to_be_visible()
    page.get_by_role("link", name="やめる").click()
    page.locator("#whole summary").click()
    page.get_by_role("button", name="この取込をやめる").click()
    expect(page.get_by_text("取込をやめました")).to_be_visible()


def test_the_desk_and_the_review_by_keyboard_alone(office: Office, opened: Open) -> None:
    page = opened(DESKTOP)
    enter(page, office, WARD, PLANNER)
    imported(page, office, INVENTED / "chapters.txt")
    review = page.url
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"{office.address}/{WARD}/desk/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url(f"{office.address}/{WARD}/desk/policy/")
    # To the open review, as far as Tab leads.
    link = page.locator(f"main a[href='{review.removeprefix(office.address)}']")
    for _ in range(60):
        if link.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(review)
    # Down the rows, open one, move it, take that back.
    for _ in range(3):
        page.keyboard.press("j")
    part = page.locator(".k-bench__row").nth(2)
    expect(part.locator(":focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".k-bench__row[data-now]")).to_have_count(1)
    moved = page.locator(".k-bench__row[data-now]").get_attribute("id")
    page.keyboard.press("x")
    expect(page.locator(f"#{moved}")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(f"#{moved}")).to_have_count(1)
    # The next correction goes as well, and every stop of Tab is seen.
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return e === document.body || s.outlineStyle !== 'none' || s.boxShadow !== 'none' })()"
        ), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
