"""Plays flows: each verb is gestures of a person or switches of the hardware. `play` returns the first failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from appliance.simulator import beyond, corrections
from appliance.simulator.cards import Card, Pocket
from appliance.simulator.expectations import Expectations
from appliance.simulator.hand import FlowError, Hand, cents, plain, want
from appliance.simulator.script import Step, Word
from appliance.simulator.world import World

DENOMINATIONS = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
LATER = {"terminal"}
ALWAYS = {"power", "at", "wait", "expect", "tear", "paper", "cover", "printer", "drawer", "network", "usb", "collector"}
# Verbs that are not an answer to the print question and do not act for the cashier.
BYSTANDERS = ALWAYS - {"drawer"} | {"print", "tap", "type", "scan", "badge", "pin"}


class Player:
    """One till, several files in order."""

    def __init__(self, world: World, pocket: Pocket, after_verb: Callable[[Step], None] = lambda step: None) -> None:
        self.world, self.pocket, self.hand = world, pocket, Hand(world)
        self._after_verb = after_verb
        self.expectations = Expectations(world, self.hand)

    def play(self, steps: Iterable[Step]) -> str | None:
        """`<file>:<line>: <what was seen instead>` of the first step that fails; None when all went well."""
        last = None
        for step in steps:
            last = step
            try:
                self._one(step)
            except FlowError as error:
                return f"{step.place}: {error}"
        if last is not None and self.world.faults_to_come:
            return f"{last.place}: this fault never came: {', '.join(self.world.faults_to_come)}"
        return None

    def _one(self, step: Step) -> None:
        verb = step.words[0].text
        if not self.world.alive and [word.text for word in step.words] != ["power", "on"]:
            if verb == "expect":
                self._run(step)
            return
        self._run(step)
        if verb not in ("expect", "at", "wait"):
            self.world.finish()
        self.expectations.remember(verb)
        self._after_verb(step)

    def _run(self, step: Step) -> None:
        verb, *rest = step.words
        action = VERBS.get(verb.text)
        if action is None or verb.quoted:
            why = "is built by a later version" if verb.text in LATER else "is not a verb"
            raise FlowError(f"{verb.text!r} {why}")
        if verb.text not in BYSTANDERS or (verb.text == "drawer" and rest and rest[0].text == "open"):
            self._answer_questions(rest)
        try:
            action(self, rest)
        except (IndexError, ValueError) as error:
            raise FlowError(f"{verb.text}: its words are not understood ({error})") from error

    def _answer_questions(self, words: list[Word]) -> None:
        """Any other verb means "no" to the print question, leaves a doubtful paper alone, closes what was said."""
        for act in ("decline", "doubt-no", "close"):
            while self.world.alive and self.hand.find_act(act) and not self._answers(words):
                self.hand.tap_act(act)

    def _answers(self, words: list[Word]) -> bool:
        """`ring "Divers 20"` is an answer to a message that offers this department."""
        return bool(words) and self.hand.find_act("department", words[0].text) is not None

    # Time and people

    def at(self, words: list[Word]) -> None:
        moment = datetime.fromisoformat(words[0].text)
        self.world.set_time(int(moment.timestamp() * 1000))

    def wait(self, words: list[Word]) -> None:
        text = words[0].text
        unit = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
        suffix = text.lstrip("0123456789")
        self.world.wait(int(text[: len(text) - len(suffix)]) * unit[suffix])

    def login(self, words: list[Word]) -> None:
        card = self._card(words[0].text)
        if self.hand.find_act("lock") and plain(self.hand.find_act("lock").label) == card.name:  # type: ignore[union-attr]
            return
        if card.nfc:
            self.world.badge(bytes.fromhex(card.nfc))
        elif card.barcode:
            self.world.scan(card.barcode)
        else:
            self.hand.tap_label(card.name)
        self.world.finish()
        if self.world.alive and self._asks_pin():
            self.hand.type_digits(card.pin)
        if self.world.alive and not self.hand.find_act("lock"):
            raise FlowError(f"{card.name} did not get in, {self.hand.seen()}")

    def _card(self, name: str) -> Card:
        if name not in self.pocket.cards:
            raise FlowError(f"the shop has no operator {name!r}")
        return self.pocket.cards[name]

    def _asks_pin(self) -> bool:
        return self.hand.glass().screen == "locked" and self.hand.find_act("digit", "1") is not None

    def logout(self, words: list[Word]) -> None:
        if self.hand.find_act("lock"):
            self.hand.tap_act("lock")

    def badge(self, words: list[Word]) -> None:
        self.world.badge(bytes.fromhex(words[0].text))

    def pin(self, words: list[Word]) -> None:
        self.hand.type_digits(words[0].text)

    # The day

    def open(self, words: list[Word]) -> None:
        want(words, "day", "float")
        self.amount(words[2].text)
        self.hand.tap_act("next")

    def close(self, words: list[Word]) -> None:
        if words[0].text != "day":
            corrections.close_period(self, words[0].text)
            return
        self.go("close-day")
        if self.hand.glass().screen != "close-day":
            return
        if len(words) > 1:
            self._count(cents(words[2].text))
        else:
            self.hand.tap_act("next")
            expected = cents(self.hand.glass().figures["expected"])
            if expected > 0:
                self.hand.tap_act("back")
                self._count(expected)
        if self.hand.find_act("field"):
            self.hand.tap_act("next")
        self.hand.tap_act("next")

    def _count(self, amount: int) -> None:
        """The fewest notes and coins."""
        for place, value in enumerate(DENOMINATIONS):
            number, amount = divmod(amount, value)
            if number:
                self.hand.tap_act("field", place)
                self.hand.type_digits(str(number))

    # The counter

    def ring(self, words: list[Word]) -> None:
        self._to_counter()
        what, options = words[0], [word.text for word in words[1:]]
        if self._answers(words):
            self.hand.tap_act("department", what.text)
            self._price(options)
            return
        times = next((text[1:] for text in options if text.startswith("x") and text[1:].isdecimal()), "")
        if times:
            self.hand.tap_act("go", "quantity")
            self.hand.type_digits(times)
            self.hand.tap_act("next")
        if what.text.isdecimal() and not what.quoted:
            self.world.scan(what.text)
        else:
            self._tile(what.text)
        self._price(options)

    def _price(self, options: list[str]) -> None:
        if "price" in options:
            self.amount(options[options.index("price") + 1])
            self.hand.tap_act("next")

    def _to_counter(self) -> None:
        """Out of payment or a menu, as long as the screen offers it."""
        if self.hand.glass().screen not in ("sale", "locked", "message") and self.hand.find_act("go", ""):
            self.hand.tap_act("go", "")

    def _tile(self, label: str) -> None:
        """Looks through the pages and categories until the button is there."""
        wanted = plain(label)
        for category in self._categories():
            if category >= 0 and not self._tap_category(category):
                continue
            for _ in range(20):
                spot = self.hand.spot(lambda each: each.act == "ring" and plain(each.label) == wanted)
                if spot is not None:
                    self.hand.tap(spot)
                    return
                if not self.hand.find_act("page"):
                    break
                self.hand.tap_act("page")
                if self.hand.find_act("page", 1):
                    break
        raise FlowError(f"no button {label!r}, {self.hand.seen()}")

    def _categories(self) -> Iterable[int]:
        """This one, then all; twice, since "Autres" leads round the rail."""
        yield -1
        yield from range(20)
        yield from range(20)

    def _tap_category(self, number: int) -> bool:
        found = self.hand.find_act("category", number)
        if found is not None:
            self.hand.tap(found)
        return found is not None

    def weigh(self, words: list[Word]) -> None:
        whole, _, rest = words[0].text.partition(".")
        self.hand.type_digits(str(int(whole) * 1000 + int((rest or "0").ljust(3, "0"))))
        self.hand.tap_act("next")

    def void(self, words: list[Word]) -> None:
        if words[0].text == "ticket":
            self.go("void-ticket")
            return
        self.select(int(words[1].text))
        self.hand.tap_act("void-line")

    def select(self, number: int) -> None:
        """A line of the basket, wherever it has been scrolled to."""
        self._to_counter()
        for _ in range(60):
            if self.hand.find_act("select", number) or not self.hand.find_act("above"):
                break
            self.hand.tap_act("above")
        self.hand.tap_act("select", number)

    def pay(self, words: list[Word]) -> None:
        kind, amount = words[0], words[1].text
        if self.hand.glass().screen != "payment":
            self._to_counter()
            self.hand.tap_act("pay")
        self.amount(amount)
        if kind.text == "cash":
            self.hand.tap_act("give", "")
            return
        label = kind.text if kind.quoted else self.pocket.means.get(kind.text, kind.text)
        self.hand.tap_act("means", label)
        if self.hand.find_act("accepted"):
            self.hand.tap_act("accepted")

    def amount(self, text: str) -> None:
        self.hand.type_digits(str(cents(text)))

    def print(self, words: list[Word]) -> None:
        yes = words[0].text == "yes"
        self.hand.tap_act("print" if yes else "decline")

    def reprint(self, words: list[Word]) -> None:
        want(words, "last")
        self._to_counter()
        self.hand.tap_act("go", "more")
        self.hand.tap_act("go", "reprint")
        self.hand.tap_act("reprint")

    def cash(self, words: list[Word]) -> None:
        self._to_counter()
        self.hand.tap_act("go", "more")
        self.hand.tap_act("go", f"cash-{words[0].text}")
        self.reason("choose", words[2:])
        self.amount(words[1].text)
        self.hand.tap_act("next")

    def reason(self, act: str, words: list[Word]) -> None:
        """The one that is named, else the first; one that no key bears is "autre"."""
        wanted = words[0].text if words else ""
        named = self.hand.spot(lambda each: each.act == act and plain(each.label).lower() == plain(wanted).lower())
        other = self.hand.spot(lambda each: each.act == act and each.label.lower() == "autre") if wanted else None
        first = self.hand.find_act(act)
        spot = named or other or first
        if spot is None:
            raise FlowError(f"no reason to choose, {self.hand.seen()}")
        self.hand.tap(spot)

    def drawer(self, words: list[Word]) -> None:
        if words[0].text == "shut":
            self.world.switch("drawer", "shut")
            return
        self._to_counter()
        self.hand.tap_act("go", "more")
        self.hand.tap_act("go", "drawer")
        self.reason("drawer", words[1:])

    def go(self, act: str) -> None:
        """To a key of the menu "Plus"."""
        self.to_menu()
        self.hand.tap_act(act)

    def to_menu(self) -> None:
        self._to_counter()
        self.hand.tap_act("go", "more")

    # Single gestures

    def tap(self, words: list[Word]) -> None:
        self.hand.tap_label(words[0].text)

    def type(self, words: list[Word]) -> None:
        for sign in words[0].text:
            self.hand.tap_label(sign)

    def scan(self, words: list[Word]) -> None:
        self.world.scan(words[0].text)

    # Hardware

    def fault(self, what: str, words: list[Word]) -> None:
        state = words[0].text
        if len(words) > 1 and words[1].text == "after":
            self.world.after_lines(int(words[2].text), what, state)
        else:
            self.world.switch(what, state)

    def paper(self, words: list[Word]) -> None:
        self.fault("paper", words)

    def cover(self, words: list[Word]) -> None:
        self.fault("cover", words)

    def printer(self, words: list[Word]) -> None:
        self.fault("printer", words)

    def power(self, words: list[Word]) -> None:
        if words[0].text == "on":
            self.world.power_on()
        elif len(words) == 1:
            self.world.power_cut()
        elif words[3].text.startswith("line"):
            self.world.after_lines(int(words[2].text), "power", "cut")
        else:
            self.world.after_flushes(int(words[2].text))

    def usb(self, words: list[Word]) -> None:
        """`usb insert DIR`, `usb remove`."""
        if words[0].text == "insert":
            self.world.usb(words[1].text)
        else:
            want(words, "remove")
            self.world.usb(None)

    def tear(self, words: list[Word]) -> None:
        self.world.tear()

    def expect(self, words: list[Word]) -> None:
        self.expectations.expect(words)


Verb = Callable[[Player, list[Word]], None]

VERBS: dict[str, Verb] = {
    "at": Player.at,
    "wait": Player.wait,
    "login": Player.login,
    "logout": Player.logout,
    "badge": Player.badge,
    "pin": Player.pin,
    "open": Player.open,
    "close": Player.close,
    "ring": Player.ring,
    "weigh": Player.weigh,
    "void": Player.void,
    "pay": Player.pay,
    "print": Player.print,
    "reprint": Player.reprint,
    "cash": Player.cash,
    "discount": corrections.discount,
    "change": corrections.change,
    "park": corrections.park,
    "recall": corrections.recall,
    "refund": corrections.refund,
    "training": corrections.training,
    "report": corrections.x_report,
    "drawer": Player.drawer,
    "tap": Player.tap,
    "type": Player.type,
    "scan": Player.scan,
    "network": beyond.network,
    "collector": beyond.collector,
    "enrol": beyond.enrol,
    "paper": Player.paper,
    "cover": Player.cover,
    "printer": Player.printer,
    "power": Player.power,
    "usb": Player.usb,
    "tear": Player.tear,
    "expect": Player.expect,
}
