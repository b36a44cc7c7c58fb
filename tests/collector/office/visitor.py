"""A person in front of the page, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request

from tests.collector.office.live import NAME, PASSWORD, Office

# Every text and the colour behind it, as WCAG 2.2 (1.4.3) counts.
_CONTRAST = """() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const linear = c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const found = parts(getComputedStyle(node).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.body.querySelectorAll('*')) {
    const texts = [...node.childNodes].filter(each => each.nodeType === 3 && each.data.trim());
    if (!texts.length || !node.checkVisibility()) continue;
    const [one, other] = [light(parts(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    if (ratio < 4.5) found.push(node.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return found;
}"""
_FOCUS = """() => {
  const it = document.activeElement, look = getComputedStyle(it);
  const seen = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
  return {name: it.ariaLabel || it.textContent.trim() || it.name, seen};
}"""
# A desk at 100 % and at 200 %, a phone, a small one.
SIZES = ((1280, 800), (640, 400), (390, 844), (320, 640))


class Visitor:
    """`complaints`: whatever the console said; `foreign`: requests to anybody else."""

    def __init__(self, page: Page, office: Office) -> None:
        self.page, self.office = page, office
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        page.set_default_timeout(60_000)
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        self.complaints.append(message.text)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.office.url}/"):
            self.foreign.append(request.url)

    def open(self, path: str) -> int:
        """The status of the answer."""
        answer = self.page.goto(self.office.url + path)
        assert answer
        return answer.status

    def try_in(self, name: str = NAME, password: str = PASSWORD) -> int:
        """Types both and presses Enter."""
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", password)
        with self.page.expect_navigation() as answer:
            self.page.press("[name=password]", "Enter")
        return answer.value.status if answer.value else 0

    def enter(self) -> Visitor:
        self.open("/login")
        assert self.try_in() == 200
        assert self.path == "/tills"
        return self

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.office.url)

    @property
    def text(self) -> str:
        return self.page.inner_text("main")

    @property
    def focused(self) -> str:
        """What has the focus, as it would be read out; a failure unless it is seen to have it."""
        found: dict[str, Any] = self.page.evaluate(_FOCUS)
        assert found["seen"], found
        return str(found["name"])

    def tab_to(self, name: str) -> None:
        """Tab until something of that name has the focus; each stop on the way shows that it has it."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if self.focused.startswith(name):
                return
        raise AssertionError(f"no way to {name!r} by keyboard")

    def badly_shown(self) -> list[str]:
        """Texts with less contrast than 4.5 to 1, and widths at which the page goes beyond its edge."""
        found: list[str] = []
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            found += self.page.evaluate(_CONTRAST)
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"too wide for {width}")
        return found


@contextmanager
def visitor(chromium: Browser, office: Office, width: int = 1280, height: int = 800, **how: Any) -> Iterator[Visitor]:
    context = chromium.new_context(viewport={"width": width, "height": height}, **{"locale": "fr-FR", **how})
    try:
        yield Visitor(context.new_page(), office)
    finally:
        context.close()
