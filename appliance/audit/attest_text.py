"""The words of the attestation, in French: the structure of the model BOI-LETTRE-000242, filled in (VER-05). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from appliance.audit.attest import CERTIFICATE, NONE, Attestation, Part1, Part2
from appliance.core import law
from appliance.core.words import MONTHS

MODEL: Final = "modèle BOI-LETTRE-000242"
COVERED: Final = (
    "enregistrement des ventes, des règlements et des rendus",
    "annulations, remises, remboursements et corrections, par opérations de plus et de moins",
    "clôtures journalières, mensuelles et d'exercice, cumuls et total perpétuel",
    "journal des événements, gestion des utilisateurs, mode école",
    "tickets, duplicatas et leurs mentions",
    "archivage, contrôle des archives, vérification et purge",
)
EXCLUDED: Final = (
    "factures entre assujettis",
    "comptabilité, écritures et fichiers pour le comptable",
    "catalogue, stocks et relation avec les clients",
    "terminal de paiement, qui est un appareil distinct",
)


class Section(NamedTuple):
    """A titled part of the sheet: sentences, then rows of (what, value), lists, and who signs."""

    title: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    signed: str = ""


def title(part1: Part1) -> str:
    if part1.mode == NONE:
        return "Sans certificat ni attestation"
    return "Référence du certificat" if part1.mode == CERTIFICATE else "Attestation individuelle"


def subject(part1: Part1) -> str:
    """What it is about, under the title."""
    article = law.FOUR_CONDITIONS.on(date.fromisoformat(part1.made))
    return (
        "relative à l'utilisation d'un système de caisse satisfaisant à des conditions d'inaltérabilité, de "
        f"sécurisation, de conservation et d'archivage des données en vue du contrôle de l'administration "
        f"fiscale ({article})"
    )


def sections(attestation: Attestation) -> Iterator[Section]:
    """Volet 1, volet 2 (to be filled in while it is not there), and what the law recalls."""
    yield _volet1(attestation.part1)
    yield _functions(attestation.part1)
    yield _volet2(attestation.part1, attestation.part2)


def reminder(part1: Part1) -> str:
    said = law.FALSE_ATTESTATION.on(date.fromisoformat(part1.made))
    return (
        f"Il est rappelé que l'établissement d'une fausse attestation est un délit pénal passible de {said}. "
        "L'usage d'une fausse attestation est passible des mêmes peines."
    )


def _volet1(part1: Part1) -> Section:
    return Section(
        "Volet 1 : partie remplie par l'éditeur du système de caisse",
        tuple(_statement(part1)),
        (
            ("Éditeur", f"{part1.publisher}, {', '.join(part1.address)}"),
            ("SIRET de l'éditeur", siret(part1.publisher_siret)),
            ("Représentant légal", f"{part1.representative}, {part1.quality}".strip(", ")),
            ("Système de caisse", part1.software),
            ("Numéro de licence", part1.licence or "sans licence numérotée"),
            ("Version concernée", f"{part1.version}, racine de la version majeure : {part1.major}"),
            ("Mis sur le marché le", day(part1.market)),
            ("Périmètre fiscal (SHA-256)", part1.digest.hex()),
            ("Délivré nominativement à", f"{part1.shop}, SIRET {siret(part1.siret)}"),
            *_certificate(part1),
        ),
        signed=f"Fait à {part1.place}, le {day(part1.made)}. Signature du représentant légal de l'éditeur :",
    )


def _certificate(part1: Part1) -> tuple[tuple[str, str], ...]:
    if part1.certificate is None:
        return ()
    number, body, when = part1.certificate
    return (("Certificat", f"n° {number}, délivré par {body} le {day(when)}"),)


def _statement(part1: Part1) -> Iterator[str]:
    """The sentences of the model."""
    who = f"Je soussigné(e), {part1.representative}, représentant légal de {part1.publisher}"
    what = f"{who}, éditeur du système de caisse {part1.software}, dans sa version {part1.version}"
    article = law.FOUR_CONDITIONS.on(date.fromisoformat(part1.made))
    four = (
        "aux conditions d'inaltérabilité, de sécurisation, de conservation et d'archivage des données en vue du "
        f"contrôle de l'administration fiscale, prévues au {article}"
    ).replace("au article", "à l'article")
    if part1.mode == NONE:
        yield f"{what}, déclare que cette version n'est couverte ni par un certificat ni par une attestation."
        return
    if part1.certificate:
        number, body, when = part1.certificate
        yield f"{what}, déclare que {body} a certifié le {day(when)}, sous le n° {number}, qu'il satisfait {four}."
    else:
        yield f"{what}, atteste que ce système satisfait {four}."
    yield (
        f"La dernière version majeure de ce système est identifiée par la racine {part1.major} ; les versions "
        f"mineures développées ensuite le sont par les subdivisions {part1.major}.0, {part1.major}.1 et suivantes "
        "de cette racine, qui ne servent à aucune version majeure (BOI-TVA-DECLA-30-10-30, § 340)."
    )
    yield (
        "Ceci ne vaut que tant qu'aucune des fonctions couvertes n'est désactivée, contournée ou modifiée, et pour le "
        "périmètre fiscal dont l'empreinte suit."
    )


def _functions(part1: Part1) -> Section:
    lists = (("Fonctions couvertes", part1.covered), ("Fonctions non couvertes", part1.excluded))
    return Section("Fonctions", (), lists=lists)


def _volet2(part1: Part1, part2: Part2 | None) -> Section:
    blank = Part2(*([""] * len(Part2._fields)))
    said = part2 or blank._replace(shop=part1.shop, siret=part1.siret)
    dots = "…" * 16
    who = f"Je soussigné(e), {said.representative or dots}, représentant légal de {said.shop}"
    acquired = day(said.acquired) if said.acquired else dots
    used = day(said.used) if said.used else dots
    when = f"Fait à {said.place or dots}, le {day(said.made) if said.made else dots}."
    statement = (
        f"{who}, certifie avoir acquis le {acquired}, auprès de {said.seller or dots}, le système de caisse "
        f"mentionné au volet 1, et l'utiliser pour enregistrer les règlements de mes clients depuis le {used}."
    )
    return Section(
        "Volet 2 : partie remplie par l'entreprise qui utilise le système de caisse",
        (statement,),
        (("Entreprise", said.shop), ("SIRET", siret(said.siret))),
        signed=f"{when} Signature du représentant légal de l'entreprise :",
    )


def day(iso: str) -> str:
    """2026-11-01 -> 1er novembre 2026."""
    found = date.fromisoformat(iso)
    return f"{'1er' if found.day == 1 else found.day} {MONTHS[found.month - 1]} {found.year}"


def siret(text: str) -> str:
    return f"{text[:3]} {text[3:6]} {text[6:9]} {text[9:]}" if len(text) == 14 else text
