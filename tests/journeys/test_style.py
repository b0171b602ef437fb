"""The living style page and the small scripts: every component in order, and what the scripts promise."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import DESKTOP, PHONE, Office, look

Open = Callable[..., Page]
LOOKS = [
    ("", PHONE, False), ("", PHONE, True), ("", DESKTOP, False), ("", DESKTOP, True),
    ("en/", PHONE, False), ("en/", DESKTOP, True), ("ja-easy/", PHONE, True), ("ja-kana/", PHONE, False),
]  # fmt: skip


@pytest.mark.parametrize(("variant", "width", "dark"), LOOKS)
def test_every_component_is_in_order(
    office: Office, opened: Open, variant: str, width: int, dark: bool
) -> None:
    page = opened(width, dark=dark)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{office.address}/style/{variant}")
    look(page, f"style-{variant.strip('/') or 'ja'}-{width}-{'dark' if dark else 'light'}")
    assert [line for line in said if "Permissions-Policy" not in line] == []


def test_a_form_is_sent_once_however_often_one_presses(office: Office, opened: Open) -> None:
    page = opened()
    sent: list[str] = []

    def take(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=204)  # the page stays, as it does while a slow answer is awaited

    page.route("**/slow", take)
    page.goto(f"{office.address}/style/")
    busy = page.evaluate(
        """() => {
        document.querySelector("#main").insertAdjacentHTML("beforeend",
          `<form method="post" action="/slow"><input type="hidden" name="idempotency_key" value="">
          <button id="send">送る</button></form>`);
        const button = document.querySelector("#send");
        button.click();
        button.click();
        return button.getAttribute("aria-busy");
        }"""
    )
    page.wait_for_timeout(300)
    page.evaluate("document.querySelector('#send').click()")
    page.wait_for_timeout(300)
    assert busy == "true"
    assert len(sent) == 1
    assert len(sent[0].removeprefix("idempotency_key=")) == 32


def test_leaving_with_unsent_changes_is_asked_about(office: Office, opened: Open) -> None:
    page = opened()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{office.address}/style/")
    page.evaluate("document.querySelector('#blank_name').closest('form').setAttribute('data-guard', '')")
    page.fill("#blank_name", "青木")
    page.goto(f"{office.address}/style/en/")
    assert asked == ["beforeunload"]


def test_the_era_stands_beside_the_day(office: Office, opened: Open) -> None:
    page = opened()
    page.goto(f"{office.address}/style/")
    for day, era in (
        ("2023-04-01", "令和5年4月1日"),
        ("2019-05-01", "令和元年5月1日"),
        ("1989-01-07", "昭和64年1月7日"),
    ):
        page.fill("#blank_day", day)
        expect(page.locator("#blank_day_era")).to_have_text(era)


def test_live_values_follow_and_say_when_they_are_old(office: Office, opened: Open) -> None:
    page = opened()
    alive = {"answer": True}

    def snapshot(route: Route) -> None:
        if not alive["answer"]:
            route.abort()
        elif "event-stream" in route.request.headers.get("accept", ""):
            route.fulfill(status=503, body="full")  # no stream to be had: the element asks instead
        else:
            route.fulfill(
                status=200,
                body=json.dumps({"waiting": {"minutes": 7}, "open": True}),
                content_type="application/json",
            )

    page.route("**/api/v1/sample/**", snapshot)
    page.goto(f"{office.address}/style/")
    page.evaluate(
        """() => document.querySelector("#main").insertAdjacentHTML("afterbegin",
        `<k-live path="/api/v1/sample/home" every="5"><b id="value" data-live="waiting.minutes">12</b>
        <i id="open" data-live-if="open" hidden>open</i><p id="note" data-live-note hidden>old</p></k-live>`)"""
    )
    expect(page.locator("#value")).to_have_text("7")
    expect(page.locator("#open")).to_be_visible()
    alive["answer"] = False
    expect(page.locator("#note")).to_be_visible(timeout=9000)
    expect(page.locator("#value")).to_have_text("7")
    alive["answer"] = True
    expect(page.locator("#note")).to_be_hidden(timeout=9000)


def test_of_two_tabs_one_has_the_stream_and_both_have_the_values(office: Office, opened: Open) -> None:
    first = opened()
    streams: list[str] = []

    def snapshot(route: Route) -> None:
        if "event-stream" in route.request.headers.get("accept", ""):
            streams.append("open")
            return  # stays open
        route.fulfill(status=200, body='{"n": 1}', content_type="application/json")

    second = first.context.new_page()
    for page in (first, second):
        page.route("**/api/v1/sample/**", snapshot)
        page.goto(f"{office.address}/style/")
        page.evaluate(
            """() => document.querySelector("#main").insertAdjacentHTML("afterbegin",
            `<k-live path="/api/v1/sample/home"><b id="value" data-live="n">0</b></k-live>`)"""
        )
        expect(page.locator("#value")).to_have_text("1")
    first.wait_for_timeout(300)
    assert len(streams) == 1


def test_htmx_swaps_under_the_content_security_policy(office: Office, opened: Open) -> None:
    page = opened()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{office.address}/style/")
    page.evaluate(
        """() => {
        document.querySelector("#main").insertAdjacentHTML("afterbegin",
          `<button id="ask" hx-get="/style/en/" hx-select="h1" hx-target="#answer">ask</button><div id="answer"></div>`);
        const script = document.createElement("script");
        script.type = "module";
        script.src = document.querySelector("script[src*='/app']").src.replace(/app[^/]*\\.js/, "htmx.js");
        document.head.append(script);
        return new Promise((done) => { script.onload = done; script.onerror = () => done("missing"); });
        }"""
    )
    page.wait_for_timeout(200)
    page.click("#ask")
    expect(page.locator("#answer h1")).to_have_text("Components")
    assert [line for line in said if "Content Security Policy" in line or "unsafe" in line] == []


def test_keys_move_and_can_be_turned_off(office: Office, opened: Open) -> None:
    page = opened()
    page.goto(f"{office.address}/style/")
    page.evaluate(
        """() => {
        document.body.setAttribute("data-keys", "");
        document.querySelector("a[href='#records']").setAttribute("data-key", "g r");
        document.querySelector("input[type=search]").setAttribute("data-key", "/");
        }"""
    )
    page.keyboard.press("g")
    page.keyboard.press("r")
    assert page.url.endswith("#records")
    page.keyboard.press("/")
    expect(page.locator("input[type=search]")).to_be_focused()
    page.keyboard.type("gr/")
    expect(page.locator("input[type=search]")).to_have_value("gr/")
    page.evaluate("localStorage.setItem('k-keys', 'off'); document.activeElement.blur(); location.hash = ''")
    page.keyboard.press("g")
    page.keyboard.press("r")
    assert not page.url.endswith("#records")


def test_print_opens_what_is_folded_and_carries_the_way_back(office: Office, opened: Open) -> None:
    page = opened()
    page.goto(f"{office.address}/osaka-nishi/accessibility/")
    expect(page.locator(".k-paper svg")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".k-paper svg")).to_be_visible()
    expect(page.locator(".k-nav")).to_be_hidden()
    page.goto(f"{office.address}/style/")
    closed = page.locator("details.k-fold:not([open])")
    assert closed.count() > 5
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert closed.count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert closed.count() > 5
