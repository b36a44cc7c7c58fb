"""The till: `step(state, input, at)` decides, `fold(events)` remembers. No I/O, no clock, no pixels.

What `step` returns must be done in this order: record the events, flush, then the effects (see `effect.py`).
"""

from __future__ import annotations

from dataclasses import replace

from appliance.core import (
    alteration,
    archiving,
    asked,
    changes,
    clock,
    consent,
    correction,
    counter,
    defect,
    diagnostics,
    inspection,
    loading,
    note,
    operator,
    papers,
    payment,
    periods,
    retirement,
    selftest,
    session,
    settings,
    software,
    stick,
    technics,
    training,
    upstream,
    visit,
    wear,
    witness,
)
from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.birth import genesis, proven
from appliance.core.effect import Effect, Examine
from appliance.core.event import Event
from appliance.core.fold import fold
from appliance.core.input import (
    Applied,
    Asked,
    Badge,
    Boot,
    CloseAll,
    Code,
    Device,
    DiagnosticsWanted,
    DrawerMoved,
    Enrolled,
    EnrolmentFailed,
    Examined,
    FlawFound,
    Idle,
    Input,
    JournalBroken,
    KeyReady,
    MediumSaid,
    PaperDone,
    Receipted,
    Retire,
    ShopRead,
    StickSeen,
    Stop,
    Tick,
    TicketRead,
    Touched,
    UpstreamFound,
    WitnessSaid,
    WorkDone,
    WorkGoes,
)
from appliance.core.instant import Instant
from appliance.core.standing import Carried
from appliance.core.turn import ERRORS_KEPT, Handler, State, Turn, inspector, screen, technician
from appliance.core.ui import Message

__all__ = ["State", "fold", "screen", "step"]


def step(state: State, what: Input, at: Instant) -> tuple[State, tuple[Event, ...], tuple[Effect, ...]]:
    """One input at one moment. Pure: same arguments, same result."""
    turn = Turn(state, at)
    if isinstance(what, Boot):
        _boot(turn, what)
    elif not turn.ui.broken and (state.shop is not None or isinstance(what, SHOPLESS)):
        if not isinstance(what, (ShopRead, JournalBroken)):
            clock.watch(turn)
            visit.expire(turn)
        _dispatch(turn, what)
    return turn.close(), tuple(turn.events), tuple(turn.effects)


def _dispatch(turn: Turn, what: Input) -> None:
    match what:
        case Touched(act):
            _touched(turn, act)
        case Code(text):
            _code(turn, text)
        case Badge():
            _badge(turn, what)
        case ShopRead():
            _shop_read(turn, what)
        case Device():
            _device(turn, what)
        case PaperDone():
            papers.done(turn, what)
            selftest.printed(turn, what)
        case _:
            _rest(turn, what)


def _rest(turn: Turn, what: Input) -> None:
    match what:
        case DrawerMoved(is_open):
            turn.emit(ev.DRAWER_SEEN, {1: int(is_open)})
            selftest.moved(turn, is_open)
        case Idle():
            _idle(turn)
        case TicketRead():
            correction.read(turn, what)
        case WorkGoes():
            inspection.goes(turn, what)
        case WorkDone():
            inspection.done(turn, what)
        case Asked():
            asked.take(turn, what)
        case JournalBroken(why):
            turn.set(broken=why)
        case Tick():
            session.close_forgotten(turn)
            witness.hourly(turn)
            software.patience(turn)
            upstream.carry(turn)
        case _:
            _machine(turn, what)


def _machine(turn: Turn, what: Input) -> None:
    match what:
        case FlawFound(record, why, until, source):
            defect.found(turn, record, why, until, source)
        case Examined(records):
            turn.emit(ev.VERIFIED, {1: "day", 2: "intact", 3: None, 4: records}, operator="")
        case StickSeen(folder):
            turn.state = replace(turn.state, stick=folder, carried=Carried())
            upstream.carry(turn)
        case WitnessSaid():
            witness.said(turn, what)
        case MediumSaid():
            turn.state = replace(turn.state, medium=what)
        case KeyReady(key, proof, certificate):
            turn.emit(ev.JET, {1: 450, 2: key.hex(), 3: None}, operator="")  # nothing may follow the key's record
            turn.emit(ev.KEY, {1: key, 2: proof, 3: certificate}, operator="")
        case Stop(why):
            operator.lock(turn, "stop")
            witness.mark(turn)
            wear.record(turn)
            turn.emit(ev.STOP, {1: why})
        case _:
            _upward(turn, what)


def _upward(turn: Turn, what: Input) -> None:
    match what:
        case Receipted():
            upstream.receipted(turn, what)
        case UpstreamFound():
            upstream.met(turn, what)
        case Enrolled():
            upstream.enrolled(turn, what)
        case EnrolmentFailed(why):
            upstream.not_enrolled(turn, why)
        case Applied():
            upstream.applied(turn, what)
        case DiagnosticsWanted():
            diagnostics.wanted(turn, what)
        case CloseAll():
            retirement.close_all(turn)
        case Retire():
            retirement.retire(turn, what)
        case _:
            technics.take(turn, what)


def _boot(turn: Turn, boot: Boot) -> None:
    """The first records of a process: genesis on an empty journal, the torn tail first on a cut one."""
    corrected = clock.found_again(turn)
    if turn.ledger.seq == 0:
        genesis(turn, boot)
    if boot.gap is not None:
        turn.emit(ev.RECOVERED, {1: boot.gap[0], 2: boot.gap[1]}, operator="")
    before = turn.ledger.software
    after = "first start" if turn.ledger.software == "" else "power cut" if turn.ledger.running else "clean stop"
    turn.emit(ev.START, {1: boot.software, 2: after, 3: boot.hardware, 4: boot.perimeter}, operator="")
    proven(turn, boot)
    if boot.provisioned is not None and boot.provisioned[:2] != turn.ledger.outfit.bundle:
        turn.emit(ev.PROVISIONED, dict(enumerate(boot.provisioned, start=1)), operator="")
    if before not in ("", boot.software):
        turn.emit(ev.VERSION, {1: before, 2: boot.software}, operator="")
    if turn.ledger.operator:
        visit.end(turn, "power cut")
        turn.emit(ev.LOGOUT, {1: "power cut"})
    clock.at_boot(turn, corrected)
    if turn.ledger.last_close[0]:
        turn.effect(Examine())
    for flaw in boot.flaws:
        defect.found(turn, flaw.record, flaw.why, flaw.until, flaw.source)
    session.close_forgotten(turn)
    archiving.due(turn)


def _here(turn: Turn) -> str:
    return screen(replace(turn.state, ledger=turn.ledger, ui=turn.ui))


def _touched(turn: Turn, act: Act) -> None:
    if act.name == "lock" and turn.ledger.operator:
        if not inspector(turn.state):
            papers.decline(turn)
        operator.lock(turn, "person")
        return
    handler = ACTS.get(_here(turn), {}).get(act.name)
    if handler is not None:
        handler(turn, act)


def _code(turn: Turn, text: str) -> None:
    """A scan on the print question answers "no" and rings; on a message it is refused aloud and never kept."""
    here = _here(turn)
    if upstream.is_enrolment(text):
        upstream.scanned(turn, text)
        return
    if here == "locked":
        operator.present_code(turn, text)
        return
    if selftest.heard(turn, "scanner") or consent.heard(turn, "barcode", text.encode()):
        return
    if here == "print":
        papers.decline(turn)
        here = _here(turn)
    if here == "price-list":
        changes.scanned(turn, text)
    elif here in ANSWERED_FIRST:
        turn.beep("refused")
    elif operator.present_code(turn, text):
        return
    elif here not in SCANNABLE or turn.ledger.day is None or technician(turn.state):
        turn.beep("refused")
    else:
        if here == "quantity":
            counter.take_quantity(turn, Act("next"))
        counter.scan(turn, text)


SHOPLESS = (ShopRead, Device, Asked, Stop, CloseAll, Retire)  # what is heard before a shop was read
SCANNABLE = ("sale", "more", "quantity")
ANSWERED_FIRST = ("message", "card", "clock", "doubt", "defect")


def _badge(turn: Turn, badge: Badge) -> None:
    if _here(turn) == "print":
        papers.decline(turn)
    if _here(turn) == "new-badge":
        changes.badge(turn, badge)
    elif _here(turn) in ANSWERED_FIRST:
        turn.beep("refused")
    elif not (selftest.heard(turn, "badge") or consent.heard(turn, "nfc", badge.uid)):
        operator.present_badge(turn, badge)


def _idle(turn: Turn) -> None:
    """A basket, a card's answer and the print question stay for the next login."""
    if turn.ledger.operator:
        operator.lock(turn, "idle")


def _shop_read(turn: Turn, read: ShopRead) -> None:
    """At a start it is only taken; at the opening of a day it opens it."""
    asked = turn.state.shop is not None
    if read.shop is not None:
        turn.dress(read.shop)
    if read.errors:
        turn.beep("refused")
        turn.say(Message("Fichiers de la boutique faux.", read.errors[:4]))
    elif asked:
        session.open_day(turn)


def _device(turn: Turn, device: Device) -> None:
    devices = {**turn.state.devices, device.kind: device}
    errors = turn.state.errors
    if device.level == "down":
        errors = ((turn.t, turn.at.tz, f"{device.kind} {device.code}"), *errors)[:ERRORS_KEPT]
        if turn.state.devices.get(device.kind, device).level != "down" and device.kind == "printer":
            turn.beep("blocked")
    turn.state = replace(turn.state, devices=devices, errors=errors)
    if device.kind == "witness" and device.level == "down":
        witness.lost(turn)


def _close_message(turn: Turn, act: Act) -> None:
    turn.set(message=None, code="", plan=None)


MESSAGE: dict[str, Handler] = {
    "close": _close_message,
    "department": counter.department,
    "take-all": payment.take_all,
    "credit": payment.take_credit,
    "period-close": periods.confirmed,
    "open-anyway": session.open_anyway,
    "inspect": inspection.enter,
    "purge-do": stick.confirmed,
    "reset-do": settings.reset,
    "load-do": loading.confirmed,
    "install-anyway": software.anyway,
}
TECHNICIAN: dict[str, Handler] = {"go": counter.go, "test-page": papers.test_page, "drawer": session.open_drawer}
BACK: dict[str, Handler] = {"go": counter.go}
CHANGES: dict[str, Handler] = {**changes.MANAGE, **loading.MANAGE}

ACTS: dict[str, dict[str, Handler]] = {
    "locked": operator.LOCKED,
    "message": MESSAGE,
    "print": papers.PRINT,
    "card": payment.CARD,
    "clock": clock.CLOCK,
    "defect": defect.DEFECT,
    "doubt": papers.DOUBT,
    "technician": TECHNICIAN,
    **technics.PAGES,
    "errors": BACK,
    "memory": BACK,
    "time": clock.TIME,
    "open-day": {**session.OPEN_DAY, **software.OFFERS},
    "sale": {**counter.SALE, "change": alteration.change},
    "payment": payment.PAYMENT,
    "more": {
        **counter.MORE,
        "close-day": session.start_count,
        "x-report": session.x_report,
        **training.TRAINING,
        **alteration.TICKET,
    },
    "parked": {**BACK, **alteration.TICKET},
    "manage": {**BACK, "inspect": inspection.enter, **periods.PERIODS, **training.TRAINING, **CHANGES},
    "price-list": {**BACK, **changes.LISTS},
    "list-price": {**changes.PRICE, **changes.MANAGE},
    "badge-list": {**BACK, **changes.LISTS},
    "new-badge": changes.BADGE,
    "inspection": {**BACK, **inspection.INSPECTION},
    "archives": {**BACK, **stick.STICK, "copies": inspection.copy},
    "period": {**BACK, **stick.PERIOD},
    "totals": BACK,
    "note": {**BACK, **note.NOTE},
    "line": alteration.LINE,
    "new-quantity": alteration.NEW_QUANTITY,
    "new-price": alteration.NEW_PRICE,
    "percent": alteration.PERCENT,
    "amount": alteration.AMOUNT,
    "refund-list": {**BACK, **correction.LIST},
    "fix-list": {**BACK, **correction.LIST},
    "refund": {**BACK, **correction.REFUND},
    "fix": {**BACK, **correction.FIX},
    "reprint": {**BACK, **papers.REPRINT},
    "quantity": counter.QUANTITY,
    "price": counter.PRICE,
    "weight": counter.WEIGHT,
    "cash-in": session.CASH_IN,
    "cash-out": session.CASH_OUT,
    "drawer": session.DRAWER,
    "count": session.COUNT,
    "summary": session.SUMMARY,
}
