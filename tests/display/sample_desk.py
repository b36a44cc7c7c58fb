"""Screens as the core itself says them: tills that sold, refunded, parked, closed, and what stands on their glass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from appliance.core.aim import TARGETS
from appliance.core.catalogue import Article
from appliance.core.grid import Grid
from appliance.core.input import Badge, Board, Device, FlawFound, Looked, MediumSaid, Pointed, Probed
from appliance.core.scene import view
from appliance.core.standing import Archived, Defect, Witnessed
from appliance.core.turn import State
from appliance.core.view_upkeep import Shown
from tests.core.desk import ARTICLES, BADGES, DETERGENT, PAPER, PINS, SPREAD, WINE, Desk, shop
from tests.display.sample_system import EVENINGS

LONG = "Fromage à la coupe au lait cru de brebis"
CODES = (WINE, SPREAD, DETERGENT, PAPER)
DAY = 86_400_000
BASKETS = (
    ((WINE, SPREAD), 3000),
    ((PAPER,), 220),
    ((DETERGENT, WINE, PAPER), 5000),
    ((SPREAD, SPREAD), 1000),
    ((WINE,), 1000),
    ((DETERGENT,), 2000),
    ((SPREAD, WINE, PAPER), 2000),
    ((PAPER, PAPER), 500),
)


def opened(person: str = "01") -> Desk:
    desk = Desk(shop(articles=(*ARTICLES, Article(LONG, 2390, 550, "", "Frais", page=1, position=7))))
    desk.state = replace(desk.state, chain=bytes(range(0xA0, 0xB0)))
    desk.open(15_000)
    desk.sleep(2 * 3_600_000)
    if person != "01":
        desk.login(person)
    return desk


def sold(person: str = "01") -> Desk:
    """Eight tickets; of the third one two lines came back, the sixth was paid in two ways."""
    desk = opened()
    for number, (codes, given) in enumerate(BASKETS, start=1):
        desk.sleep(7 * 60_000)
        for code in codes:
            desk.scan(code)
        desk.tap("pay")
        if number == 6:
            desk.type("500")
            desk.tap("means", "Carte")
            desk.tap("accepted")
        desk.tap("give", given)
        desk.tap("print" if number % 3 else "decline")
    _refund(desk, 3, (1, 3))
    if person != "01":
        desk.login(person)
    return desk


def _choose(desk: Desk, screen: str, number: int) -> None:
    desk.tap("go", "more")
    desk.tap("go", screen)
    desk.tap("ticket", next(ref.record for ref in desk.state.ledger.tickets if ref.number == number))


def _refund(desk: Desk, number: int, kept: tuple[int, ...]) -> None:
    _choose(desk, "refund-list", number)
    for line in desk.state.ui.picked:
        if line not in kept:
            desk.tap("pick", line)
    desk.tap("refund", "Espèces")
    desk.tap("decline")


def at(desk: Desk, *screens: str) -> Desk:
    for screen in screens:
        desk.tap("go", screen)
    return desk


def seen(desk: Desk, grid: Grid, **changes: object) -> Shown:
    """What stands there, on a panel of that grid."""
    state: State = replace(desk.state, grid=grid, **changes)  # type: ignore[arg-type]
    return view(state, desk.now)


def more_basket() -> Desk:
    desk = opened()
    desk.scan(WINE)
    at(desk, "more").tap("park")
    desk.scan(SPREAD)
    return at(desk, "more")


def more_between() -> Desk:
    desk = Desk()
    desk.login()
    return at(desk, "more")


def manage_between() -> Desk:
    """A day was closed: the month and the year can be."""
    desk = sold("02")
    desk.close()
    desk.tap("go", "")
    return at(desk, "more", "manage")


def refund() -> Desk:
    desk = sold("02")
    _choose(desk, "refund-list", 3)
    return desk


def refund_long() -> Desk:
    """Fourteen lines, among them long labels and quantities; the second page."""
    desk = opened()
    for n in range(13):
        desk.tap("ring", LONG) if n % 4 == 3 else desk.scan(CODES[n % 4])
        if desk.screen == "weight":
            desk.type("1250")
            desk.tap("next")
    desk.tap("go", "quantity")
    desk.type("12")
    desk.tap("next")
    desk.tap("ring", "Bouilloire")
    desk.pay(amount=70_000)
    desk.tap("decline")
    _choose(desk, "refund-list", 1)
    desk.tap("list", 1)
    return desk


def fix(number: int = 5, done: bool = False) -> Desk:
    desk = sold()
    _choose(desk, "fix-list", number)
    if done:
        desk.tap("fix", "Carte")
        _choose(desk, "fix-list", number)
    return desk


def line() -> Desk:
    desk = opened()
    desk.scan(WINE)
    desk.scan(SPREAD)
    desk.tap("select", 1)
    desk.tap("change", "line")
    return desk


def change(screen: str, typed: str) -> Desk:
    desk = line()
    desk.tap("change", screen)
    desk.type(typed)
    return desk


def discount(screen: str, typed: str) -> Desk:
    desk = more_basket()
    desk.tap("discount", screen)
    desk.type(typed)
    return desk


def parked(count: int) -> Desk:
    desk = opened()
    for n in range(count):
        for code in (CODES * 3)[n % 4 : n % 4 + 1 + n % 6]:
            desk.scan(code)
        at(desk, "more").tap("park")
    return at(desk, "more", "parked")


def alone() -> Desk:
    """A day that nobody closed: the till did, the morning after."""
    desk = sold()
    desk.sleep(DAY)
    desk.crash()
    desk.sleep(1000)
    desk.login()
    while desk.state.ledger.doubts[0].why != "later":
        desk.tap("doubt-no")
    return desk


def exercise() -> Desk:
    desk = opened("02")
    at(desk, "more", "manage").tap("training-on")
    desk.tap("lock")
    desk.login("03")
    return desk


def exercise_basket() -> Desk:
    desk = exercise()
    for code in (*CODES, WINE):
        desk.scan(code)
    return desk


def exercise_paid() -> Desk:
    desk = exercise_basket()
    desk.pay(amount=5000)
    return desk


def exercise_payment() -> Desk:
    desk = exercise_basket()
    desk.tap("pay")
    desk.type("5000")
    return desk


def without_paper(desk: Desk) -> Desk:
    desk.feed(Device("printer", "down", "paper-out"))
    desk.feed(Device("badge", "down", "gone"))
    return desk


def noted(digits: str, taken: bool = False) -> Desk:
    desk = at(sold("02"), "more", "manage", "note")
    desk.type(digits)
    if taken:
        desk.tap("next")
    return desk


def locked(desk: Desk) -> Desk:
    desk.tap("lock")
    return desk


def inspected(desk: Desk) -> Desk:
    at(desk, "more", "manage").tap("inspect")
    return desk


def witnessed() -> Desk:
    """A till with a counter of its own, archives made and copied."""
    desk = sold("02")
    kept = Archived(9, "day", "2026-11-20", desk.t - DAY, desk.t - DAY)
    said = Witnessed("A", 4812, desk.t, 3 * DAY)
    desk.state = replace(desk.state, ledger=desk.state.ledger._replace(archived=kept, witness=said))
    return desk


def flawed(person: str) -> Desk:
    desk = sold(person)
    desk.feed(FlawFound(31, "frame", 34, "flash"))
    if desk.state.ledger.defect is None:
        ledger = desk.state.ledger._replace(defect=Defect(desk.state.ledger.seq - 1, 31, 34))
        desk.state = replace(desk.state, ledger=ledger)
    return desk


def known() -> Desk:
    """A defect on which a manager decided to go on."""
    desk = flawed("02")
    desk.tap("resume")
    return inspected(desk)


MEDIUM = MediumSaid("SD64G", 12, 1, 34, ("commit", "atime"))


def visited(*screens: str, agreed: bool = True) -> Desk:
    """Nadia is in, and Marc has agreed."""
    desk = sold()
    desk.feed(Device("badge", "ready", "ok"))
    for kind in ("beeper", "drawer", "scanner"):
        desk.feed(Device(kind, "ready", "ok"))
    desk.feed(
        Board({"printer.columns": "48", "printer.page": "16", "printer.drawer_pin": "2", "printer.cut": "partial"})
    )
    desk.login("04")
    if agreed:
        desk.feed(Badge(BADGES["02"]))
        desk.type(PINS["02"])
        desk.tap("next")
    return at(desk, *screens)


def consented(digits: str) -> Desk:
    desk = visited(agreed=False)
    desk.feed(Badge(BADGES["02"]))
    desk.type(digits)
    return desk


def asked_aloud() -> Desk:
    """The colours were right; the sound is asked about."""
    desk = tested()
    desk.tap("answer", "passed")
    return desk


def tested() -> Desk:
    desk = visited("tests")
    desk.tap("test")
    return desk


def tested_through() -> Desk:
    desk = asked_aloud()
    for result in ("passed", "failed", "passed", "failed", "skipped"):
        desk.tap("answer", result)
    desk.sleep(12)
    desk.feed(Probed())
    return desk


def aimed() -> Desk:
    desk = visited("touch")
    for x, y in TARGETS:
        desk.feed(Pointed(x + 200, y))
    return desk


def looked(what: str, *rows: tuple[str, str]) -> Desk:
    desk = visited()
    desk.tap("look", what)
    desk.feed(Looked(what, rows))
    return desk


DESKS: dict[str, Callable[[], Desk]] = {
    "consent": lambda: visited(agreed=False),
    "consent-pin": lambda: consented("98"),
    "visit": visited,
    "visit-devices": lambda: visited("technician"),
    "visit-printer": lambda: visited("printer"),
    "visit-tests": tested_through,
    "visit-colours": tested,
    "visit-sound": asked_aloud,
    "visit-touch": lambda: visited("touch"),
    "visit-touch-last": aimed,
    "visit-network": lambda: looked("network", ("eth0", "up 192.168.1.20"), ("wlan0", "down")),
    "visit-software": lambda: looked(
        "software", ("perimeter", "5b1c9a7e3d20f481"), ("a", "0.1.0 good booted"), ("b", "0.0.9 good")
    ),
    "visit-time": lambda: visited("time"),
    "more": more_basket,
    "more-between": more_between,
    "more-school": lambda: at(exercise_basket(), "more"),
    "manage": lambda: at(sold("02"), "more", "manage"),
    "manage-between": manage_between,
    "manage-school": lambda: at(exercise(), "more", "manage"),
    "note": lambda: at(sold("02"), "more", "manage", "note"),
    "note-typed": lambda: noted("41"),
    "note-refused": lambda: noted("9999", taken=True),
    "inspection-c": lambda: inspected(sold("02")),
    "inspection-known": known,
    "inspection-a": lambda: inspected(witnessed()),
    "totals": lambda: at(inspected(sold("02")), "totals"),
    "memory": lambda: at(sold("02"), "more", "technician", "memory"),
    "reprint-few": lambda: at(refunded_few(), "more", "reprint"),
    "refund-list": lambda: at(sold("02"), "more", "refund-list"),
    "refund": refund,
    "hard-refund": refund_long,
    "fix-list": lambda: at(sold(), "more", "fix-list"),
    "payment-fix": fix,
    "payment-fix-several": lambda: fix(6),
    "payment-fix-done": lambda: fix(5, done=True),
    "line": line,
    "new-quantity": lambda: change("new-quantity", "3"),
    "new-price": lambda: change("new-price", "750"),
    "line-percent": lambda: change("percent", "1000"),
    "discount-percent": lambda: discount("percent", "500"),
    "discount-amount": lambda: discount("amount", "99999"),
    "parked": lambda: parked(3),
    "parked-many": lambda: parked(20),
    "question-alone": alone,
    "defect": lambda: flawed("01"),
    "defect-manager": lambda: flawed("02"),
    "school-sale-empty": exercise,
    "school-sale": exercise_basket,
    "school-sale-alarm": lambda: without_paper(exercise_basket()),
    "school-payment": exercise_payment,
    "school-print": exercise_paid,
    "school-locked": lambda: locked(exercise_basket()),
    "school-locked-alarm": lambda: without_paper(locked(exercise_basket())),
    **EVENINGS,
}


def refunded_few() -> Desk:
    desk = opened()
    desk.scan(WINE)
    desk.pay(amount=1000)
    desk.tap("decline")
    return desk


@lru_cache(maxsize=64)
def _desk(name: str) -> Desk:
    return DESKS[name]()


def desks(grid: Grid) -> dict[str, Shown]:
    """One picture a till; the long work and the medium's page are moments that no tap makes."""
    shown = {name: seen(_desk(name), grid) for name in DESKS}
    running = _desk("inspection-a").state.ui._replace(work="verify", percent=42)
    return {
        **shown,
        "inspection-running": seen(_desk("inspection-a"), grid, ui=running),
        "memory": seen(_desk("memory"), grid, medium=MEDIUM),
    }
