"""Switching off, and a new version of the whole system: between two days, by a record, never downwards (VER-04).

The system installs and judges the bundle again; this page decides when it may be asked to, and remembers what came of
it. An order is JET 972; it ends as a start of that version (`version`, JET 250), as 973 or as 974.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core import operator
from appliance.core.act import Act
from appliance.core.effect import Order
from appliance.core.input import Input, OutcomeSaid, SoftwareOffered, SoftwareReady, SystemSaid
from appliance.core.system import Bundle, Outcome, Strangers, System, newer
from appliance.core.ui import Choice, Message

if TYPE_CHECKING:
    from appliance.core.ledger import Ledger
    from appliance.core.turn import Handler, State, Turn

STICK: Final = "stick"
ORDERED, FAILED, BACK, OVERRIDE = 972, 973, 974, 130  # JET
PATIENCE: Final = {"install": 10 * 60_000, "off": 2 * 60_000}  # ms without a word before selling goes on
NOT_DONE: Final = "Mise à jour non installée."
# What is said of a refusal or a failure; "" is any other.
SAID: Final = {
    "signature": "La mise à jour n'est pas signée par l'éditeur\u00a0: ne pas l'installer.",
    "older": "Cette version n'est pas plus récente que celle de la caisse.",
    "board": "Cette mise à jour est faite pour un autre modèle de caisse.",
    "unreadable": "Le fichier de la mise à jour est illisible\u00a0: en prendre une autre copie.",
    "gone": "La mise à jour n'est plus là\u00a0: rebrancher la clé USB, puis recommencer.",
    "medium": "La mémoire de la caisse n'a pas pu être écrite. Appeler le technicien.",
    "busy": "Une autre installation est en cours\u00a0: attendre, puis recommencer.",
    "slow": "L'installation a pris trop de temps\u00a0: la recommencer, ou appeler le technicien.",
    "silent": "L'installation ne répond plus. Vendre comme d'habitude, appeler le technicien.",
    "cut": "L'installation a été interrompue. La recommencer après la clôture.",
    "": "L'installation a échoué. Vendre comme d'habitude, appeler le technicien.",
}
ONE_WAITS: Final = "1 enregistrement n'est pas encore envoyé."
FOREIGN: Final = "Clé USB pour un autre modèle."
NOT_OFF: Final = ("La caisse ne s'éteint pas.", "L'éteindre avec son bouton, appeler le technicien.")


def between_days(state: State) -> bool:
    """Whether this machine can be switched off now: no day, no exercise, nothing under way, no order that runs."""
    ledger, system = state.ledger, state.system
    if system is None or system.running is not None or state.ui.work or printing(state):
        return False
    return ledger.day is None and ledger.school is None and ledger.order is None


def in_use(state: State) -> bool:
    """Whether a start of the machine would fall into somebody's work: signed in, a day, an exercise or a ticket open,
    something half done, a paper on its way, an order to the system."""
    ledger, system = state.ledger, state.system
    ordered = system is not None and system.running is not None
    begun = ledger.day is not None or ledger.school is not None or ledger.order is not None
    return bool(ledger.operator) or begun or bool(state.ui.work) or printing(state) or ordered


def printing(state: State) -> bool:
    """A Z comes out: cut in the middle it would be a question tomorrow. A printer that stands keeps nobody here."""
    printer = state.devices.get("printer")
    return bool(state.ledger.papers) and printer is not None and printer.level in ("ready", "care")


def offered(state: State) -> Bundle | None:
    """The update that is newer than what runs. One whose slot turned out bad is offered to a manager only."""
    found = state.system.best if state.system and between_days(state) else None
    if found is None or not newer(found.version, state.ledger.software):
        return None
    return found if may_try(state, found) else None


def foreign(state: State) -> Strangers | None:
    """Updates that lie here, all of them for other models, while there is nothing else to install."""
    found = state.system.best if state.system else None
    higher = found is not None and newer(found.version, state.ledger.software)
    return None if state.system is None or higher else state.system.strangers


def may_try(state: State, found: Bundle) -> bool:
    """A version that was given up once is not started every evening by who does not know."""
    slot = state.system.slot(found.version) if state.system else None
    person = state.shop.operator(state.ledger.operator) if state.shop else None
    answers = person is not None and person.role in ("manager", "technician")
    return slot is None or slot.health != "bad" or answers


def unsent(ledger: Ledger) -> int:
    """Records that the collector has not received, when a ticket or a closing is among them: a login alone is no reason
    to wait, and a receipt is itself a record that comes after what was sent."""
    upstream = ledger.upstream
    waits = upstream.enrolled and (upstream.unsent or upstream.next_seq <= ledger.settled)
    return ledger.seq - upstream.next_seq if waits else 0


def switch_off(turn: Turn, act: Act) -> None:
    """Éteindre: whoever stands here is logged out first."""
    if between_days(turn.state):
        _give(turn, Order("off"), Outcome("off", "running"))


def install(turn: Turn, act: Act) -> None:
    """Installer et éteindre: what is not newer is refused, what the collector lacks is asked about."""
    found = turn.state.system.best if turn.state.system else None
    strangers = foreign(turn.state)
    if not between_days(turn.state):
        turn.beep("refused")
    elif strangers is not None:
        _stranger(turn, strangers)
    elif found is None:
        _refuse(turn, "", "gone")
    elif not newer(found.version, turn.ledger.software):
        _refuse(turn, found.version, "older")
    elif not may_try(turn.state, found):
        turn.beep("refused")
    elif turn.ledger.parked:
        turn.beep("refused")
        turn.say(Message("Un ticket est en attente.", ("L'encaisser ou l'annuler, clôturer, puis installer.",)))
    elif unsent(turn.ledger):
        _ask(turn)
    else:
        _order(turn, found)


def _refuse(turn: Turn, version: str, code: str) -> None:
    turn.emit(ev.JET, {1: FAILED, 2: f"{version} {code}".strip(), 3: None})
    turn.beep("refused")
    turn.say(Message("Mise à jour refusée.", (SAID[code],), version))


def _stranger(turn: Turn, them: Strangers) -> None:
    """Said before the system would: which model they are for, and which file this till is waiting for."""
    _refuse(turn, "", "board")
    there = f"La mise à jour qui s'y trouve est pour\u00a0: {', '.join(them.boards)}."
    wanted = f"Y copier celle de cette caisse, dont le nom commence par sceau-{them.own}."
    turn.say(Message(FOREIGN, (there, wanted)))


def _ask(turn: Turn) -> None:
    """An update that fails for good takes what nobody else has with it: a manager says whether that is worth it."""
    number = unsent(turn.ledger)
    count = ONE_WAITS if number == 1 else f"{number} enregistrements ne sont pas encore envoyés."
    if turn.person is not None and turn.person.role == "manager":
        choices = (Choice("Installer quand même", Act("install-anyway")), Choice("Attendre", Act("close")))
        turn.say(Message("Tout n'est pas envoyé.", (count, "Installer quand même\u00a0?"), "", choices, False))
        return
    turn.emit(ev.REFUSED, {1: "software", 2: "unsent"})
    turn.beep("refused")
    text = (count, "Un responsable doit s'identifier pour installer maintenant.")
    turn.say(Message("Tout n'est pas envoyé.", text))


def anyway(turn: Turn, act: Act) -> None:
    """A manager's decision, recorded as an override of rights."""
    turn.set(message=None)
    found, count = offered(turn.state), unsent(turn.ledger)
    if turn.person is None or turn.person.role != "manager" or turn.ledger.parked:
        return
    if found is None:
        _refuse(turn, "", "gone")
        return
    turn.emit(ev.JET, {1: OVERRIDE, 2: f"mise à jour installée avant l'envoi de {count} enregistrements", 3: None})
    _order(turn, found)


def _order(turn: Turn, found: Bundle) -> None:
    turn.emit(ev.JET, {1: ORDERED, 2: f"{turn.ledger.software} > {found.version} ({found.source})", 3: None})
    _give(turn, Order("install", found.path, "off"), Outcome("install", "running", found.version))


def _give(turn: Turn, order: Order, outcome: Outcome) -> None:
    operator.lock(turn, "off")
    turn.effect(order)
    _now(turn, running=outcome, since=turn.at.up)


def _now(turn: Turn, **changes: object) -> None:
    system = (turn.state.system or System())._replace(**changes)  # type: ignore[arg-type]
    turn.state = replace(turn.state, system=system)


def take(turn: Turn, what: Input) -> None:
    """What the machine says. Without a system below there is nothing to take."""
    match what:
        case SystemSaid(slots, outcome):
            _now(turn, slots=slots)
            if outcome is not None:
                _came(turn, outcome)
            _judge(turn)
        case OutcomeSaid(outcome) if turn.state.system is not None:
            _came(turn, outcome)
        case SoftwareReady() if turn.state.system is not None:
            _lies(turn, turn.state.system, what)
        case SoftwareOffered(offer) if turn.state.system is not None:
            _now(turn, offer=offer)
        case _:
            return


def _lies(turn: Turn, system: System, it: SoftwareReady) -> None:
    kept = tuple(each for each in system.ready if each.source != it.source)
    _now(turn, ready=(*kept, Bundle(it.source, it.version, it.path)) if it.path else kept)
    if it.source == STICK:
        _now(turn, strangers=it.strangers)


def _came(turn: Turn, outcome: Outcome) -> None:
    """After what is done comes the dark. What failed is recorded once, even by the process after the one that asked."""
    known = turn.state.system.running if turn.state.system else None
    if outcome.state in ("running", "done"):
        _now(turn, running=outcome, since=turn.at.up)
        return
    _now(turn, running=None)
    if outcome.do == "install" and turn.ledger.upkeep.ordered:
        _failed(turn, outcome.code)
    elif outcome.do == "off" and known is not None:
        _not_off(turn, outcome.code)


def _failed(turn: Turn, code: str) -> None:
    turn.emit(ev.JET, {1: FAILED, 2: f"{turn.ledger.upkeep.ordered} {code or 'failed'}", 3: None}, operator="")
    _tell(turn, (NOT_DONE, SAID.get(code, SAID[""])))


def _not_off(turn: Turn, code: str) -> None:
    turn.emit(ev.REFUSED, {1: "off", 2: code or "failed"}, operator="")
    _tell(turn, NOT_OFF)


def _tell(turn: Turn, said: tuple[str, str]) -> None:
    """On the locked screen, or to whoever has come meanwhile."""
    turn.beep("refused")
    if turn.ledger.operator:
        turn.say(Message(said[0], (said[1],)))
    else:
        turn.set(notice=said)


def _judge(turn: Turn) -> None:
    """At a start: what became of the version that was ordered last, if another one runs.

    Its slot is bad: it was tried and given up. It starts next: nothing has happened yet. Neither: a cut came between.
    """
    system, ordered, runs = turn.state.system, turn.ledger.upkeep.ordered, turn.ledger.software
    if system is None or not system.slots or system.running is not None or not newer(ordered, runs):
        return
    slot = system.slot(ordered)
    if slot is not None and slot.health == "bad":
        turn.emit(ev.JET, {1: BACK, 2: f"{ordered} > {runs}", 3: None}, operator="")
        _tell(turn, (f"Retour à la version {runs}.", f"La version {ordered} n'a pas démarré. Vendre comme d'habitude."))
    elif slot is None or not (slot.next or slot.booted):
        _failed(turn, "cut")


def patience(turn: Turn) -> None:
    """Each minute: a system that says nothing any more keeps no shop shut. What it has not taken is withdrawn."""
    system = turn.state.system
    if system is None or system.running is None or turn.at.up - system.since < PATIENCE[system.running.do]:
        return
    _now(turn, running=None)
    turn.effect(Order("withdraw"))
    if system.running.do == "off" or system.running.state == "done":
        _not_off(turn, "silent")
    elif turn.ledger.upkeep.ordered:
        _failed(turn, "silent")


def in_the_way(turn: Turn) -> bool:
    """No day is opened on a till that is about to go dark."""
    running = turn.state.system.running if turn.state.system else None
    if running is None:
        return False
    turn.beep("refused")
    said = ("Attendre qu'elle soit éteinte, puis la rallumer pour vendre.",)
    turn.say(Message("La caisse va s'éteindre.", said))
    return True


OFFERS: dict[str, Handler] = {"off": switch_off, "install": install}
