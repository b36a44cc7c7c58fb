"""What the screen remembers and the journal does not: typed digits, the page, a message. Gone at a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from appliance.core.act import Act
from appliance.core.event import Event, Value

DENOMINATIONS = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
NO_COUNTS = (0,) * len(DENOMINATIONS)


@dataclass(frozen=True, slots=True)
class Choice:
    """A key of a message."""

    label: str
    act: Act


@dataclass(frozen=True, slots=True)
class Message:
    """Stands until it is answered. The last choice is the safe way out."""

    title: str
    text: tuple[str, ...]
    thing: str = ""
    choices: tuple[Choice, ...] = (Choice("Fermer", Act("close")),)
    grave: bool = True


class Ui(NamedTuple):
    screen: str = ""  # "" is the natural one: sale, or open-day
    typed: str = ""  # digits
    choice: int = 0  # reason chosen on an entry screen
    subject: str = ""  # department or article whose price, quantity or weight is typed
    code: str = ""  # unknown code that a free price stands for
    category: int = 0
    page: int = 0
    quantity: int = 0  # thousandths typed before a ring; 0: none
    selected: int = 0  # line number; 0: none
    above: int = 0  # basket pages scrolled up
    counts: tuple[int, ...] = NO_COUNTS
    field: int = 0
    fresh: bool = True  # the next digit replaces what is shown
    pin: str = ""  # operator code whose PIN is asked
    pin_refusal: str = ""
    new_pin: str | None = None  # who has none chooses one: "" before it was typed once, then the digits
    notice: tuple[str, ...] = ()  # on the locked screen
    message: Message | None = None
    refusal: str = ""
    list_page: int = 0
    pdf: bool = False  # tickets of the list go to the stick and not to the printer
    ticket: Event | None = None  # the sealed one that is refunded or corrected
    anyway: bool = False  # a manager opens the day without a copied archive
    work: str = ""  # the long work that somebody waits for
    percent: int = 0
    plan: Mapping[int, Value] | None = None  # of a purge: the body of the record that would order it
    picked: tuple[int, ...] = ()  # its lines, or the one payment
    points: tuple[tuple[int, int], ...] = ()  # where crosses of the touch panel were touched
    looked: tuple[tuple[str, str], ...] = ()  # what the machine says on the technician's page
    tests: tuple[tuple[str, str, int | None], ...] = ()  # of an auto-test: device, result, ms
    since: int = 0  # CLOCK_BOOTTIME ms at which the test that runs began
    broken: str = ""  # why nothing can be recorded any more
    asked_clock: bool = False
    language: str = ""  # chosen on the locked screen; "" is the shop's
