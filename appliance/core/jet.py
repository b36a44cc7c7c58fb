"""JET, the journal des événements techniques: which record bears which code, and what a code means (JET-01…07).

Public codes stand as they were published; our own begin with 9 (JET-06), since no public list names a clock, a drawer
or a power cut. 910 is left free: another publisher uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from appliance.core import event as ev
from appliance.core.event import Value


class Entry(NamedTuple):
    """`applies`: X compulsory, C compulsory if the function exists, O ours. `handler`: kinds that bear it, or none."""

    label: str
    applies: str
    handler: str


TABLE: Final[Mapping[int, Entry]] = {
    10: Entry("Changement du mode de séquence", "C", ""),
    15: Entry("Réservé par le référentiel", "C", ""),
    20: Entry("Archivage fiscal d'une période", "C", "archive"),
    30: Entry("Archivage fiscal de l'exercice", "X", "archive"),
    40: Entry("Arrêt, déconnexion", "C", "stop, logout"),
    50: Entry("Clôture de période", "X", "day-close, month-close"),
    60: Entry("Clôture de l'exercice", "X", "year-close"),
    70: Entry("Début du mode dégradé", "C", ""),
    80: Entry("Démarrage, connexion", "X", "start, login"),
    90: Entry("Défaut d'intégrité", "X", "defect, verified"),
    100: Entry("Début du mode école", "C", "training-on"),
    105: Entry("Fin du mode école", "C", "training-off"),
    110: Entry("Export des données de vente", "C", "jet"),
    120: Entry("Fin du mode dégradé", "C", ""),
    126: Entry("Ajout d'un poste", "C", "enrolment"),
    127: Entry("Retrait d'un poste", "C", "retired"),
    130: Entry("Droits des utilisateurs", "C", "jet, loaded, badge, pin"),
    156: Entry("Duplicata", "C", "duplicate"),
    170: Entry("Comptage du tiroir", "C", "count"),
    180: Entry("Export comptable", "C", "jet"),
    190: Entry("Remboursement, avoir", "C", "jet"),
    200: Entry("Purge", "C", "purge"),
    240: Entry("Intervention du partenaire", "C", "jet, service-on, service-off"),
    250: Entry("Nouvelle version du logiciel", "X", "version"),
    260: Entry("Initialisation", "X", "genesis, provisioned"),
    270: Entry("Paramètres de conformité", "X", "config, applied, setting"),
    280: Entry("Contrôle fiscal", "X", "jet"),
    290: Entry("Échange avec le comptable", "C", "jet"),
    320: Entry("Annulation d'un ticket avant paiement", "C", "order-void"),
    323: Entry("Annulation d'une ligne", "C", "line-void"),
    330: Entry("Début d'une clôture", "C", "jet"),
    450: Entry("Changement de la clé de signature", "C", "jet"),
    901: Entry("Identification refusée", "O", "login-refused"),
    902: Entry("Opérateur bloqué", "O", "lockout"),
    903: Entry("Horloge", "O", "clock"),
    904: Entry("Fin déchirée du journal, réparée", "O", "recovered"),
    905: Entry("Reprise après un défaut", "O", "resumed"),
    906: Entry("Vérification sans défaut", "O", "verified"),
    907: Entry("Commentaire", "O", "note"),
    908: Entry("Refus", "O", "refused"),
    909: Entry("Ouverture du tiroir sans vente", "O", "drawer"),
    911: Entry("Entrée de caisse", "O", "cash-in"),
    912: Entry("Sortie de caisse", "O", "cash-out"),
    913: Entry("Correction d'un moyen de paiement", "O", "payment-fix"),
    914: Entry("Papier perdu", "O", "print-lost"),
    915: Entry("Copie d'une archive", "O", "archive-copy"),
    916: Entry("Contrôle d'une archive", "O", "archive-check"),
    917: Entry("Document de contrôle", "O", "control"),
    918: Entry("Attestation", "O", "attestation"),
    960: Entry("Catalogue chargé à la caisse", "O", "loaded"),
    961: Entry("Prix changé à la caisse", "O", "price"),
    970: Entry("Auto-test de la machine", "O", "selftest"),
    971: Entry("Journaux techniques sur une clé USB", "O", "jet"),
    972: Entry("Mise à jour demandée", "O", "jet"),
    973: Entry("Mise à jour refusée ou échouée", "O", "jet"),
    974: Entry("Retour à la version précédente", "O", "jet"),
}

Body = Mapping[int, Value]

_CODES: Final[Mapping[int, int | Callable[[Body], int | None]]] = {
    ev.GENESIS: 260,
    ev.START: 80,
    ev.STOP: 40,
    ev.LOGIN: 80,
    ev.LOGOUT: 40,
    ev.LOGIN_REFUSED: 901,
    ev.LOCKOUT: 902,
    ev.CLOCK: 903,
    ev.RECOVERED: 904,
    ev.DEFECT: 90,
    ev.RESUMED: 905,
    ev.CONFIG: 270,
    ev.VERSION: 250,
    ev.VERIFIED: lambda body: 90 if body[2] == "broken" else 906,
    ev.JET: lambda body: _int(body[1]),
    ev.NOTE: 907,
    ev.REFUSED: 908,
    ev.TRAINING_ON: 100,
    ev.TRAINING_OFF: 105,
    ev.DRAWER: lambda body: 909 if body[1] == "asked" else None,
    ev.CASH_IN: 911,
    ev.CASH_OUT: 912,
    ev.COUNT: 170,
    ev.LINE_VOID: 323,
    ev.ORDER_VOID: 320,
    ev.PAYMENT_FIX: 913,
    ev.DUPLICATE: 156,
    ev.PRINT_LOST: 914,
    ev.DAY_CLOSE: 50,
    ev.MONTH_CLOSE: 50,
    ev.YEAR_CLOSE: 60,
    ev.ARCHIVE: lambda body: 30 if body[1] == "year" else 20,
    ev.ARCHIVE_COPY: 915,
    ev.ARCHIVE_CHECK: 916,
    ev.PURGE: 200,
    ev.CONTROL: 917,
    ev.ATTESTATION: 918,
    ev.ENROLMENT: 126,
    ev.APPLIED: 270,
    ev.PROVISIONED: 260,
    ev.LOADED: lambda body: 960 if body[1] == "catalogue" else 130,
    ev.PRICE: 961,
    ev.BADGE: 130,
    ev.PIN: 130,
    ev.RETIRED: 127,
    ev.SERVICE_ON: 240,
    ev.SERVICE_OFF: 240,
    ev.SETTING: 270,
    ev.SELFTEST: 970,
}


def _int(value: Value) -> int:
    if not isinstance(value, int):
        raise ValueError("a JET code is no number")
    return value


def code(kind: int, body: Body) -> int | None:
    """The JET code of a record, None when it is no technical event."""
    found = _CODES.get(kind)
    return found(body) if callable(found) else found


def description(kind: int, body: Body) -> str:
    """The kind's name, then the texts and integers that stand directly in the body, joined by `/`."""
    said = [str(body[key]) for key in sorted(body) if isinstance(body[key], str | int)]
    return "/".join(clean(each) for each in (ev.NAMES[kind][0], *said))


def clean(text: str) -> str:
    """A text as it stands in a signed string: separators are not its to use (SEC-04)."""
    return text.replace(",", ";").replace(" ", "_").replace("|", "/")
