"""The owner's page in Chromium, as an owner uses it and as somebody else would like to."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from collector import document
from tests.collector.office import live
from tests.collector.office.book import ROOT
from tests.collector.office.live import ATTACK, NAME, Office
from tests.collector.office.visitor import visitor

pytestmark = pytest.mark.browser
WEEK = "first=2026-01-04&last=2026-01-06"


def test_by_keyboard_alone(chromium: Browser, office: Office, tmp_path: Path) -> None:
    """Login, tills, one till, proof, download: every stop is seen, and the console has nothing to say."""
    with visitor(chromium, office) as it:
        it.open("/")
        keys = it.page.keyboard
        it.page.wait_for_selector("[name=name]:focus")
        keys.type(NAME)
        keys.press("Tab")
        keys.type(live.PASSWORD)
        with it.page.expect_navigation():
            keys.press("Enter")
        assert it.path == "/tills"
        it.tab_to("Aller au contenu")
        keys.press("Enter")
        it.tab_to("Voir la caisse B03")
        with it.page.expect_navigation():
            keys.press("Enter")
        assert "Il manque les enregistrements 9 à 10, faits du 05/01/2026 au 06/01/2026." in it.text
        it.tab_to("Preuve")
        with it.page.expect_navigation():
            keys.press("Enter")
        it.tab_to("first")
        keys.type("01042026")
        it.tab_to("last")
        keys.type("01062026")
        with it.page.expect_navigation():
            keys.press("Enter")
        assert it.path == f"/proof?{WEEK}"
        it.tab_to("Télécharger en JSON")
        with it.page.expect_download() as coming:
            keys.press("Enter")
        coming.value.save_as(tmp_path / "proof.json")
        assert it.complaints == []
        assert it.foreign == []
    assert list(document.check((tmp_path / "proof.json").read_bytes(), ROOT.public)) == []


def test_the_proof_says_what_is_missing(chromium: Browser, office: Office) -> None:
    """On the page and on paper, in the same words."""
    with visitor(chromium, office) as it:
        it.enter().open(f"/proof?{WEEK}")
        page = it.text
        paper = it.page.context.request.get(f"{office.url}/proof.pdf?{WEEK}").body()
        assert it.complaints == []
    sheets = pypdfium2.PdfDocument(paper)
    printed = " ".join(sheet.get_textpage().get_text_range() for sheet in sheets).replace("\r\n", " ")
    said = ("5 caisses sur 7", "Il manque les enregistrements 9 à 10.", "Rien n'est jamais arrivé de cette caisse.")

    assert [each for each in said if each not in page] == []
    assert [each for each in said if each not in printed] == []
    assert "1 049,48 €" in page.replace("\u00a0", " ")
    sheets.close()


def test_every_page_at_every_width(chromium: Browser, office: Office) -> None:
    """1280 at 100 % and at 200 %, a phone, and a narrow one: nothing is cut, nothing is faint."""
    tills = [f"/tills/{live.named(office.store, name)}" for name in ("B01", "B02", "B03", "B05")]
    with visitor(chromium, office) as it:
        it.open("/login")
        assert it.badly_shown() == []
        it.enter()
        for path in ("/tills", *tills, "/proof", f"/proof?{WEEK}"):
            assert it.open(path) == 200
            assert (path, it.badly_shown()) == (path, [])
        assert it.complaints == []


def test_names_are_text(chromium: Browser, office: Office) -> None:
    """A shop and a till with markup in their names: shown as they were typed, and nothing runs."""
    with visitor(chromium, office) as it:
        it.enter()
        assert ATTACK in it.text
        assert "B<b>7</b>" in it.text
        it.open(f"/proof?{WEEK}")
        assert ATTACK in it.text
        assert it.page.query_selector("main img, main b b, script") is None
        assert it.complaints == []


def test_a_wrong_password_and_a_lock(chromium: Browser, office: Office) -> None:
    """The same words for a name that nobody has; then a wait, said; then the right password is not looked at."""
    with visitor(chromium, office) as it:
        it.open("/login")
        for name in (NAME, "nobody"):
            assert it.try_in(name, "not this one at all") == 403
            assert "ne vont pas ensemble" in it.text
        for _ in range(3):
            it.try_in(NAME, "not this one at all")
        office.ask("UPDATE tries SET until = until + 3600000 WHERE until > last")  # the machine may be slow
        assert it.try_in() == 429
        assert "Trop d'essais. Le prochain sera regardé dans 6" in it.text
        office.ask("UPDATE tries SET until = 0")
        assert it.try_in() == 200
        assert it.path == "/tills"
    assert office.ask("SELECT count(*) FROM tries WHERE whom = ?", f"name {NAME}") == [(0,)]


@pytest.mark.parametrize("since", ["seen", "begun"])
def test_a_session_ends(chromium: Browser, office: Office, since: str) -> None:
    """After 30 minutes without a page, and after 12 hours with."""
    change = {
        "seen": "UPDATE sessions SET seen = seen - 1801000",
        "begun": "UPDATE sessions SET begun = begun - 43201000",
    }
    with visitor(chromium, office) as it:
        it.enter()
        office.ask(change[since])
        it.open("/tills")
        assert it.path == "/login?over"
        assert "session est terminée" in it.text


def test_leaving(chromium: Browser, office: Office) -> None:
    """The cookie that was is worth nothing afterwards."""
    with visitor(chromium, office) as it:
        it.enter()
        (cookie,) = (each for each in it.page.context.cookies() if each.get("name") == "sceau")
        it.page.click("text=Se déconnecter")
        assert it.path == "/login"
        with office.client() as thief:
            answer = thief.get("/tills", headers={"Cookie": f"{cookie.get('name')}={cookie.get('value')}"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/login?over")


def test_language(chromium: Browser, office: Office) -> None:
    """The browser's wish, or a choice before the login; then the person's own, which the next browser finds."""
    with visitor(chromium, office) as it:
        it.open("/login")
        it.page.click("text=English")
        assert it.try_in(NAME, "not this one at all") == 403
        assert "do not belong together" in it.text
    with visitor(chromium, office, locale="en-GB") as it:
        it.enter()
        assert "Two histories" in it.text
        it.page.click("text=Français")
        assert "Deux histoires" in it.text
    with visitor(chromium, office, locale="en-GB") as it:
        it.enter()
        assert "Deux histoires" in it.text
        assert it.page.get_attribute("html", "lang") == "fr"


def test_evidence_of_a_fork(chromium: Browser, office: Office) -> None:
    """It comes out as it was put in."""
    with visitor(chromium, office) as it:
        it.enter().open(f"/tills/{live.named(office.store, 'B02')}")
        with it.page.expect_download() as coming:
            it.page.click("a:text('Télécharger la preuve')")
        data = coming.value.path().read_bytes()
    assert data in office.store.objects.values()
