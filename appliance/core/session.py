"""The day: float, cash in and out, count, closing. A closing needs no basket and closes for good (CLO-01, CLO-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from appliance.core import archiving, periods, software, training, wear, witness
from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.closing import closing_body, differences
from appliance.core.counter import devices, go
from appliance.core.digits import DIGITS, typed
from appliance.core.effect import Examine, Kick, Print, ReadShop
from appliance.core.snapshot import LIMIT, size, snapshot_body
from appliance.core.ui import DENOMINATIONS, NO_COUNTS, Choice, Message

if TYPE_CHECKING:
    from appliance.core.event import Value
    from appliance.core.sale import Order
    from appliance.core.turn import Handler, Turn

IN_REASONS = ("monnaie", "fond de caisse", "apport", "remboursement", "autre")
OUT_REASONS = ("timbres", "banque", "achat", "fournisseur", "autre")
DRAWER_REASONS = ("appoint", "monnaie", "vérification", "autre")
MAX_COUNT = 9999
START_OF_CLOSING, OVERRIDE = 330, 130  # JET codes


def start_day(turn: Turn, act: Act) -> None:
    """Ouvrir la caisse: the shop is read again first; the answer opens the day."""
    turn.effect(ReadShop())


def open_day(turn: Turn) -> None:
    """What changed of the shop is recorded by value, then the day and its float."""
    if turn.ledger.day is not None or turn.ui.screen not in ("", "open-day") or not turn.ledger.operator:
        return
    if software.in_the_way(turn):
        return
    date = business_date(turn)
    if periods.is_closed(turn, date):
        periods.refuse(turn, date)
        return
    if archiving.overdue(turn) and not turn.ui.anyway:
        _remind(turn)
        return
    periods.cascade(turn, date)
    config = turn.shop.config()
    if dict(turn.ledger.config) != config:
        turn.emit(ev.CONFIG, config)
    number = turn.ledger.day_number + 1
    amount = turn.ledger.last_float if turn.ui.fresh else typed(turn)
    made = turn.emit(ev.DAY_OPEN, {1: number, 2: amount, 3: date, 4: turn.shop.identity.body()})
    witness.mark(turn)
    turn.show("")
    if made.body[2]:
        turn.beep("accepted")


def _remind(turn: Turn) -> None:
    """CON-06: no day is opened over a year without an archive outside this till, unless a manager says so."""
    turn.emit(ev.REFUSED, {1: "day-open", 2: "no-archive"})
    turn.beep("refused")
    text = ("Aucune archive n'a quitté cette caisse depuis un an.", "Les copier sur une clé USB : Contrôle fiscal.")
    manager = turn.person is not None and turn.person.role == "manager"
    anyway = (Choice("Ouvrir quand même", Act("open-anyway")),) if manager else ()
    choices = (*anyway, Choice("Contrôle fiscal", Act("inspect")), Choice("Fermer", Act("close")))
    turn.say(Message("Archives à copier.", text, "", choices))


def open_anyway(turn: Turn, act: Act) -> None:
    """A manager's decision, recorded as an override of rights."""
    turn.set(message=None)
    if turn.person is not None and turn.person.role == "manager" and turn.ledger.day is None:
        turn.emit(ev.JET, {1: OVERRIDE, 2: "journée ouverte sans archive copiée", 3: None})
        turn.set(anyway=True)
        turn.effect(ReadShop())


def business_date(turn: Turn) -> str:
    """A night's sales belong to the day before the pivot hour (CLO-03)."""
    return (turn.local - timedelta(hours=turn.shop.day_pivot)).date().isoformat()


def cash_in(turn: Turn, act: Act) -> None:
    _move(turn, ev.CASH_IN, "cash-in", IN_REASONS)


def cash_out(turn: Turn, act: Act) -> None:
    day = turn.ledger.day
    if day is not None and typed(turn) > max(day.expected, 0):
        turn.beep("refused")
        turn.set(refusal="Il n'y a pas tant dans le tiroir.")
        return
    _move(turn, ev.CASH_OUT, "cash-out", OUT_REASONS)


def reason(turn: Turn, reasons: tuple[str, ...]) -> str:
    """The chosen reason; a free one that was typed or scanned stands as the subject."""
    return turn.ui.subject or reasons[min(turn.ui.choice, len(reasons) - 1)]


def _move(turn: Turn, kind: int, why: str, reasons: tuple[str, ...]) -> None:
    """Money moves only with its record; the drawer opens once for it (PAY-09)."""
    if typed(turn) == 0 or turn.ledger.day is None or training.in_the_way(turn):
        return
    moved = turn.emit(kind, {1: typed(turn), 2: reason(turn, reasons)})
    pulse = turn.emit(ev.DRAWER, {1: why, 2: reason(turn, reasons), 3: moved.seq})
    turn.effect(Kick(pulse.seq))
    turn.show("")


def open_drawer(turn: Turn, act: Act) -> None:
    """Without a sale: a reason, a record, one pulse."""
    if training.in_the_way(turn):
        return
    pulse = turn.emit(ev.DRAWER, {1: "asked", 2: str(act.value), 3: None})
    turn.effect(Kick(pulse.seq))
    turn.show("")


def start_count(turn: Turn, act: Act) -> None:
    """Clôturer la journée: refused while a basket stands."""
    if training.in_the_way(turn):
        return
    if turn.order is not None and turn.order.live:
        turn.beep("refused")
        turn.show("")
        text = ("L'encaisser ou l'annuler, puis clôturer.",)
        turn.say(Message("Un ticket est en cours.", text))
        return
    turn.show("count", counts=NO_COUNTS)


def count_digit(turn: Turn, act: Act) -> None:
    before = 0 if turn.ui.fresh else turn.ui.counts[turn.ui.field]
    count = int(f"{before}{act.value}")
    if count > MAX_COUNT:
        turn.beep("refused")
        return
    _set_count(turn, count)


def _set_count(turn: Turn, count: int) -> None:
    counts = list(turn.ui.counts)
    counts[turn.ui.field] = count
    turn.set(counts=tuple(counts), fresh=False)


def count_back(turn: Turn, act: Act) -> None:
    _set_count(turn, turn.ui.counts[turn.ui.field] // 10)


def count_clear(turn: Turn, act: Act) -> None:
    _set_count(turn, 0)


def field(turn: Turn, act: Act) -> None:
    turn.set(field=int(act.value) % len(DENOMINATIONS), fresh=True)


def follow(turn: Turn, act: Act) -> None:
    turn.set(field=(turn.ui.field + 1) % len(DENOMINATIONS), fresh=True)


def counted(counts: tuple[int, ...]) -> int:
    """Cents of a count by denomination."""
    return sum(value * count for value, count in zip(DENOMINATIONS, counts, strict=True))


def summary(turn: Turn, act: Act) -> None:
    turn.set(screen="summary")


def recount(turn: Turn, act: Act) -> None:
    turn.set(screen="count", fresh=True)


def close_day(turn: Turn, act: Act) -> None:
    """The count, then the closing with its totals, then the Z on paper."""
    day = turn.ledger.day
    if day is None:
        return
    if differences(turn.ledger) and not _decided(turn):
        return
    turn.emit(ev.JET, {1: START_OF_CLOSING, 2: "day", 3: None})
    if turn.order is not None:
        turn.emit(ev.ORDER_VOID, {1: turn.order.number, 2: 0, 3: 0, 4: "ticket vide"})
    total = counted(turn.ui.counts)
    detail: list[Value] = [[value, count] for value, count in zip(DENOMINATIONS, turn.ui.counts, strict=True) if count]
    turn.emit(ev.COUNT, {1: total, 2: day.expected, 3: total - day.expected, 4: detail})
    turn.effect(Print(_close(turn)))
    turn.show("")


def _decided(turn: Turn) -> bool:
    """Sums that do not agree are closed only by a manager, and the defect is recorded first (CLO-10, JET-04)."""
    if turn.person is None or turn.person.role != "manager":
        turn.beep("refused")
        where = ", ".join(str(each[0]) for each in differences(turn.ledger) if isinstance(each, list))
        text = (
            f"Les sommes de la journée ne concordent pas : {where}.",
            "Un responsable doit s'identifier pour clôturer.",
        )
        turn.say(Message("Sommes en désaccord.", text))
        return False
    made = turn.emit(
        ev.DEFECT, {1: turn.ledger.seq, 2: "les sommes de la journée ne concordent pas", 3: None, 4: "sums"}
    )
    turn.emit(ev.RESUMED, {1: made.seq})
    return True


def _close(turn: Turn) -> int:
    """The closing itself, its snapshot, and what follows by itself; the record's number."""
    wear.record(turn)
    made = turn.emit(ev.DAY_CLOSE, closing_body(turn.ledger))
    snapshot = snapshot_body(turn.ledger)
    if size(snapshot) <= LIMIT:  # else the next start folds from the one before
        turn.emit(ev.SNAPSHOT, snapshot)
        turn.effect(Examine())
    witness.mark(turn)
    archiving.due(turn)
    return made.seq


def overdue(turn: Turn) -> bool:
    """Whether the pivot hour after the open day has passed."""
    day = turn.ledger.day
    return day is not None and turn.state.shop is not None and business_date(turn) > day.date


def close_forgotten(turn: Turn) -> None:
    """At the pivot hour, or at the next start: the basket is parked, nothing is counted, the Z is printed later.

    A basket on which money was taken, or a question that waits for an answer, keeps the day open until it is settled.
    """
    order, school = turn.order, turn.ledger.school
    if not overdue(turn) or turn.ledger.question or turn.ledger.defect or not turn.ledger.trusted:
        return
    if (order is not None and order.payments) or (order is not None and order.asked):
        return
    who = turn.ledger.operator
    turn.emit(ev.JET, {1: START_OF_CLOSING, 2: "day automatic", 3: None}, operator=who)
    if order is not None:
        turn.emit(ev.PARK if order.live else ev.ORDER_VOID, _left(order))
    if school is not None:
        training.off(turn)
    day = turn.ledger.day
    if day is not None:
        turn.emit(ev.COUNT, {1: None, 2: day.expected, 3: None, 4: []})
        _close(turn)
        turn.show("")


def _left(order: Order) -> dict[int, Value]:
    return {1: order.number} if order.live else {1: order.number, 2: 0, 3: 0, 4: "ticket vide"}


def x_report(turn: Turn, act: Act) -> None:
    """The sums of the open day at any time, without closing it."""
    if turn.ledger.day is not None and turn.ledger.school is None:
        made = turn.emit(ev.X_REPORT, closing_body(turn.ledger))
        turn.effect(Print(made.seq))
        turn.show("")


OPEN_DAY: dict[str, Handler] = {**DIGITS, "next": start_day, "go": go, "devices": devices}
CASH_IN: dict[str, Handler] = {**DIGITS, "next": cash_in, "go": go}
CASH_OUT: dict[str, Handler] = {**DIGITS, "next": cash_out, "go": go}
DRAWER: dict[str, Handler] = {"drawer": open_drawer, "go": go}
COUNT: dict[str, Handler] = {
    "digit": count_digit,
    "back": count_back,
    "clear": count_clear,
    "field": field,
    "follow": follow,
    "next": summary,
    "go": go,
}
SUMMARY: dict[str, Handler] = {"back": recount, "next": close_day}
