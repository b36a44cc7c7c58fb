"""A person at the till: finds keys by their words on the glass and taps them. Knows nothing that cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Callable

from appliance.simulator.script import Word
from appliance.simulator.world import Glass, Spot, World

LOOK = 400
SPACES = re.compile(r"[\s\u00a0\u202f]+")


class FlowError(Exception):
    """The flow cannot go on; the text says what was seen instead."""


SIGNS = str.maketrans({"\u2019": "'", "\u2212": "-", "\u2013": "-"})


def plain(text: str) -> str:
    """Any run of spaces as one; typographic apostrophes and minus signs as they are typed."""
    return SPACES.sub(" ", text).strip().translate(SIGNS)


def cents(text: str) -> int:
    """Cents of a sum as it is shown or written: `1 284,35 €`, `−2,40`, `12.40`."""
    digits = re.sub(r"[^0-9,.\-\u2212]", "", text).replace("\u2212", "-").replace(",", ".")
    try:
        whole, _, rest = digits.partition(".")
        return int(whole.lstrip("-") or "0") * 100 * (1 if whole[:1] != "-" else -1) + int((rest or "0").ljust(2, "0"))
    except ValueError as error:
        raise FlowError(f"{text!r} is not a sum") from error


def want(words: list[Word], *wanted: str) -> None:
    """These words are expected here."""
    if [word.text for word in words[: len(wanted)]] != list(wanted):
        raise FlowError(f"{' '.join(wanted)} is wanted here")


class Hand:
    def __init__(self, world: World) -> None:
        self.world = world

    def glass(self) -> Glass:
        return self.world.glass()

    def spot(self, test: Callable[[Spot], bool]) -> Spot | None:
        return next((each for each in self.glass().spots if test(each)), None)

    def tap(self, spot: Spot) -> None:
        """Digits come fast; between two other keys a person looks."""
        self.world.touch(spot.x, spot.y)
        if spot.act != "digit":
            self.world.wait(LOOK)

    def tap_label(self, label: str) -> None:
        found = self.spot(lambda each: plain(each.label) == plain(label))
        if found is None:
            raise FlowError(f"no key {label!r}, {self.seen()}")
        self.tap(found)

    def tap_act(self, act: str, value: str | int | None = None) -> None:
        found = self.find_act(act, value)
        if found is None:
            raise FlowError(f"no key for {act}{'' if value is None else f' {value}'}, {self.seen()}")
        self.tap(found)

    def find_act(self, act: str, value: str | int | None = None) -> Spot | None:
        return self.spot(lambda each: each.act == act and (value is None or each.value == value))

    def type_digits(self, digits: str) -> None:
        for digit in digits:
            self.tap_act("digit", digit)

    def seen(self) -> str:
        """What stands on the glass, for a failing line."""
        glass = self.glass()
        texts = " | ".join(plain(label) for label in glass.labels if label.strip())
        return f"the screen is {glass.screen}: {texts[:300]}"

    def shows(self, text: str) -> bool:
        wanted = plain(text)
        labels = [plain(label) for label in self.glass().labels]
        return any(wanted in label for label in labels) or wanted in " ".join(labels)
