"""Papers of a day in a shop, as text: `python -m tests.core.paper_samples` writes tests/core/papers anew; read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from appliance.core import event as ev
from appliance.core import receipt, report
from appliance.core.event import Event
from appliance.core.folds.exercise import inner
from appliance.core.paper import Row
from appliance.core.receipt import Copy, Sealed
from tests.core.desk import DETERGENT, PAPER, SATURDAY, SPREAD, WINE, Desk
from tests.display import sample_desk as desks

PAPERS = Path(__file__).parent / "papers"
ACCEPT = "python -m tests.core.paper_samples"
COLUMNS = (48, 32)
SIGNATURE, HEAD, CHAIN = bytes(range(64)), bytes(range(32)), bytes(range(16))
COPY = Copy(2, SATURDAY + 7_500_000, 60, "03", "demande du client")
Rows = Callable[[int], tuple[Row, ...]]


def sealed(event: Event, school: bool = False) -> Sealed:
    return Sealed(event, HEAD, SIGNATURE, CHAIN, school)


def discounted() -> Desk:
    """A line at 10 % less, two euros off the whole, three of one article, a label that wraps, two means."""
    desk = desks.opened()
    for code in (WINE, DETERGENT, PAPER):
        desk.scan(code)
    desk.tap("select", 2)
    desk.tap("change", "percent")
    desk.type("1000")
    desk.tap("next")
    desk.tap("go", "more")
    desk.tap("discount", "amount")
    desk.type("200")
    desk.tap("next")
    desk.tap("go", "quantity")
    desk.type("3")
    desk.tap("next")
    desk.scan(SPREAD)
    desk.tap("ring", desks.LONG)
    desk.tap("pay")
    desk.type("500")
    desk.tap("means", "Carte")
    desk.tap("accepted")
    desk.tap("give", 9000)
    desk.tap("decline")
    return desk


def given_back(desk: Desk, number: int, means: str, *kept: int) -> Event:
    """The refund of a ticket: all of it, or the lines named."""
    desk.tap("go", "more")
    desk.tap("go", "refund-list")
    desk.tap("ticket", next(ref.record for ref in desk.state.ledger.tickets if ref.number == number))
    for line in desk.state.ui.picked:
        if kept and line not in kept:
            desk.tap("pick", line)
    desk.tap("refund", means)
    return desk.last(ev.TICKET)


def exercise() -> Event:
    made = [inner(event) for event in desks.exercise_paid().events if event.kind == ev.TRAINING]
    return next(event for event in made if event.kind == ev.TICKET)


def reported() -> Event:
    desk = desks.at(desks.sold("02"), "more")
    desk.tap("x-report")
    return desk.last(ev.X_REPORT)


def closed() -> Event:
    """Three rates, a refund, a corrected payment; the drawer was counted short."""
    desk = desks.fix(5, done=True)
    desk.tap("go", "")
    desk.login("02")
    desk.close()
    return desk.last(ev.DAY_CLOSE)


def period(*names: str) -> Event:
    desk = desks.manage_between()
    for name in names:
        desk.tap("go", "more")
        desk.tap("go", "manage")
        desk.tap(f"close-{name}")
        desk.tap("period-close", name)
    return desk.last({"month": ev.MONTH_CLOSE, "year": ev.YEAR_CLOSE}[names[-1]])


def ticket(event: Event, school: bool = False, copy: Copy | None = None) -> Rows:
    return lambda columns: receipt.ticket(sealed(event, school), columns, copy)


def closing(event: Event, copy: Copy | None = None) -> Rows:
    return lambda columns: report.closing(sealed(event), columns, copy)


def of_period(event: Event) -> Rows:
    return lambda columns: report.period(sealed(event), columns)


def papers() -> dict[str, Rows]:
    """What a printer is given, by name of the golden file."""
    return {
        "discounts": ticket(discounted().last(ev.TICKET)),
        "refund": ticket(given_back(discounted(), 1, "Espèces")),
        "refund-by-line": ticket(given_back(desks.sold("02"), 1, "Espèces", 2)),
        "credit-note": ticket(given_back(desks.sold("02"), 8, "Avoir")),
        "exercise": ticket(exercise(), school=True),
        "exercise-duplicate": ticket(exercise(), True, COPY),
        "x": closing(reported()),
        "z": closing(closed()),
        "z-alone-duplicate": closing(desks.alone().last(ev.DAY_CLOSE), COPY),
        "month": of_period(period("month")),
        "year": of_period(period("month", "year")),
    }


def text(rows: tuple[Row, ...], columns: int) -> str:
    """One line a row, between bars as wide as the paper: `#` double, `|` tall, `!` white on black, `*` bold."""
    return "".join(f"{_style(row)} [{row.text.ljust(columns // 2 if row.double else columns)}]\n" for row in rows)


def _style(row: Row) -> str:
    size = "#" if row.double else "|" if row.tall else " "
    return size + ("!" if row.invert else "*" if row.bold else " ")


def files() -> dict[str, str]:
    return {
        f"{name}-{columns}.txt": text(rows(columns), columns) for name, rows in papers().items() for columns in COLUMNS
    }


def main() -> None:
    PAPERS.mkdir(exist_ok=True)
    wanted = files()
    for path in PAPERS.glob("*.txt"):
        if path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (PAPERS / name).write_text(content, "utf-8")


if __name__ == "__main__":
    main()
