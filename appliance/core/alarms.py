"""Alarms in words: what stands in the header, worst first. Red blocks something now, amber does not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from appliance.core.act import Act
from appliance.core.input import Device
from appliance.core.turn import State
from appliance.core.view import Banner
from appliance.core.words import clock, counted, short_date

PATIENCE = 30 * 60_000  # ms that tickets wait before the screen says so although the network is there

# (kind, code) -> red, title, what to do. "" is any other code of a device that is down.
WORDS: dict[tuple[str, str], tuple[bool, str, str]] = {
    ("printer", "paper-out"): (True, "Plus de papier.", "Remettre un rouleau, fermer le capot. Le ticket reprendra."),
    ("printer", "cover-open"): (True, "Capot ouvert.", "Fermer le capot de l'imprimante. Le ticket reprendra."),
    ("printer", "off"): (True, "Imprimante éteinte.", "La rallumer ou vérifier le câble. La vente continue."),
    ("printer", "error"): (True, "Imprimante bloquée.", "L'éteindre, ôter le papier coincé, la rallumer."),
    ("printer", ""): (True, "Imprimante muette.", "La rallumer ou vérifier le câble. La vente continue."),
    ("printer", "near-end"): (False, "Bientôt plus de papier.", "Préparer un rouleau."),
    ("badge", ""): (False, "Lecteur de badge débranché.", "Choisir son nom et taper son code."),
    ("scanner", ""): (False, "Lecteur de codes débranché.", "Vérifier le câble. Utiliser les touches."),
    ("touch", ""): (False, "Écran tactile débranché.", "Appeler le technicien."),
    ("drawer", ""): (False, "Tiroir débranché.", "L'ouvrir avec la clé."),
    ("witness", ""): (False, "Témoin muet.", "La vente continue. Appeler le technicien."),
    ("upstream", "refused"): (False, "Transmission refusée.", "La vente continue. Appeler le technicien."),
    ("upstream", ""): (False, "Serveur injoignable.", "La vente continue. Vérifier le câble du réseau."),
    ("update", "refused"): (False, "Mise à jour refusée.", "La vente continue. Appeler le technicien."),
    ("beeper", ""): (False, "Plus de son.", "Regarder l'écran après chaque code."),
}
STOPPED = (False, "Transmission arrêtée.", "La vente continue. Appeler le technicien.")
CLOCK = (False, "Heure à confirmer.", "Confirmer la date et l'heure avant de vendre.")


def words(device: Device) -> tuple[bool, str, str] | None:
    """The alarm of one device; None when it is well or not fitted."""
    if device.level not in ("care", "down"):
        return None
    return WORDS.get((device.kind, device.code)) or (WORDS.get((device.kind, "")) if device.level == "down" else None)


def banner(state: State) -> Banner | None:
    """The worst alarm, with how many others stand behind it."""
    found = [alarm for device in state.devices.values() if (alarm := words(device))]
    said = (WORDS["upstream", ""], *((WORDS["upstream", "refused"],) if state.ledger.upstream.stopped else ()))
    found = [alarm for alarm in found if alarm not in said]  # `waiting` says it
    found += [alarm for alarm in (waiting(state),) if alarm]
    if not state.ledger.trusted:
        found.append(CLOCK)
    if not found:
        return None
    red, title, text = sorted(found, key=lambda alarm: not alarm[0])[0]
    return Banner(red, title, text, len(found) - 1, Act("devices"))


def waiting(state: State) -> tuple[bool, str, str] | None:
    """What the collector does not have, once it has waited long or while nobody hears us. It never blocks a sale."""
    upstream = state.ledger.upstream
    if upstream.stopped:
        return STOPPED
    link = state.devices.get("upstream")
    if not upstream.unsent or not (late(state) or (link is not None and link.level == "down")):
        return None
    return False, f"{unsent(state)}.", WORDS["upstream", ""][2]


def late(state: State) -> bool:
    upstream = state.ledger.upstream
    return bool(upstream.unsent) and state.ledger.t - upstream.since > PATIENCE


def unsent(state: State) -> str:
    """`12 tickets non transmis depuis 10:42`, with the day when it is not today's."""
    upstream, zone = state.ledger.upstream, timezone(timedelta(minutes=state.ledger.tz))
    now, first = (datetime.fromtimestamp(t / 1000, zone) for t in (state.ledger.t, upstream.since))
    since = clock(first) if first.date() == now.date() else f"le {short_date(first)}"
    tickets = counted(upstream.unsent, "ticket non transmis", "tickets non transmis")
    return f"{tickets} depuis {since}"
