"""The samples in English: what the till knows, and the words that only samples have."""

from __future__ import annotations

from appliance.language.catalogue import english_catalogue

NB = "\u00a0"
SAMPLES = {
    "Il revient dès que Sophie déverrouille.": "It comes back as soon as Sophie logs in.",
    "Autre raison": "Other reason",
    "Acompte": "Deposit",
    "Apport de monnaie": "Change brought in",
    "Dépôt à la banque": "Bank deposit",
    "Achat pour la boutique": "Purchase for the shop",
    "Choisir une raison.": "Choose a reason.",
    "La rallumer ou vérifier le câble.": "Switch it on or check the cable.",
    "Papier bientôt fini.": "Paper running low.",
    f"Espèces limitées à 1{NB}000{NB}€. Payer le reste autrement.": "Cash limited to 1 000 €. Pay the rest otherwise.",
    "86 tickets, 1 remboursement": "86 receipts, 1 refund",
    "9999 tickets, 999 remboursements": "9999 receipts, 999 refunds",
    "Il y a en trop": "Over by",
    "Remettre un rouleau, fermer le capot.": "Put in a roll, shut the cover.",
    "Code inconnu": "Unknown code",
    "Contrôle de caisse": "Till check",
    "Mettre des rouleaux": "Put in coin rolls",
    "Vérifier le contenu": "Check the contents",
    "Faire de la monnaie": "Make change",
    "Erreur": "Mistake",
    "La dernière opération n'est pas enregistrée. Ne rien encaisser, appeler le technicien.": (
        "The last action is not recorded. Take no money, call the technician."
    ),
    "papier présent, capot fermé": "paper in, cover shut",
    "fermé": "shut",
    "dernier code à 12:33": "last code at 12:33",
    "1280 × 800, 10 points": "1280 × 800, 10 points",
    f"pas de réseau{NB}: heure non vérifiée": "no network: time not checked",
    "128 tickets à envoyer, dernier à 09:14": "128 receipts to send, last at 09:14",
    f"intact, 48{NB}213 actes": "intact, 48 213 records",
    f"Sceau 0.1.0 · 48{NB}213 actes enregistrés": "Sceau 0.1.0 · 48 213 records",
    "ne répond pas depuis 12:31": "not answering since 12:31",
    f"Lecteur de codes{NB}: un code s'est perdu en route.": "Barcode scanner: a code was lost on its way.",
    f"Imprimante{NB}: capot ouvert pendant l'impression du ticket 000127.": (
        "Printer: cover open while receipt 000127 was printed."
    ),
    f"Imprimante{NB}: ne répond pas, port ttyS1.": "Printer: not answering, port ttyS1.",
    f"Écran tactile{NB}: 3 touches sans relâchement.": "Touch screen: 3 touches without release.",
    f"Tiroir{NB}: impulsion non partie.": "Drawer: pulse not sent.",
    f"Lecteur de badge{NB}: débranché.": "Badge reader: unplugged.",
    f"Horloge{NB}: recul de 2 secondes corrigé.": "Clock: 2 seconds backwards, corrected.",
    f"Lecteur de badge{NB}: trame incomplète.": "Badge reader: incomplete frame.",
    f"Lecteur de badge{NB}: branché de nouveau, ne répond pas encore.": (
        "Badge reader: plugged in again, not answering yet."
    ),
    "Trop d'essais. Attendre 5 minutes.": "Too many tries. Wait 5 minutes.",
    f"Trop élevé. La carte ne rend pas de monnaie{NB}: 18,74{NB}€ au plus.": (
        f"Too much. No change is given on a card: 18,74{NB}€ at most."
    ),
    f"Trop élevé{NB}: 9{NB}999,99{NB}€ au plus. Vérifier la somme.": (
        f"Too much: 9{NB}999,99{NB}€ at most. Check the amount."
    ),
}
NAMES = {"Divers 5,5", "Divers 10", "Divers 20"}  # departments, on keys that a sample gives another act


def say(text: str) -> str:
    """What neither knows stays French on the picture, as on the till; `tests/language/test_screens.py` finds it."""
    return english_catalogue().say(text) or SAMPLES.get(text, text)
