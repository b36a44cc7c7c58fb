"""The page of `sceau sim`, used as a visitor uses it: with Chromium, by the names that stand on the keys."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect, sync_playwright

from tests.simulator.live import PATIENCE, Sim, gone, sceau, sim

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
TICKET = re.compile(r"Pâte à tartiner 400 g.*TOTAL EUR.*Rendu", re.DOTALL)
WINDOWS = [(1280, 800), (1920, 1080)]

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Its pages are closed: one whose till has gone would go on asking for it."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Sim]:
    with sim(tmp_path / "data") as made:
        yield made


class Visitor:
    """A person in front of the page."""

    def __init__(self, browser: Browser, url: str, window: tuple[int, int] = WINDOWS[0]) -> None:
        self.page: Page = browser.new_page(viewport={"width": window[0], "height": window[1]})
        self.page.set_default_timeout(PATIENCE * 1000)
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", self._error)
        self.page.goto(url)

    def _console(self, message: ConsoleMessage) -> None:
        self.complaints.append(message.text)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def key(self, name: str) -> Locator:
        """A key on the till's own screen."""
        return (
            self.page.locator("#keys").get_by_role("button", name=name, exact=True).first
        )  # a line of the basket may bear it too

    def button(self, name: str) -> Locator:
        """A key of the page around it."""
        return self.page.get_by_role("button", name=name, exact=True)

    def sheet(self) -> Locator:
        """The paper that came out last."""
        return self.page.locator("#roll canvas").last

    def open_day(self) -> None:
        self.button("Badge de Sophie").click()
        self.key("Ouvrir la caisse").click()
        expect(self.key("Baguette")).to_be_visible()


def totals(text: str) -> Callable[[dict[str, Any]], bool]:
    return lambda seen: text in seen["glass"].get("figures", {}).get("total", "")


@pytest.mark.browser
def test_a_sale_from_badge_to_z(browser: Browser, live: Sim) -> None:
    visitor = Visitor(browser, live.url)
    visitor.open_day()
    visitor.button("Scanner Pâte à tartiner 400 g").click()
    live.until(totals("4,25"))
    visitor.key("Encaisser").click()
    visitor.key("20 €").click()
    visitor.key("Imprimer").click()

    expect(visitor.sheet()).to_have_attribute("aria-label", TICKET)
    expect(visitor.page.locator("#drawer-text")).to_have_text("Ouvert")

    visitor.button("Fermer le tiroir").click()

    expect(visitor.page.locator("#drawer-text")).to_have_text("Fermé")
    expect(visitor.page.locator("body")).to_contain_text("Papier coupé")

    visitor.button("Déchirer").click()

    expect(visitor.page.locator("#roll canvas")).to_have_count(0)

    close_day(visitor)

    expect(visitor.sheet()).to_have_attribute("aria-label", re.compile("ÉCART"))
    assert visitor.complaints == []


def close_day(visitor: Visitor) -> None:
    """Nothing is counted: the Z says what is missing."""
    for name in ("Plus", "Clôturer la journée", "Voir le bilan", "Clôturer et imprimer le Z"):
        visitor.key(name).click()


@pytest.mark.browser
def test_a_power_cut_in_a_sale_keeps_the_basket(browser: Browser, live: Sim) -> None:
    visitor = Visitor(browser, live.url)
    visitor.open_day()
    visitor.button("Scanner Soda 33 cl").click()
    live.until(totals("1,10"))
    (till,) = live.children()
    visitor.button("Couper le courant").click()

    expect(visitor.page.locator("#dark")).to_contain_text("Courant coupé")
    assert gone(till)
    expect(visitor.key("Encaisser")).to_have_count(0)

    visitor.button("Remettre le courant").click()
    expect(visitor.page.locator("#dark")).to_be_hidden()
    visitor.button("Badge de Sophie").click()
    expect(visitor.key("Encaisser")).to_be_visible()

    live.until(totals("1,10"))
    assert visitor.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("window", WINDOWS, ids=lambda size: str(size[0]))
def test_nothing_is_cut_off_and_nothing_complains(browser: Browser, live: Sim, window: tuple[int, int]) -> None:
    """The whole page is seen at once, the picture is as sharp as it can be, the console stays empty."""
    visitor = Visitor(browser, live.url, window)
    visitor.open_day()
    visitor.button("Scanner Un code inconnu").click()
    expect(visitor.page.locator("#diary")).to_contain_text("Bip grave")
    before = places(visitor.page)
    visitor.button("Couper le courant").click()
    expect(visitor.page.locator("#dark")).to_be_visible()

    assert places(visitor.page) == before
    assert visitor.page.evaluate(OVERFLOW) == []
    assert visitor.page.title() == "Sceau"
    assert visitor.complaints == []


# Elements of the page whose content does not fit, those that may scroll aside.
OVERFLOW = """() => [document.documentElement, ...document.querySelectorAll("main *, header *")]
    .filter((each) => each.clientWidth && !each.closest(".list, svg, canvas, .unseen"))
    .filter((each) => each.scrollWidth > each.clientWidth + 1)
    .concat(document.documentElement.scrollHeight > innerHeight ? [document.documentElement] : [])
    .map((each) => each.id || each.className || each.tagName)"""
PLACES = """() => [...document.querySelectorAll("main > *, .card, #printer, #drawer, #power")]
    .map((each) => { const box = each.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]; })"""


def places(page: Page) -> Any:
    return page.evaluate(PLACES)


@pytest.mark.browser
def test_keys_work_without_a_mouse(browser: Browser, live: Sim) -> None:
    """Each key of the picture is a button with its word: Enter presses it."""
    visitor = Visitor(browser, live.url)
    visitor.button("Badge de Sophie").press("Enter")
    visitor.key("Ouvrir la caisse").press("Enter")
    visitor.key("Baguette").press("Enter")
    live.until(totals("1,10"))

    expect(visitor.key("Baguette")).to_be_focused()
    expect(visitor.page.locator("#said")).to_contain_text("1,10")


@pytest.mark.browser
def test_faults_are_seen_and_mended(browser: Browser, live: Sim) -> None:
    visitor = Visitor(browser, live.url)
    visitor.open_day()
    visitor.page.get_by_role("radio", name="Fini", exact=True).check()
    live.until(lambda seen: any("papier" in label.lower() for label in seen["glass"].get("labels", [])))

    expect(visitor.page.locator("#printer-lamp")).to_have_text("plus de papier")

    visitor.page.get_by_role("radio", name="Plein", exact=True).check()
    visitor.button("Débrancher le scanner").click()
    expect(visitor.button("Rebrancher le scanner")).to_be_visible()
    visitor.button("Scanner Soda 33 cl").click()
    expect(visitor.page.locator("#diary")).to_contain_text("Personne n'a lu ce code")
    visitor.button("Rebrancher le scanner").click()
    expect(visitor.button("Débrancher le scanner")).to_be_visible()

    assert visitor.complaints == []


@pytest.mark.browser
def test_says_when_the_till_ends_by_itself(browser: Browser, live: Sim) -> None:
    visitor = Visitor(browser, live.url)
    visitor.open_day()
    (till,) = live.children()
    os.kill(till, signal.SIGABRT)

    expect(visitor.page.locator("#dark")).to_contain_text("s'est arrêtée")

    visitor.button("Relancer la caisse").click()

    expect(visitor.page.locator("#dark")).to_be_hidden()


def test_stops_in_order(tmp_path: Path) -> None:
    """SIGTERM ends the till first: its last record says that it was asked to."""
    with sim(tmp_path / "data") as live:
        (till,) = live.children()
        code, said = live.stop()

    assert (code, said) == (0, "")
    assert gone(till)
    records = [json.loads(line) for line in sceau("dump", str(tmp_path / "data")).stdout.splitlines()]
    assert records[-2]["kind"] == "stop"  # and its seal


def test_refuses_wishes_without_sense_and_other_sites(live: Sim) -> None:
    assert live.do("dance") == 400
    assert live.do("tap", x="1", y=2) == 400
    assert live.do("scan", code="") == 400
    assert live.do("badge", name="Personne") == 400
    assert live.do("scan", code="3017620422003") == 200

    with socket.create_connection(("127.0.0.1", int(live.url.rpartition(":")[2]))) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n")
        assert b"400" in line.recv(64)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--data", "/proc/nowhere"], "give a data folder with --data"),
        (["--shop", "/nowhere"], "/nowhere"),
        (["--port", "99999"], "--port"),
    ],
    ids=["data", "shop", "port"],
)
def test_says_in_a_line_why_it_cannot_start(tmp_path: Path, words: list[str], why: str) -> None:
    done = sceau("sim", "--port", "0", "--data", str(tmp_path / "data"), *words)

    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_says_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = sceau("sim", "--port", str(port), "--data", str(tmp_path / "data"))

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr


def test_two_cannot_share_a_data_folder(tmp_path: Path, live: Sim) -> None:
    done = sceau("sim", "--port", "0", "--data", str(tmp_path / "data"))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
