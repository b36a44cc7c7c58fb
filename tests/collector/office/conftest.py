"""One office over one street for all of its tests, and a Chromium for the tests of the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.collector.office import live
from tests.collector.office.live import Office

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with live.running(tmp_path_factory.mktemp("office"), live.street()) as office:
        yield office


@pytest.fixture
def office(house: Office) -> Office:
    """With nobody's failed tries."""
    house.ask("DELETE FROM tries")
    house.ask("UPDATE users SET language = NULL")
    return house


@pytest.fixture(scope="module")
def chromium(house: Office) -> Iterator[Browser]:
    """Only as long as a module needs it: while it is there, this thread has no event loop for others."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()
