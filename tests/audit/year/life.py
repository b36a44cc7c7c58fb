"""A year at a grocery's till: what people do, decided by a seed; the same seed gives the same days and sums."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

from appliance.core.ui import DENOMINATIONS
from tests.audit.year.machine import Machine
from tests.core.desk import DETERGENT, PAPER, SPREAD, WINE

GOODS: Final = (SPREAD, WINE, DETERGENT, PAPER)
SMALL: Final = 64 << 10
LARGE: Final = 4 << 20


class Life:
    """`days` days of `tickets` tickets each, from the morning of `first` on."""

    def __init__(self, home: Path, first: date, days: int, tickets: int, segment: int = LARGE, seed: int = 1) -> None:
        self.first, self.days, self.tickets = first, days, tickets
        self.dice = Random(seed)
        self.till = Machine(home, morning(first), segment)
        self.versions = {days // 3: "0.2.0", 2 * days // 3: "0.3.0"}

    def live(self) -> Machine:
        """Every day; the machine is still running when it returns, its day, month and year are closed."""
        for number in range(self.days):
            self.day(number)
        self.close_year()
        return self.till

    def day(self, number: int) -> None:
        till, today = self.till, self.first + timedelta(days=number)
        if number in self.versions:
            self.update(self.versions[number])
        till.at(morning(today))
        till.home_screen()
        till.login()
        till.home_screen()
        if till.screen == "open-day":
            till.type("15000")
            till.tap("next")
            till.home_screen()
        cut = self.dice.randrange(self.tickets) if number % 7 == 3 else -1
        for nth in range(0 if number % 29 == 5 else self.tickets):
            self.customer(ACTS[number % len(ACTS)] if nth == self.tickets // 2 else None)
            if nth == cut:
                self.cut(torn=number % 14 == 3)
        if number % 7 == 2:
            self.exercise()
        if number % 31 == 9:
            self.forget(today)
        else:
            self.close()

    def update(self, software: str) -> None:
        self.till.stop()
        self.till.sleep(60_000)
        self.till.software = software
        self.till.start()

    def customer(self, wanted: Callable[[Life], None] | None = None) -> None:
        """Most buy; some want something else."""
        self.till.sleep(30_000)
        self.till.rest()
        act = wanted or self.dice.choices(ACTS, WEIGHTS)[0]
        act(self)
        self.till.home_screen()
        order = self.till.state.ledger.order
        assert (self.till.screen, order.live if order else ()) == ("sale", ()), act

    # What people do

    def basket(self) -> None:
        for code in self.dice.choices(GOODS, k=self.dice.randint(1, 5)):
            self.till.scan(code)

    def pay(self) -> None:
        till = self.till
        till.tap("pay")
        means = self.dice.choices(("cash", "Carte", "Chèque", "Titre-resto"), (6, 9, 1, 1))[0]
        if means == "cash":
            till.tap("give", 10_000)
        else:
            till.tap("means", means)
            if till.screen == "card":
                till.tap("accepted")
        if till.screen == "print":
            till.tap("print" if self.dice.random() < 0.4 else "decline")

    def sell(self) -> None:
        self.basket()
        self.pay()

    def void_line(self) -> None:
        self.basket()
        self.till.scan(WINE)
        self.till.tap("select", 1)
        self.till.tap("void-line")
        self.pay()

    def give_up(self) -> None:
        self.basket()
        self.till.tap("go", "more")
        self.till.tap("void-ticket")

    def change(self) -> None:
        """Of a line: how many, or what it costs, or a tenth off."""
        self.basket()
        self.till.tap("select", 1)
        screen, digits = self.dice.choice((("new-quantity", "3"), ("new-price", "199"), ("percent", "1000")))
        self.till.tap("change", "line")
        self.till.tap("change", screen)
        self.till.type(digits)
        self.till.tap("next")
        self.pay()

    def discount(self) -> None:
        self.basket()
        self.till.tap("go", "more")
        self.till.tap("discount", "amount")
        self.till.type("50")
        self.till.tap("next")
        self.pay()

    def wait(self) -> None:
        """One is put aside for another, and taken up again."""
        self.basket()
        self.till.tap("go", "more")
        self.till.tap("park")
        self.sell()
        self.till.home_screen()
        self.till.tap("go", "more")
        self.till.tap("go", "parked")
        self.till.tap("recall", 1)
        self.pay()

    def refund(self) -> None:
        """Of a recent sale: all of it, or its first line; by the means of the sale, or by a credit note."""
        recent = [each for each in self.till.state.ledger.tickets if each.total > 0]
        if not recent:
            return self.sell()
        self._ticket("refund-list", self.dice.choice(recent).record)
        ui = self.till.state.ui
        if self.dice.random() < 0.5 and len(ui.picked) > 1:
            for number in ui.picked[1:]:
                self.till.tap("pick", number)
        self.till.tap("refund", self.dice.choice(("Carte", "Avoir", "Espèces")))
        return None

    def spend(self) -> None:
        """A credit note, and the rest in cash."""
        if not self.till.state.ledger.credits:
            return self.sell()
        self.basket()
        self.till.tap("pay")
        self.till.tap("means", "Avoir")
        self.till.tap("credit", min(self.till.state.ledger.credits))
        if self.till.screen == "payment":
            self.till.tap("give", 10_000)
        return None

    def fix(self) -> None:
        recent = [each for each in self.till.state.ledger.tickets if each.total > 0]
        if not recent:
            return self.sell()
        self._ticket("fix-list", recent[-1].record)
        self.till.tap("fix", "Chèque")
        return None

    def _ticket(self, page: str, record: int) -> None:
        self.till.tap("go", "more")
        self.till.tap("go", page)
        self.till.tap("ticket", record)

    def again(self) -> None:
        if not self.till.state.ledger.tickets:
            return self.sell()
        self.till.tap("go", "more")
        self.till.tap("go", "reprint")
        self.till.tap("reprint", self.till.state.ledger.tickets[-1].record)
        return None

    def drawer(self) -> None:
        """Money in and out, and a look into it."""
        for what in ("cash-in", "cash-out", "drawer"):
            self.till.tap("go", "more")
            self.till.tap("go", what)
            if what == "drawer":
                self.till.tap("drawer", "appoint")
            else:
                self.till.type("1000")
                self.till.tap("next")

    def look(self) -> None:
        """X, and a comment on an act."""
        self.till.tap("go", "more")
        self.till.tap("x-report")
        self.till.home_screen()
        self.till.tap("go", "more")
        self.till.tap("go", "manage")
        self.till.tap("go", "note")
        self.till.type("1")
        self.till.tap("next")

    # The day

    def cut(self, *, torn: bool) -> None:
        """In a basket; `torn` in the middle of a write."""
        self.basket()
        self.till.cut(self.dice.randbytes(300) if torn else b"")
        self.till.login()
        self.till.home_screen()
        self.pay()
        self.till.home_screen()

    def exercise(self) -> None:
        """Mode école: a manager answers for two sales of a trainee."""
        till = self.till
        till.login("02")
        till.tap("go", "more")
        till.tap("go", "manage")
        till.tap("training-on")
        till.login("03")
        till.home_screen()
        for _ in range(2):
            self.sell()
            till.home_screen()
        till.tap("go", "more")
        till.tap("go", "manage")
        till.tap("training-off")
        till.login()
        till.home_screen()

    def close(self) -> None:
        """What is expected is counted; a cent is missing now and then."""
        till, day = self.till, self.till.state.ledger.day
        assert day is not None
        left = max(0, day.expected - (self.dice.random() < 0.1))
        till.tap("go", "more")
        till.tap("close-day")
        for place, value in enumerate(DENOMINATIONS):
            count, left = divmod(left, value)
            if count:
                till.tap("field", place)
                till.type(str(count))
        till.tap("next")
        till.tap("next")
        assert till.state.ledger.day is None
        till.journal.anchor()

    def forget(self, today: date) -> None:
        """Nobody closes: the till does at midnight, with a basket that is put aside."""
        self.till.scan(SPREAD)
        self.till.at(datetime.combine(today + timedelta(days=1), time(0, 1)))
        self.till.tick()

    def close_year(self) -> None:
        till = self.till
        till.home_screen()
        till.login("02")
        for _ in range(2):  # the first may have been asked by the doubt about a forgotten Z
            till.home_screen()
        till.tap("go", "more")
        till.tap("go", "manage")
        till.tap("close-year")
        till.tap("period-close", "year")
        till.journal.anchor()


def morning(day: date) -> datetime:
    return datetime.combine(day, time(8, 30))


ACTS: Final[tuple[Callable[[Life], None], ...]] = (
    Life.sell,
    Life.void_line,
    Life.give_up,
    Life.change,
    Life.discount,
    Life.refund,
    Life.wait,
    Life.spend,
    Life.fix,
    Life.again,
    Life.drawer,
    Life.look,
)
WEIGHTS: Final = (80, 3, 1, 3, 2, 3, 1, 2, 1, 2, 1, 1)
