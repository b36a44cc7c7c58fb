"""A manager agrees to a technician's visit: badge and PIN, like a login, but the technician stays the one who is in."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core import visit
from appliance.core.digits import DIGITS
from appliance.core.operator import LOCKOUT, PIN_DIGITS, TRIES, credential, lockout_notice
from appliance.core.words import counted

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.shop import Operator
    from appliance.core.turn import Handler, Turn

UNKNOWN: Final = "Badge inconnu. Le présenter de nouveau."


def heard(turn: Turn, how: str, secret: bytes) -> bool:
    """True when a badge ("nfc" or "barcode") was meant as an answer here; a cashier's own lets the cashier in."""
    if not visit.waits(turn):
        return False
    held = credential(turn.state.pepper, how, secret)
    person = next((each for each in turn.shop.operators if held in (each.nfc, each.barcode)), None)
    if person is None:
        turn.emit(ev.LOGIN_REFUSED, {1: "unknown-badge", 2: "", 3: held})
        turn.beep("refused")
        turn.set(refusal=UNKNOWN)
    elif person.role == "manager":
        _ask(turn, person)
    return person is None or person.role == "manager"


def _ask(turn: Turn, person: Operator) -> None:
    until = turn.ledger.locked_until.get(person.code, 0)
    if turn.t < until:
        turn.emit(ev.LOGIN_REFUSED, {1: "locked-out", 2: person.code, 3: b""})
        _refuse(turn, until)
    else:
        turn.set(pin=person.code, typed="", refusal="")


def _refuse(turn: Turn, until: int) -> None:
    turn.beep("refused")
    turn.set(pin="", typed="", refusal=" ".join(lockout_notice(until - turn.t)))


def choose(turn: Turn, act: Act) -> None:
    """A manager's name, offered only while no badge can be read."""
    person = turn.shop.operator(str(act.value))
    if person is not None and person.role == "manager":
        _ask(turn, person)


def digit(turn: Turn, act: Act) -> None:
    turn.set(typed=(turn.ui.typed + str(act.value))[:PIN_DIGITS], refusal="")


def cancel(turn: Turn, act: Act) -> None:
    turn.set(pin="", typed="", refusal="")


def agree(turn: Turn, act: Act) -> None:
    """Accepter: the PIN decides, and three wrong ones shut that manager out as on the locked screen."""
    person, typed = turn.shop.operator(turn.ui.pin), turn.ui.typed
    turn.set(typed="")
    if person is None or not visit.waits(turn) or len(typed) != PIN_DIGITS:
        return
    given = credential(turn.state.pepper, "pin" + person.code, typed.encode())
    if person.pin and hmac.compare_digest(given, person.pin):
        turn.set(pin="")
        visit.begin(turn, person.code)
    else:
        _wrong(turn, person)


def _wrong(turn: Turn, person: Operator) -> None:
    turn.emit(ev.LOGIN_REFUSED, {1: "wrong-pin", 2: person.code, 3: b""})
    turn.beep("refused")
    left = TRIES - turn.ledger.failures.get(person.code, 0)
    if left > 0:
        turn.set(refusal=f"Code faux. Encore {counted(left, 'essai')}.")
        return
    turn.emit(ev.LOCKOUT, {1: person.code, 2: turn.t + LOCKOUT})
    _refuse(turn, turn.t + LOCKOUT)


CONSENT: dict[str, Handler] = {**DIGITS, "digit": digit, "name": choose, "cancel": cancel, "next": agree}
