"""Alarms in words: what stands in the header, worst first. Red blocks something now, amber does not."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.input import Device
from appliance.core.turn import State
from appliance.core.view import Banner

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
    ("beeper", ""): (False, "Plus de son.", "Regarder l'écran après chaque code."),
}
CLOCK = (False, "Heure à confirmer.", "Confirmer la date et l'heure avant de vendre.")


def words(device: Device) -> tuple[bool, str, str] | None:
    """The alarm of one device; None when it is well or not fitted."""
    if device.level not in ("care", "down"):
        return None
    return WORDS.get((device.kind, device.code)) or (WORDS.get((device.kind, "")) if device.level == "down" else None)


def banner(state: State) -> Banner | None:
    """The worst alarm, with how many others stand behind it."""
    found = [alarm for device in state.devices.values() if (alarm := words(device))]
    if not state.ledger.trusted:
        found.append(CLOCK)
    if not found:
        return None
    red, title, text = sorted(found, key=lambda alarm: not alarm[0])[0]
    return Banner(red, title, text, len(found) - 1, Act("devices"))
