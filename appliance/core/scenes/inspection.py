"""Contrôle fiscal: who, which software, which proof, since when; and what an officer may ask for (VER-09)."""

from __future__ import annotations

from typing import cast

from appliance.core import words
from appliance.core.act import Act
from appliance.core.alarms import unsent
from appliance.core.archiving import overdue
from appliance.core.inspection import NAMES
from appliance.core.instant import Instant
from appliance.core.money import euros
from appliance.core.scenes.header import header, moment
from appliance.core.shop import Identity
from appliance.core.turn import State, Turn, inspector
from appliance.core.vat import percent
from appliance.core.view import DeviceRow, ErrorsView, Fact, Key, Level, TechnicianView

DAY = 86_400_000


def view(state: State, at: Instant) -> TechnicianView:
    ledger = state.ledger
    version = f"Sceau {ledger.software} · {ledger.proof}"
    rows = (_seller(state), _chain(state), _witness(state, at), _archive(state, at), _terminals(state), _unsent(state))
    running = f"{NAMES.get(state.ui.work, '')}\u00a0: {state.ui.percent} %" if state.ui.work else ""
    acts = (
        _act("Vérifier maintenant", "verify", state, running),
        _act("Imprimer le document de contrôle", "control", state, running),
        _act("Copier les archives sur clé USB", "copies", state, running),
        Key("Voir les totaux", Act("go", "totals")),
    )
    leave = Act("lock") if inspector(state) else Act("go", "manage")
    return TechnicianView(header(state, at), "Contrôle fiscal", version, rows, acts, Key("Quitter", leave))


def _act(label: str, act: str, state: State, running: str) -> Key:
    """One long work at a time; the one that runs says how far it is."""
    if state.ui.work == act:
        return Key(running, None)
    return Key(label, None if running else Act(act))


def _seller(state: State) -> DeviceRow:
    identity = Identity.of(state.ledger.config[1]) if state.ledger.config else None
    name = f"{identity.name}, SIRET {identity.siret}" if identity else "boutique pas encore enregistrée"
    return DeviceRow(Level.WELL, "Commerce", name, f"Caisse {state.ledger.till}")


def _chain(state: State) -> DeviceRow:
    code = state.chain.hex()
    shown = " ".join(code[place : place + 4] for place in range(0, len(code), 4))
    known = state.ledger.named
    text = f"{shown}, défaut dès l'acte {known[-1]}" if known else shown
    return DeviceRow(Level.DOWN if known else Level.WELL, "Chaîne", text, f"{state.ledger.seq} actes")


def _witness(state: State, at: Instant) -> DeviceRow:
    said, now = state.ledger.witness, max(at.t + state.ledger.offset, state.ledger.t)
    days = said.unwitnessed(now) // DAY
    if said.letter == "C":
        text = "classe C\u00a0: aucun, un ancien état remis en place ne se verrait pas"
        return DeviceRow(Level.CARE, "Témoin", text, "")
    return DeviceRow(Level.WELL, "Témoin", f"classe {said.letter}, {words.counted(days, 'jour')} sans lui au plus", "")


def _archive(state: State, at: Instant) -> DeviceRow:
    kept = state.ledger.archived
    made = words.paper_time(moment(kept.t, at.tz))[:10] if kept.t else "aucune"
    copied = words.paper_time(moment(kept.copied, at.tz))[:10] if kept.copied else "jamais"
    level = Level.DOWN if overdue(Turn(state, at)) else Level.WELL if kept.copied else Level.CARE
    return DeviceRow(level, "Archives", f"dernière\u00a0: {made}, copiée sur un autre support\u00a0: {copied}", "")


def _terminals(state: State) -> DeviceRow:
    """PAY-07: an officer asks for the numbers of the card terminals."""
    numbers = cast("list[str]", state.ledger.config.get(9, []))
    return DeviceRow(Level.WELL, "Cartes", ", ".join(numbers) or "aucun terminal déclaré", "")


def _unsent(state: State) -> DeviceRow:
    upstream = state.ledger.upstream
    if not upstream.enrolled:
        return DeviceRow(Level.WELL, "Envoi", "pas de collecteur\u00a0: tous les actes sont dans cette caisse", "")
    if upstream.stopped:
        return DeviceRow(Level.DOWN, "Envoi", "arrêté\u00a0: le serveur a reçu un autre journal de cette caisse", "")
    last = words.paper_time(moment(upstream.received, state.ledger.tz)) if upstream.received else "jamais"
    waits = unsent(state) if upstream.unsent else "aucun ticket en attente"
    text = f"{waits}, dernier reçu du serveur\u00a0: {last}"
    return DeviceRow(Level.CARE if upstream.unsent else Level.WELL, "Envoi", text, f"acte {upstream.next_seq}")


def totals(state: State, at: Instant) -> ErrorsView:
    """Of the day, the month and the fiscal year that run, and both perpetual totals."""
    ledger = state.ledger
    day = ledger.day.totals.total if ledger.day else 0
    vat = ledger.year.totals.vat
    facts = [
        Fact("Journée en cours" if ledger.day else "Pas de journée ouverte", euros(day)),
        Fact(f"Mois{_of(ledger.month.name)}", euros(ledger.month.total)),
        Fact(f"Exercice{_of(ledger.year.name)}", euros(ledger.year.total)),
        *(Fact(f"Exercice, TVA {percent(row.rate)}", euros(row.ttc)) for row in vat),
        Fact("Total perpétuel", euros(ledger.perpetual.algebraic), True),
        Fact("Total perpétuel absolu", euros(ledger.perpetual.absolute), True),
    ]
    return ErrorsView(header(state, at), "Totaux", tuple(facts[:10]), Key("Retour", Act("go", "inspection")), True)


def _of(name: str) -> str:
    return f" ({words.month_name(name)})" if name else ""
