"""The product as shipped, started once for all journeys, and a browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "tests" / "pictures"
AXE = (
    (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    if (ROOT / "node_modules/axe-core").exists()
    else ""
)
# The README's pictures are only made on demand: KUYAKUSHO_PICTURES=docs/pictures
README_PICTURES = os.environ.get("KUYAKUSHO_PICTURES", "")
PHONE, DESKTOP = 320, 1280


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives Chromium."""
    for item in items:
        if "journeys" in Path(str(item.fspath)).parts:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Office:
    """A running office. `address` has no slash at its end."""

    address: str
    environment: dict[str, str]

    def command(self, *words: str) -> str:
        """Runs a `kuyakusho` command on this office's data and returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "kuyakusho", *words],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """`make run` without the set-up: prepare, then serve on a port of its own."""
    var = tmp_path_factory.mktemp("office")
    port = free_port()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("KUYAKUSHO_") and k != "DATABASE_URL"}
    environment = {
        **clean,
        "KUYAKUSHO_MODE": "demo",
        "KUYAKUSHO_VAR": str(var),
        "KUYAKUSHO_PUBLIC_ADDRESS": f"http://localhost:{port}",
        "DJANGO_SETTINGS_MODULE": "kuyakusho.site.settings",
    }
    office = Office(f"http://localhost:{port}", environment)
    office.command("prepare")
    log = (var / "serve.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "kuyakusho", "serve", "--port", str(port)],
        cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_until_up(office, server, var / "serve.log")
        yield office
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def wait_until_up(office: Office, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text("utf-8")
        try:
            with urlopen(office.address + "/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the office did not come up:\n" + log.read_text("utf-8"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of a width: `opened(PHONE)`, `opened(DESKTOP, javascript=False, dark=True)`."""
    contexts: list[BrowserContext] = []

    def open_page(width: int = DESKTOP, *, javascript: bool = True, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 720 if width > 600 else 640},
            is_mobile=width < 600,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            locale="ja-JP",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


def look(page: Page, name: str = "") -> None:
    """What must hold on every page: axe finds nothing, nothing scrolls sideways. `name` keeps a picture."""
    if name:
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"
    page.evaluate(AXE)
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    faults = [
        f"{v['id']}: {v['help']} — {node['html'][:160]}"
        for v in found["violations"]
        for node in v["nodes"][:3]
    ]
    assert faults == [], f"{page.url}\n" + "\n".join(faults)


def picture(page: Page, name: str) -> None:
    """A picture of what the window shows, for the README; only where KUYAKUSHO_PICTURES names a folder."""
    if README_PICTURES:
        folder = ROOT / README_PICTURES
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png")


def enter(page: Page, office: Office, ward: str, name: str, audience: str = "職員として") -> None:
    """Chooses a person on the page of the demo, as a visitor would. `name` is the family name."""
    page.goto(f"{office.address}/{ward}/demo/")
    form = page.get_by_role("heading", name=audience).locator("xpath=following-sibling::form[1]")
    form.get_by_role("button", name=name).first.click()
    page.wait_for_url(lambda address: "/demo/" not in address)
