"""A machine that is no shop's till yet: what it shows and what it says. Pure; nothing here is recorded, as there is no
journal before there is a shop. It sells nothing: there is no way from here to a basket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from appliance.core.act import Act
from appliance.core.view_blank import IdentityView

# By the word of the fault (provision/fault.py): a sentence, and what to do.
REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "torn": ("Le dossier de la clé USB est abîmé.", "Le copier de nouveau sur la clé USB."),
    "signature": ("Ce dossier n'est pas signé par une personne connue.", "Demander un autre dossier."),
    "revoked": ("La personne qui a signé ce dossier n'en a plus le droit.", "Demander un autre dossier."),
    "time": ("Ce dossier a été signé hors du temps permis.", "Le faire signer de nouveau."),
    "device": ("Ce dossier est pour une autre caisse.", "Brancher la clé USB sur la caisse de ce dossier."),
    "code": ("Ce code n'ouvre pas le dossier.", "Scanner le code de la fiche de cette caisse."),
    "board": ("Ce dossier est pour un autre modèle de machine.", "En demander un pour ce modèle."),
    "older": ("Ce dossier est plus ancien que celui en place.", "Prendre le dossier le plus récent."),
    "siren": ("Ce dossier est d'un autre commerçant ou d'une autre caisse.", "Retirer d'abord celle-ci du service."),
    "content": ("Le dossier est signé, mais un de ses fichiers est faux.", "Le faire corriger."),
}
# The same where the bundle came over the network.
FETCHED: Final[Mapping[str, tuple[str, str]]] = {
    "torn": ("Le dossier reçu est abîmé.", "Le faire déposer de nouveau sur le serveur."),
    "device": ("Ce dossier est pour une autre caisse.", "En faire déposer un pour cette machine."),
}
# How it stands with the collector that was named; {0} is its name, {1} what it said.
NETWORK: Final[Mapping[str, str]] = {
    "asking": "Le dossier est demandé à {0}.",
    "none": "Aucun dossier pour cette machine chez {0}.",
    "unlinked": "Pas de réseau : brancher le câble.",
    "silent": "{0} ne répond pas : vérifier le réseau.",
    "untrusted": "Le certificat de {0} n'est pas reconnu : vérifier l'adresse et l'heure.",
    "refused": "{0} ne donne pas de réponse valable ({1}).",
    "address": "L'adresse du serveur est fausse : {0}.",
}
NO_ROOM: Final = ("Le dossier ne peut pas être enregistré.", "La mémoire ne répond pas : changer la machine.")
EMPTY: Final = ("Aucun dossier de caisse sur cette clé USB.", "Y copier le fichier en .sceau de cette caisse.")
NO_ROOT: Final = ("Ce logiciel ne connaît aucun signataire.", "Installer l'image de votre fournisseur.")
UNREAD: Final = ("Ce code n'est pas celui d'une fiche.", "Scanner le code de la fiche de cette caisse.")


@dataclass(frozen=True, slots=True)
class Blank:
    """`identity`: what the QR says; `mark`: the fingerprint of its key, to be compared by eye.

    `stick`: one is in; `locked`: its bundle wants a code; `enrolment`: a collector's code is kept; `code`: one was
    scanned before its bundle came. `network`: how it stands with a collector, a word of NETWORK or empty; `server`:
    which one; `said`: its answer.
    """

    identity: str
    serial: str
    mark: str
    stick: bool = False
    locked: bool = False
    enrolment: bool = False
    code: bool = False
    network: str = ""
    server: str = ""
    said: str = ""
    notice: tuple[str, ...] = ()
    detail: str = ""
    language: str = "fr"


def refused(blank: Blank, fault: str, detail: str = "", fetched: bool = False) -> Blank:
    """`fault`: a word of REFUSALS; `fetched`: it came over the network."""
    notice = FETCHED.get(fault, REFUSALS[fault]) if fetched else REFUSALS[fault]
    return replace(blank, notice=notice, detail=detail)


def upstream(blank: Blank, word: str, said: str = "") -> Blank:
    """`word`: of NETWORK; what was refused stays to be read."""
    return replace(blank, network=word, said=said)


def asking(blank: Blank, server: str) -> Blank:
    return replace(blank, network="asking", server=server, said="")


def told(blank: Blank, notice: tuple[str, ...]) -> Blank:
    return replace(blank, notice=notice, detail="")


def plugged(blank: Blank, stick: bool) -> Blank:
    return replace(blank, stick=stick, locked=False, notice=(), detail="")


def closed(blank: Blank) -> Blank:
    """Its bundle is on the stick and wants the code of its sheet."""
    return replace(blank, locked=True, notice=(), detail="")


def coded(blank: Blank) -> Blank:
    """The sheet was scanned before the stick came."""
    return replace(blank, code=True, notice=(), detail="")


def enrolled(blank: Blank) -> Blank:
    """A collector's code was scanned first."""
    return replace(blank, enrolment=True, notice=(), detail="")


def missing(blank: Blank) -> tuple[str, ...]:
    """What is lacking until this is a till, in the order in which it is done."""
    if blank.locked:
        return ("Il manque le code : scanner celui de la fiche de cette caisse.",)
    first = "Il manque le dossier de la boutique : brancher la clé USB qui le contient."
    kept = ("Le code de la fiche est lu.",) if blank.code else ()
    later = ("Le code d'inscription est gardé pour après.",) if blank.enrolment else ()
    asked = NETWORK.get(blank.network, "").format(blank.server, blank.said)
    return (first, *((asked,) if asked else ()), *kept, *later)


def spoken(blank: Blank) -> Blank:
    return replace(blank, language="fr" if blank.language == "en" else "en")


def view(blank: Blank) -> IdentityView:
    return IdentityView(
        "Caisse à installer",
        blank.identity,
        ("Machine", "Empreinte"),
        (blank.serial, blank.mark),
        missing(blank),
        blank.notice,
        blank.detail,
        "Français" if blank.language == "en" else "English",
        Act("language", ""),
    )
