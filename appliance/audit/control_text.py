"""The control document in French words: blocks of rows that paper of any width can show. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from appliance.audit.control import LISTED, Closed, Control, Entry, Section
from appliance.audit.reading import local
from appliance.core import jet
from appliance.core.money import NBSP, figure
from appliance.core.vat import percent
from appliance.core.words import counted

Tone = Literal["", "good", "bad"]


class Column(NamedTuple):
    """`width` in parts of the whole; figures stand right. `group`: a heading over several columns.

    `key`: what names the row, so that it stands in its first line on narrow paper.
    """

    title: str
    width: int
    figures: bool = False
    group: str = ""
    key: bool = False


class Block(NamedTuple):
    """A titled table; `note` stands under the title. `strong`: the last row is a sum. `tone`: the title's bar."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    strong: bool = False
    tone: Tone = ""


TITLES: Final = {
    "altered": "Enregistrements altérés",
    "lines": "Lignes annulées avant paiement",
    "orders": "Tickets abandonnés avant paiement",
    "changes": "Lignes modifiées avant paiement",
    "discounts": "Remises",
    "refunds": "Remboursements et avoirs",
    "fixes": "Corrections du moyen de paiement",
    "duplicates": "Duplicatas",
    "drawer": "Ouvertures du tiroir sans vente",
    "cash_in": "Entrées de caisse",
    "cash_out": "Sorties de caisse",
    "gaps": "Écarts de caisse",
    "uncounted": "Journées closes sans comptage",
    "differences": "Clôtures dont les sommes ne concordent pas",
    "cuts": "Coupures de courant",
    "tears": "Écritures interrompues, réparées",
    "clock": "Horloge",
    "defects": "Défauts d'intégrité et reprises",
    "training": "École (ventes fictives, hors totaux)",
    "refusals": "Refus de la caisse",
}
MUST_BE_EMPTY: Final = ("altered", "differences", "defects")
_LIST: Final = (
    Column("Acte", 9, figures=True, key=True),
    Column("Date et heure", 22),
    Column("Opér.", 7),
    Column("Ticket", 9, figures=True, key=True),
    Column("Libellé", 39),
    Column("Montant", 14, figures=True),
)


def title(control: Control) -> str:
    first, last = control.period.first or control.first_day, control.period.last or control.last_day
    return f"du {day(first)} au {day(last)}" if first != last else f"journée du {day(first)}"


def verdict(control: Control) -> tuple[Tone, str, str]:
    """(tone, the words, what they rest on)."""
    proof = control.proof
    if not proof.intact:
        where = f"à l'acte n° {number(proof.record)}" if proof.record is not None else "à son début"
        base = f"Motif donné par la vérification : {proof.why}. Rien n'est prouvé à partir de là."
        return "bad", f"Journal altéré {where}", base
    base = f"{number(proof.records)} actes vérifiés : empreintes, chaîne, signatures, numéros et sommes recalculés."
    if proof.pinned:
        return "good", "Journal intact et authentique", base
    return "good", "Journal intact", f"{base} Authentique si l'identifiant de chaîne est celui d'un ticket Z."


def blocks(control: Control, *, details: bool = True) -> Iterator[Block]:
    """Everything but the head and the verdict, in the order of reading; lists only with `details`."""
    yield Block("Établissement et caisse", _pairs(), tuple(_identity(control)))
    yield _sums(control)
    yield _rates(control)
    yield _means(control)
    yield _events(control)
    yield Block("Numérotation, envoi et témoin", _pairs(), tuple(_checks(control)))
    if details:
        yield _days(control)
    for name, section in control.sections.items():
        if section.count and (details or name in MUST_BE_EMPTY):
            yield _details(name, section)
    yield _jet(control)
    yield Block("Comment contrôler ce document", (Column("", 100),), tuple((each,) for each in HOW))


HOW: Final = (
    (
        "Chaque acte de la caisse, depuis le premier article lu, est enregistré dans un journal chaîné et signé. "
        "Rien n'y est modifié ni effacé : une correction est un acte nouveau, de signe contraire."
    ),
    (
        "L'identifiant de chaîne ci-dessus est imprimé sur chaque ticket Z : comparez-le. La même vérification se "
        "refait sans la caisse, avec le vérificateur joint à chaque archive."
    ),
    (
        "Les montants sont en euros, TVA comprise sauf mention HT. Les sommes « depuis » s'arrêtent à la fin de la "
        "période."
    ),
)


def _pairs() -> tuple[Column, ...]:
    return Column("", 36), Column("", 64)


def _identity(control: Control) -> Iterator[tuple[str, str]]:
    name, address, siret, naf, vat, regime, _ = control.identity or ["", [], "", "", "", "", []]
    vat = vat or ("franchise en base" if regime == "franchise" else "non renseigné")
    yield "Établissement", ", ".join((name, *address))
    yield "SIRET, NAF, TVA", f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}, {naf}, {vat}"
    yield "Caisse", control.till
    yield "Mise en service (activation)", moment(*control.activated) if control.activated[0] else _purged(control)
    for nth, each in enumerate(control.software):
        yield "Logiciel" if nth == 0 else "", f"Sceau {each.version}, depuis le {moment(each.t, each.tz)}"
    yield "Identifiant de chaîne", groups(control.proof.chain)
    yield "Tête du journal", groups(control.proof.head[:32]) or "non prouvée"
    if control.proof.head:
        yield "", groups(control.proof.head[32:])
    if control.first_record is not None and control.last_record is not None:
        yield "Actes de la période", f"n° {number(control.first_record)} à n° {number(control.last_record)}"


def _purged(control: Control) -> str:
    return f"avant l'acte n° {number(control.since)} (actes plus anciens archivés puis purgés)"


def _sums(control: Control) -> Block:
    here, whole = control.sums, control.whole
    taxes = [[sum(row[place] for row in tally.rates.values()) for place in (0, 1)] for tally in (here, whole)]
    rows = (
        ("Tickets", number(here.tickets), number(whole.tickets)),
        ("Ventes TTC", figure(here.sales), figure(whole.sales)),
        (
            f"Remboursements TTC ({here.refund_count} ; {whole.refund_count})",
            figure(here.refunds),
            figure(whole.refunds),
        ),
        ("Montant HT", figure(taxes[0][0]), figure(taxes[1][0])),
        ("Montant de la TVA", figure(taxes[0][1]), figure(taxes[1][1])),
        ("Total perpétuel absolu (ventes + remboursements)", "", figure(control.absolute)),
        ("Total perpétuel", "", figure(control.perpetual)),
        ("ENCAISSEMENTS TTC", figure(here.total), figure(whole.total)),
    )
    heads = [Column("", 24, figures=True, group=name) for name in ("Période", _since(control))]
    columns = (Column("", 52), *heads)
    agrees = control.since or (whole.total, whole.sales - whole.refunds) == (control.perpetual, control.absolute)
    if control.since:
        note = f"{_since(control)} : les totaux perpétuels, eux, comptent tout depuis la mise en service."
    elif agrees:
        note = "Le total perpétuel est la somme des tickets depuis l'activation : concordance vérifiée."
    else:
        note = "DISCORDANCE : le total perpétuel n'est pas la somme des tickets depuis l'activation."
    return Block("Totaux de contrôle", columns, rows, note, strong=True, tone="" if agrees else "bad")


def _since(control: Control) -> str:
    return f"Depuis l'acte {number(control.since)}" if control.since else "Depuis l'activation"


def _rates(control: Control) -> Block:
    both = (control.sums.rates, control.whole.rates)
    rows = [
        (percent(rate), *(figure(each) for sums in both for each in sums.get(rate, [0, 0, 0])))
        for rate in sorted(both[1], reverse=True)
    ]
    totals = [sum(row[place] for row in sums.values()) for sums in both for place in range(3)]
    rows.append(("Total", *map(figure, totals)))
    heads = [
        Column(name, 15, figures=True, group=group)
        for group in ("Période", _since(control))
        for name in ("HT", "TVA", "TTC")
    ]
    return Block("TVA par taux", (Column("Taux", 10), *heads), tuple(rows), strong=True)


def _means(control: Control) -> Block:
    both = (control.sums.means, control.whole.means)
    rows = []
    for key in control.whole.means:
        cells = [sums.get(key, [0, 0]) for sums in both]
        rows.append((key[0], *(text for count, amount in cells for text in (number(count), figure(amount)))))
    totals = [
        (number(sum(row[0] for row in sums.values())), figure(sum(row[1] for row in sums.values()))) for sums in both
    ]
    rows.append(("Total", *totals[0], *totals[1]))
    heads = [
        Column(name, width, figures=True, group=group)
        for group in ("Période", _since(control))
        for name, width in (("Nombre", 12), ("Montant", 20))
    ]
    note = "Le rendu est déduit des espèces."
    return Block("Moyens de paiement", (Column("Moyen", 36), *heads), tuple(rows), note, strong=True)


def _events(control: Control) -> Block:
    rows = []
    for name, section in control.sections.items():
        wanted = name in MUST_BE_EMPTY
        said = number(section.count) if section.count else "néant"
        rows.append((TITLES[name] + " (doit rester vide)" * wanted, said, _amount(section)))
    bad = any(control.sections[name].count for name in MUST_BE_EMPTY)
    columns = (Column("", 60), Column("Nombre", 22, figures=True), Column("Montant", 18, figures=True))
    return Block("Relevé des événements", columns, tuple(rows), tone="bad" if bad else "")


def _amount(section: Section) -> str:
    return figure(section.amount) if any(entry.amount is not None for entry in section.entries) else ""


def _checks(control: Control) -> Iterator[tuple[str, str]]:
    first, last = control.sums.first, control.sums.last
    yield "Tickets", f"n° {first:06d} à n° {last:06d}" if last else "aucun ticket dans la période"
    yield "Numéros manquants", " ; ".join(control.missing) or "aucun (tickets et journées se suivent)"
    yield (
        "Journées closes",
        f"{len(control.days)}" + (f", journée du {day(control.open_day)} non close" if control.open_day else ""),
    )
    yield (
        "Mois, exercices clos",
        ", ".join([*control.months, *(f"exercice {each}" for each in control.years)]) or "aucun",
    )
    yield "Actes non envoyés", _unsent(control)
    yield "Témoin (classe)", WITNESS.get(control.witness, control.witness)
    yield "Sans témoin, au plus", lasted(control.unwitnessed)


def _unsent(control: Control) -> str:
    count = number(control.unsent)
    if not control.enrolled:
        return f"{count} : aucun envoi à un serveur n'est prévu, tout est conservé dans la caisse"
    receipts = f"{number(control.receipts)} reçus du serveur au journal, jusqu'à l'acte {control.received - 1}"
    return f"{count} de la période ; tickets en attente : {number(control.waiting)} ; " + (
        receipts if control.receipts else "aucun reçu du serveur"
    )


WITNESS: Final = {
    "A": "A : compteur matériel protégé, hors de portée de l'utilisateur",
    "B": "B : compteur matériel",
    "C": (
        "C : rien hors de la caisse n'atteste que ce journal n'a pas été remis en arrière. L'exigence de détection "
        "d'un retour à un état antérieur (LNE, exigence 8) n'est pas couverte par ce poste ; comparez les tickets Z."
    ),
}


def _days(control: Control) -> Block:
    columns = (
        Column("Z", 8, figures=True, key=True),
        Column("Journée", 14),
        Column("Close le", 22),
        Column("Tickets", 22),
        Column("Nombre", 9, figures=True),
        Column("Total TTC", 14, figures=True),
        Column("Écart", 11, figures=True),
    )
    rows = tuple(map(_closed, control.days)) or (("", "néant", "", "", "", "", ""),)
    return Block("Journées closes (Z)", columns, rows)


def _closed(each: Closed) -> tuple[str, ...]:
    tickets = f"{each.first:06d} à {each.last:06d}" if each.tickets else "aucun"
    gap = "non compté" if each.gap is None else figure(each.gap)
    closed = moment(each.t, each.tz)
    return str(each.number), day(each.date), closed, tickets, number(each.tickets), figure(each.total), gap


def _details(name: str, section: Section) -> Block:
    note = (
        ""
        if section.count <= LISTED
        else f"Les {LISTED} premiers sur {number(section.count)} ; tous sont dans l'archive."
    )
    if name in MUST_BE_EMPTY:
        note = f"Doit rester vide. {note}".rstrip()
    tone: Tone = "bad" if name in MUST_BE_EMPTY else ""
    return Block(TITLES[name], _LIST, tuple(map(_row, section.entries)), note, tone=tone)


def _row(entry: Entry) -> tuple[str, ...]:
    amount = "" if entry.amount is None else figure(entry.amount)
    ticket = f"{entry.ticket:06d}" if entry.ticket else ""
    return number(entry.record), moment(entry.t, entry.tz), entry.operator, ticket, entry.text, amount


def _jet(control: Control) -> Block:
    columns = (Column("Code", 10, figures=True, key=True), Column("Événement", 70), Column("Nombre", 20, figures=True))
    rows = tuple((str(code), _label(code), number(count)) for code, count in sorted(control.jet.items()))
    total = sum(control.jet.values())
    note = f"{counted(total, 'événement')} dans la période. Les codes 9xx sont ceux de l'éditeur."
    return Block("Journal des événements techniques (JET)", columns, rows, note)


def _label(code: int) -> str:
    known = jet.TABLE.get(code)
    return known.label if known else "code sans libellé"


def day(iso: str) -> str:
    """`21/11/2026`."""
    return "/".join(reversed(iso.split("-"))) if iso else "—"


def moment(t: int, tz: int) -> str:
    """`21/11/2026 12:34:07`, the till's local time."""
    return f"{local(t, tz):%d/%m/%Y %H:%M:%S}"


def number(value: int | None) -> str:
    return f"{value:,}".replace(",", NBSP) if value is not None else ""


def groups(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def lasted(ms: int) -> str:
    """`12 j 5 h` or `3 h 20 min`."""
    minutes = ms // 60_000
    if minutes >= 1440:
        return f"{minutes // 1440} j {minutes // 60 % 24} h"
    return f"{minutes // 60} h {minutes % 60} min"
