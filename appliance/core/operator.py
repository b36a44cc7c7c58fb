"""Who stands at the till: badge, bar code or name and PIN; lockout; the lock (USR-01, USR-03, USR-04).

A bare badge opens for cashiers and trainees; a UID can be copied, so managers, technicians
and inspectors also type the PIN.
"""

from __future__ import annotations

import hmac

from appliance.core import event as ev
from appliance.core import inspection, visit
from appliance.core.act import Act
from appliance.core.input import Badge
from appliance.core.shop import Operator
from appliance.core.turn import Handler, Turn, badges_read
from appliance.core.words import counted

TRIES = 3
LOCKOUT = 5 * 60_000
PIN_DIGITS = 4
PIN_ROLES = ("manager", "technician", "inspector")
BADGE_WANTED = ("Badge demandé.", "Un technicien présente son propre badge.")
GONE = ("Badge retiré.", "Il n'ouvre plus cette caisse. Demander un autre badge à un responsable.")
NO_PIN = ("Présenter d'abord le badge.", "Le code se choisit au premier passage.")
UNKNOWN = ("Badge inconnu.", "Le présenter de nouveau ou choisir son nom.")


def credential(pepper: bytes, what: str, secret: bytes) -> bytes:
    """Keyed hash of a badge's UID ("nfc"), a bar code ("barcode") or a PIN ("pin" + operator code)."""
    return hmac.digest(pepper, what.encode() + b"\0" + secret, "sha256")[:16]


def present_badge(turn: Turn, badge: Badge) -> None:
    held = credential(turn.state.pepper, "nfc", badge.uid)
    _present(turn, next((o for o in turn.shop.operators if o.nfc == held), None), held, "nfc")


def present_code(turn: Turn, text: str) -> bool:
    """True when the code was an operator's badge; on the locked screen any code is meant as one."""
    held = credential(turn.state.pepper, "barcode", text.encode())
    found = next((o for o in turn.shop.operators if o.barcode == held), None)
    if found is None and turn.ledger.operator:
        return False
    _present(turn, found, held, "barcode")
    return True


def _present(turn: Turn, person: Operator | None, held: bytes, how: str) -> None:
    if person is None:
        lost = next((o for o in turn.shop.operators if held in o.gone), None)
        turn.emit(
            ev.LOGIN_REFUSED, {1: "revoked-badge" if lost else "unknown-badge", 2: lost.code if lost else "", 3: held}
        )
        turn.beep("refused")
        turn.set(notice=GONE if lost else UNKNOWN, pin="")
    elif person.code != turn.ledger.operator and not _locked_out(turn, person):
        _leave(turn, "switch")
        if not person.pin:
            turn.show("", pin=person.code, new_pin="")
        elif person.role in PIN_ROLES:
            ask_pin(turn, person.code)
        else:
            _enter(turn, person, how)


def _locked_out(turn: Turn, person: Operator) -> bool:
    until = turn.ledger.locked_until.get(person.code, 0)
    if turn.t >= until:
        return False
    turn.emit(ev.LOGIN_REFUSED, {1: "locked-out", 2: person.code, 3: b""})
    turn.beep("refused")
    turn.set(notice=lockout_notice(until - turn.t), pin="")
    return True


def lockout_notice(left: int) -> tuple[str, ...]:
    minutes = -(-left // 60_000)
    return ("Trop d'essais.", f"Attendre {counted(minutes, 'minute')} ou appeler un responsable.")


def _leave(turn: Turn, why: str) -> None:
    if turn.ledger.operator:
        visit.end(turn, why)
        turn.emit(ev.LOGOUT, {1: why})
        turn.show("")


def lock(turn: Turn, why: str) -> None:
    """Locks; the basket stays and comes back with the next login."""
    _leave(turn, why)


def _enter(turn: Turn, person: Operator, how: str) -> None:
    turn.emit(ev.LOGIN, {1: how, 2: person.role}, operator=person.code)
    turn.beep("accepted")
    turn.show("", asked_clock=False, language="")
    if person.role == "inspector":
        inspection.opened(turn)
    elif person.role == "technician":
        visit.entered(turn)


def ask_pin(turn: Turn, code: str) -> None:
    turn.show("", pin=code)


def choose(turn: Turn, act: Act) -> None:
    """A name was tapped on the locked screen."""
    person = turn.shop.operator(str(act.value))
    if person is not None and _barred(turn, person):
        turn.beep("refused")
    elif person is not None and not person.pin:
        turn.set(notice=NO_PIN, pin="")
    elif person is not None and not _locked_out(turn, person):
        ask_pin(turn, person.code)


def _barred(turn: Turn, person: Operator) -> bool:
    """Said and recorded when no name opens for this person."""
    if person.role == "technician":
        return _badge_first(turn, person)
    return bool(person.gone) and _without(turn, person)


def _badge_first(turn: Turn, person: Operator) -> bool:
    """A technician shows a badge; where no reader works, name and PIN are what is left, but not without any badge."""
    if _without(turn, person):
        return True
    if badges_read(turn.state):
        turn.set(notice=BADGE_WANTED)
    return badges_read(turn.state)


def _without(turn: Turn, person: Operator) -> bool:
    """Whose badge was taken away comes in by no name either, until another is given."""
    if person.nfc or person.barcode:
        return False
    turn.emit(ev.LOGIN_REFUSED, {1: "revoked-badge", 2: person.code, 3: b""})
    turn.set(notice=GONE)
    return True


def digit(turn: Turn, act: Act) -> None:
    turn.set(typed=(turn.ui.typed + str(act.value))[:PIN_DIGITS], pin_refusal="")
    if len(turn.ui.typed) == PIN_DIGITS:
        _try_pin(turn)


def back(turn: Turn, act: Act) -> None:
    turn.set(typed=turn.ui.typed[:-1])


def clear(turn: Turn, act: Act) -> None:
    turn.set(typed="")


def cancel(turn: Turn, act: Act) -> None:
    turn.show("")


def speak(turn: Turn, act: Act) -> None:
    """French or English was tapped on the locked screen, by somebody who is not in yet."""
    turn.set(language=str(act.value), notice=())


def _try_pin(turn: Turn) -> None:
    person = turn.shop.operator(turn.ui.pin)
    typed = turn.ui.typed
    turn.set(typed="")
    if person is None:
        return
    if turn.ui.new_pin is not None:
        _choose_pin(turn, person, typed)
        return
    given = credential(turn.state.pepper, "pin" + person.code, typed.encode())
    if hmac.compare_digest(given, person.pin):
        _enter(turn, person, "pin")
    else:
        _wrong_pin(turn, person)


def _choose_pin(turn: Turn, person: Operator, typed: str) -> None:
    """Typed twice, then recorded as a keyed hash; the badge was held before the reader a moment ago."""
    first = turn.ui.new_pin
    if not first:
        turn.set(new_pin=typed)
    elif typed != first:
        turn.beep("refused")
        turn.set(new_pin="", pin_refusal="Les deux codes ne sont pas les mêmes.")
    else:
        chosen = credential(turn.state.pepper, "pin" + person.code, typed.encode())
        turn.emit(ev.PIN, {1: person.code, 2: person.name, 3: chosen}, operator="")
        turn.dress()
        _enter(turn, person, "pin")


def _wrong_pin(turn: Turn, person: Operator) -> None:
    turn.emit(ev.LOGIN_REFUSED, {1: "wrong-pin", 2: person.code, 3: b""})
    turn.beep("refused")
    left = TRIES - turn.ledger.failures.get(person.code, 0)
    if left > 0:
        turn.set(pin_refusal=f"Code faux. Encore {counted(left, 'essai')}.")
        return
    turn.emit(ev.LOCKOUT, {1: person.code, 2: turn.t + LOCKOUT})
    turn.show("", notice=lockout_notice(LOCKOUT))


LOCKED: dict[str, Handler] = {
    "name": choose,
    "digit": digit,
    "back": back,
    "clear": clear,
    "cancel": cancel,
    "language": speak,
}
