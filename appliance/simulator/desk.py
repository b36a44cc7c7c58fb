"""What a visitor of the page can do to the till's surroundings, by name; and all that can be seen, as JSON."""

from __future__ import annotations

import asyncio
import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from appliance.simulator import cards
from appliance.simulator.live import Live

HELD: Final = 0.6  # seconds that a person holds a badge, at least
LONGEST_HELD: Final = 3.0
LONGEST_CODE: Final = 60
UNKNOWN: Final = ("4006381333931", "Un code inconnu")
PAPERS: Final = {"ok": "Papier remis", "near-end": "Papier presque fini", "out": "Plus de papier"}
DEVICES: Final = {
    "printer": "Imprimante",
    "badge": "Lecteur de badges",
    "scanner": "Scanner",
    "touch": "Écran tactile",
    "beeper": "Bipeur",
    "stick": "Clé USB",
}


class Refused(ValueError):
    """The page asked for something that makes no sense; the text says what."""


@dataclass(frozen=True)
class Things:
    """What lies on the desk: badges of the operators, articles with a bar code (code, label, price)."""

    cards: tuple[cards.Card, ...]
    articles: tuple[tuple[str, str, str], ...]


def things_of(shop: Path) -> Things:
    """Nothing of what cannot be read: the till itself says what is wrong with its shop."""
    try:
        found = tuple(cards.read(shop).cards.values())
        with (shop / "catalogue.csv").open(encoding="utf-8", newline="") as file:
            rows = [
                (row.get("code") or "", row.get("label") or "", row.get("price") or "") for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error):
        return Things((), ())
    return Things(found, (*(row for row in rows if row[0]), (*UNKNOWN, "")))


class Desk:
    """`do` takes one wish of the page, `seen` says how everything stands."""

    def __init__(self, live: Live, things: Things) -> None:
        self.live, self.things = live, things
        self._hardware, self._note = live.hardware, live.diary.note
        self._paper, self._cover = "ok", False
        self._holding: asyncio.Task[None] | None = None

    async def do(self, wish: Mapping[str, Any]) -> None:
        """Raises Refused."""
        action = _ACTIONS.get(str(wish.get("do")))
        if action is not None:
            action(self, wish)
        elif wish.get("do") == "power" and wish.get("state") in ("on", "off"):
            await (self.live.power_on() if wish["state"] == "on" else self.live.power_cut())
        else:
            raise Refused(f"unknown wish {wish.get('do')!r}")

    def seen(self) -> dict[str, Any]:
        printer, glass = self._hardware.printer, self.live.glass
        return {
            "power": self.live.power,
            "code": self.live.code,
            "glass": glass if self.live.power == "on" else {},
            "paper": self._paper,
            "cover": self._cover,
            "printer": printer.powered or self.live.power == "off",
            "drawer": self._hardware.drawer.is_open,
            "pulses": self._hardware.drawer.pulses,
            "plugs": self._plugs(),
        }

    def _plugs(self) -> dict[str, bool]:
        wired = {name: getattr(self._hardware, name).wire.plugged for name in DEVICES if name != "stick"}
        return {**wired, "stick": self._hardware.stick.plugged}

    # The finger

    def _down(self, wish: Mapping[str, Any]) -> None:
        x, y = self._place(wish)
        self._say_key(x, y)
        self.live.handle(lambda: self._hardware.touch.down(x, y))

    def _move(self, wish: Mapping[str, Any]) -> None:
        x, y = self._place(wish)
        if self._hardware.touch.fingers:
            self.live.handle(lambda: self._hardware.touch.move(x, y))

    def _up(self, _: Mapping[str, Any]) -> None:
        if self._hardware.touch.fingers:
            self.live.handle(self._hardware.touch.up)

    def _tap(self, wish: Mapping[str, Any]) -> None:
        x, y = self._place(wish)
        self._say_key(x, y)
        self.live.handle(lambda: self._hardware.touch.tap(x, y))

    def _place(self, wish: Mapping[str, Any]) -> tuple[int, int]:
        x, y = wish.get("x"), wish.get("y")
        if not isinstance(x, int) or not isinstance(y, int):
            raise Refused("x and y must be whole pixels")
        width, height = self._hardware.size
        return min(max(x, 0), width - 1), min(max(y, 0), height - 1)

    def _say_key(self, x: int, y: int) -> None:
        for label, _, _, left, top, right, bottom in self.live.glass.get("hits", []):
            if left <= x < right and top <= y < bottom:
                self._note("hand", f"Doigt sur « {label} »")
                return

    # Badges and codes

    def _badge(self, wish: Mapping[str, Any]) -> None:
        card = next((each for each in self.things.cards if each.name == wish.get("name")), None)
        if card is None or not (card.nfc or card.barcode):
            raise Refused(f"no badge of {wish.get('name')!r}")
        if card.barcode:
            self._note("hand", f"Badge à code-barres de {card.name} passé au scanner")
            self._type(card.barcode)
            return
        self._note("hand", f"Badge de {card.name} présenté")
        if self._holding is not None:
            self._holding.cancel()
        self._holding = asyncio.create_task(self._hold(bytes.fromhex(card.nfc)))

    async def _hold(self, uid: bytes) -> None:
        """Until the reader has looked, as a person who waits for the beep."""
        reader = self._hardware.badge
        reader.present(uid)
        await asyncio.sleep(HELD)
        waited = HELD
        while not reader.quiet() and waited < LONGEST_HELD:
            await asyncio.sleep(0.1)
            waited += 0.1
        reader.remove()

    def _scan(self, wish: Mapping[str, Any]) -> None:
        code = str(wish.get("code", "")).strip()
        if not code or len(code) > LONGEST_CODE:
            raise Refused(f"a code has 1 to {LONGEST_CODE} signs")
        self._note("hand", f"Code {code} passé au scanner")
        self._type(code)

    def _type(self, code: str) -> None:
        heard = False

        def scan() -> None:
            nonlocal heard
            heard = self._hardware.scanner.scan(code)

        self.live.handle(scan)
        if not heard:
            self._note("lost", "Personne n'a lu ce code")

    # Printer, drawer, cables

    def _set_paper(self, wish: Mapping[str, Any]) -> None:
        state = _one_of(wish, "state", PAPERS)
        if state != self._paper:
            self._paper = state
            self._note("hand", PAPERS[state])
            self.live.handle(lambda: self._hardware.printer.set_paper(state))

    def _set_cover(self, wish: Mapping[str, Any]) -> None:
        self._cover = _one_of(wish, "state", {"open": "", "closed": ""}) == "open"
        self._note("hand", "Capot ouvert" if self._cover else "Capot fermé")
        self.live.handle(lambda: self._hardware.printer.set_cover(opened=self._cover))

    def _set_printer(self, wish: Mapping[str, Any]) -> None:
        state = _one_of(wish, "state", {"on": "", "off": ""})
        if not self._hardware.powered:
            raise Refused("no power")
        self._note("hand", "Imprimante allumée" if state == "on" else "Imprimante éteinte")
        printer = self._hardware.printer
        self.live.handle(printer.switch_on if state == "on" else printer.switch_off)

    def _tear(self, _: Mapping[str, Any]) -> None:
        if self._hardware.printer.paper.tear():
            self._note("hand", "Papier déchiré")

    def _shut(self, _: Mapping[str, Any]) -> None:
        if self._hardware.drawer.is_open:
            self._note("hand", "Tiroir fermé")
            self.live.handle(self._hardware.printer.shut_drawer)

    def _plug(self, wish: Mapping[str, Any]) -> None:
        name = _one_of(wish, "device", DEVICES)
        state = _one_of(wish, "state", {"on": "", "off": ""})
        device = getattr(self._hardware, name)
        word = "branché" if name == "stick" else "remis"
        self._note("hand", f"{DEVICES[name]} : {word if state == 'on' else 'débranché'}")
        self.live.handle(device.plug if state == "on" else device.unplug)


def _one_of(wish: Mapping[str, Any], key: str, known: Mapping[str, str]) -> str:
    value = str(wish.get(key))
    if value not in known:
        raise Refused(f"{key} must be one of {', '.join(known)}")
    return value


_ACTIONS: dict[str, Callable[[Desk, Mapping[str, Any]], None]] = {
    "down": Desk._down,
    "move": Desk._move,
    "up": Desk._up,
    "tap": Desk._tap,
    "badge": Desk._badge,
    "scan": Desk._scan,
    "paper": Desk._set_paper,
    "cover": Desk._set_cover,
    "printer": Desk._set_printer,
    "tear": Desk._tear,
    "shut": Desk._shut,
    "plug": Desk._plug,
}
