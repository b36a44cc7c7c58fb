"""The verifier's page in Chromium, opened from its file as an officer opens it, and the hashes in its policy."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import ConsoleMessage, Error, Page, Request, sync_playwright

VERIFIER = Path(__file__).resolve().parents[2] / "verifier"
PAGE = VERIFIER / "verifier.html"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--allow-file-access-from-files"]
PATIENCE = 120_000  # ms


class Said(NamedTuple):
    """`where`: "record 7", "segment 2" or a member; empty when nothing is broken. `verdict` as the page names it."""

    verdict: str
    where: str
    text: str


class Officer:
    """A person with the page in front of them."""

    def __init__(self, page: Page, path: Path = PAGE) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)
        page.goto(path.as_uri())

    def _console(self, message: ConsoleMessage) -> None:
        self.complaints.append(message.text)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    def check(self, path: Path, pin: str = "") -> Said:
        """Chooses an archive, a segment or a folder, and reads what the page says."""
        self.page.evaluate("last = null; draw()")
        self.page.fill("#pin", pin)
        self.page.set_input_files("#folder" if path.is_dir() else "#files", path)
        self.page.wait_for_selector("#result:not([hidden])")
        found: dict[str, Any] = self.page.evaluate("({verdict: last.verdict, place: last.place || {}})")
        kind, value = next(iter(found["place"].items()), ("", ""))
        where = str(value) if kind == "member" else f"{kind} {value}".strip()
        return Said(found["verdict"], where, self.page.inner_text("#result"))

    def compute(self, expression: str) -> Any:
        """`lib` is what judges, without the page."""
        return self.page.evaluate(f"(async () => {{ const lib = core(); return {expression}; }})()")


@contextmanager
def officer(width: int = 1280, height: int = 800) -> Iterator[Officer]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield Officer(chromium.new_page(viewport={"width": width, "height": height}))
        chromium.close()


def policy(html: str) -> dict[str, str]:
    """What the page's Content-Security-Policy names for its own script and style: {directive: hash}."""
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    named = (each.split() for each in (found[1] if found else "").split(";") if each.strip())
    return {words[0]: " ".join(words[1:]) for words in named}


def digest(html: str, tag: str) -> str:
    """The hash of an inline element as CSP 3 (section 6.7.3) wants it."""
    inside = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    assert len(inside) == 1
    return f"'sha256-{b64encode(sha256(inside[0].encode()).digest()).decode()}'"


def stamped(html: str) -> str:
    """The page with the hashes of the script and the style that it has now: `python -m tests.verifier.page`."""
    for directive, tag in (("script-src", "script"), ("style-src", "style")):
        html = re.sub(rf"({directive}) '[^']*'", rf"\1 {digest(html, tag)}", html, count=1)
    return html


if __name__ == "__main__":
    PAGE.write_text(stamped(PAGE.read_text("utf-8")), "utf-8")
