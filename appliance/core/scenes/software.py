"""Switching off and a new version: keys after the closing, words while it runs, the technician's key."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.scenes.header import moment
from appliance.core.software import between_days, foreign, offered, printing
from appliance.core.system import Offer, newer
from appliance.core.turn import State
from appliance.core.view import Fact, Key

MIB = 1 << 20
WHOLE = 1000  # per mille of the tills
SOURCES = {"collector": "du serveur", "stick": "de la clé USB"}


def offers(state: State) -> tuple[Key, ...]:
    """Between two days: nothing at all where there is no system to ask, or while it is already going."""
    if state.system is None or state.system.running is not None:
        return ()
    wait = "impression en cours" if printing(state) else ""
    ready = between_days(state)
    off = Key("Éteindre", Act("off") if ready else None, wait)
    found = offered(state)
    if found is None and ready and foreign(state):
        return off, Key("Installer et éteindre", Act("install"), "autre modèle")
    if found is None:
        return (off,)
    if state.ledger.parked:
        return off, Key("Installer et éteindre", None, "ticket en attente")
    return off, Key("Installer et éteindre", Act("install"), f"version {found.version}")


def progress(state: State) -> tuple[str, ...]:
    """On the locked screen, while an order runs."""
    running = state.system.running if state.system else None
    if running is None:
        return ()
    if running.do == "off":
        return ("La caisse s'éteint.",)
    if running.state == "done":
        return ("Mise à jour installée.", "La caisse s'éteint. La rallumer pour vendre.")
    return f"Installation en cours\u00a0: {running.percent}\u00a0%", "La caisse s'éteindra toute seule."


def published(state: State) -> tuple[Fact, ...]:
    """What the technician's page says of what could run here: published, and how far it is on its way to this till."""
    offer = state.system.offer if state.system else None
    if offer is None:
        return ()
    known = f"{offer.published}, le {_when(state, offer.issued)}" if offer.published else "aucune connue"
    facts = Fact("Version publiée", known), Fact("Pour cette caisse", _stage(state, offer), strong=True)
    if not offer.stage:
        return facts
    label = "À partir du" if offer.stage == "later" and offer.share == WHOLE else "Demandée le"
    return *facts, Fact(label, _when(state, offer.since))


def _stage(state: State, offer: Offer) -> str:
    match offer.stage:
        case "later" if offer.share < WHOLE:
            return f"pas encore\u00a0: d'abord {offer.share} caisses sur {WHOLE}"
        case "later":
            return "pas encore\u00a0: sa date n'est pas venue"
        case "fetching":
            return f"{offer.version}, {offer.done // MIB} Mio reçus sur {-(-offer.size // MIB)}"
        case "whole":
            return f"{offer.version}, prête à installer"
    if not state.ledger.upstream.enrolled:
        return "caisse non inscrite\u00a0: installer par clé USB"
    if newer(offer.published, state.ledger.software):
        return "pas encore demandée par le propriétaire"
    return "à jour" if offer.published else "rien n'est demandé par le propriétaire"


def _when(state: State, t: int) -> str:
    at = moment(t, state.ledger.tz)
    return f"{words.paper_date(at.date())} {words.clock(at)}"


def ready(state: State) -> tuple[Fact, ...]:
    """What the technician's page says of updates that lie ready."""
    found, strangers = state.system.best if state.system else None, foreign(state)
    if strangers is not None:
        text = f"clé USB pour {', '.join(strangers.boards)}\u00a0: il faut {strangers.own}"
        return (Fact("Mise à jour", text),)
    if found is None:
        return ()
    if not newer(found.version, state.ledger.software):
        return (Fact("Mise à jour", f"{found.version}, pas plus récente"),)
    return (Fact("Mise à jour", f"{found.version}, {SOURCES.get(found.source, found.source)}"),)


def key(state: State) -> Key | None:
    """Installer: also of what is not newer, so that the till can say why not."""
    found = state.system.best if state.system else None
    if found is None and foreign(state) is None:
        return None
    return Key("Installer", Act("install") if between_days(state) else None, _why_not(state) or "puis éteindre")


def _why_not(state: State) -> str:
    if state.ledger.day is not None:
        return "clôturer d'abord la journée"
    return "impression en cours" if printing(state) else ""
