"""The fleet's page in a real browser: three tills of their own, a cable pulled, an old image put back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from fleet.__main__ import make_app
from fleet.street import Street
from fleet.town import Town
from tests.verifier.page import ARGUMENTS


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    street = Street(Town(tmp_path / "town", tills=1))
    server = uvicorn.Server(uvicorn.Config(make_app(street), port=0, log_level="warning", access_log=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    street.close()


@pytest.mark.browser
def test_a_till_is_seen_its_cable_pulled_and_its_image_put_back(address: str) -> None:
    """What was done is said; nothing is left on the console; a wish from another page is refused."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address)
        page.wait_for_selector("text=reçu jusqu'à l'acte")
        page.frame_locator("iframe.current").locator("text=Sophie").first.wait_for()
        page.click("text=Débrancher le câble")
        page.wait_for_selector("text=Rebrancher le câble")
        page.click("text=Rebrancher le câble")
        page.wait_for_selector("text=câble remis")
        page.click("text=Garder une image")
        page.wait_for_selector("text=image de la carte gardée")
        page.click("text=Remettre l'ancienne image")
        page.wait_for_selector("text=ancienne image remise")
        assert [each for each in complaints if "ERR_CONNECTION" not in each] == []
        answer = page.request.post(
            f"{address}/do", data={"number": 1, "what": "pull"}, headers={"Origin": "https://elsewhere.example"}
        )
        assert answer.status == 403
        assert page.request.post(f"{address}/do", data={"number": 9, "what": "pull"}).status == 400
        browser.close()
