"""What a flow expects to see: the glass, the paper, the drawer, the records as `sceau dump` says them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from appliance.simulator.hand import FlowError, Hand, cents, plain, want
from appliance.simulator.script import Word
from appliance.simulator.world import World

PAID = {"due": "0,00", "change": "0,00"}  # what a final ticket means when its screen shows no other sum


class Expectations:
    """Each method raises FlowError with what was seen instead."""

    def __init__(self, world: World, hand: Hand) -> None:
        self.world, self.hand = world, hand
        self._figures: dict[str, str] = {}

    def remember(self, verb: str) -> None:
        """Sums of a ticket stay known until the next ring."""
        if not self.world.alive:
            return
        glass = self.hand.glass()
        if verb == "ring":
            self._figures = {}
        if glass.screen == "print":
            self._figures.update(PAID)
        self._figures.update(glass.figures)

    def expect(self, words: list[Word]) -> None:
        EXPECTATIONS[words[0].text](self, words[1:])

    def screen(self, words: list[Word]) -> None:
        if self.hand.glass().screen != words[0].text:
            raise FlowError(self.hand.seen())

    def shows(self, words: list[Word]) -> None:
        if not self.hand.shows(words[0].text):
            raise FlowError(f"not shown: {words[0].text!r}, {self.hand.seen()}")

    def figure(self, name: str, words: list[Word]) -> None:
        glass = self.hand.glass()
        shown = glass.figures.get(name) or (PAID if glass.screen == "print" else self._figures).get(name)
        if shown is None:
            raise FlowError(f"no {name} is shown, {self.hand.seen()}")
        if cents(shown) != cents(words[0].text):
            raise FlowError(f"the {name} is {plain(shown)}")

    def total(self, words: list[Word]) -> None:
        self.figure("total", words)

    def due(self, words: list[Word]) -> None:
        self.figure("due", words)

    def change(self, words: list[Word]) -> None:
        self.figure("change", words)

    def _on_paper(self, text: str) -> bool:
        lines = [plain(line) for line in self.world.paper().splitlines()]
        wanted = plain(text)
        return any(wanted in line for line in lines) or wanted in " ".join(lines)

    def printed(self, words: list[Word]) -> None:
        if not self._on_paper(words[0].text):
            raise FlowError(f"not on the paper: {words[0].text!r}; it says: {plain(self.world.paper())[:600]}")

    def not_(self, words: list[Word]) -> None:
        if words[0].text == "shows":
            if self.hand.shows(words[1].text):
                raise FlowError(f"shown: {words[1].text!r}")
            return
        want(words, "printed")
        if self._on_paper(words[1].text):
            raise FlowError(f"on the paper: {words[1].text!r}")

    def drawer(self, words: list[Word]) -> None:
        seen = self.world.drawer_openings()
        if seen != int(words[1].text):
            raise FlowError(f"the drawer was opened {seen} times")

    def record(self, words: list[Word]) -> None:
        kind = words[0].text.replace("_", "-")
        wanted = dict(word.text.replace('"', "").split("=", 1) for word in words[1:])
        bodies = [record["body"] for record in self.world.records() if record["kind"] == kind]
        if not any(all(_matches(body.get(key), text) for key, text in wanted.items()) for body in bodies):
            last = json.dumps(bodies[-1], ensure_ascii=False)[:300] if bodies else "none of this kind"
            raise FlowError(f"no such record; the last {kind}: {last}")

    def tickets(self, words: list[Word]) -> None:
        records = self.world.records()
        session = max((record["session"] for record in records), default=0)
        seen = sum(record["kind"] == "ticket" and record["session"] == session for record in records)
        if seen != int(words[0].text):
            raise FlowError(f"there are {seen} tickets")


def _matches(value: Any, text: str) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, int) and "." in text:
        return value == cents(text)
    return str(value) == text or json.dumps(value, ensure_ascii=False) == text


EXPECTATIONS: dict[str, Callable[[Expectations, list[Word]], None]] = {
    "screen": Expectations.screen,
    "shows": Expectations.shows,
    "total": Expectations.total,
    "due": Expectations.due,
    "change": Expectations.change,
    "printed": Expectations.printed,
    "not": Expectations.not_,
    "drawer": Expectations.drawer,
    "record": Expectations.record,
    "tickets": Expectations.tickets,
}
