"""Documents as logical lines: the sealed record in, rows of text out. Never from the catalogue (TIC-03).

Order and mentions follow MEN-01 and TIC-02: seller, type and number, date, till, operator, lines, totals, payments,
VAT table, footer, software, signature extract, reprint number (0 is the original).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from appliance.core import words
from appliance.core.event import Event
from appliance.core.layout import Sheet
from appliance.core.money import plain
from appliance.core.paper import Row
from appliance.core.scenes.header import moment
from appliance.core.shop import Identity
from appliance.core.vat import letter, percent

ATTESTATION = "sans certificat ni attestation"  # until a certificate or an attestation is provisioned (VER-03)
EXTRACT = (3, 7, 13, 19)  # SEC-06: these characters, counted from 1, of the signature in base64url


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record as it stands on flash: its event, the chain head after it, the signature of its frame."""

    event: Event
    head: bytes
    signature: bytes
    chain: bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """What makes a paper a duplicate: its number, when, by whom, why."""

    number: int
    t: int
    tz: int
    operator: str
    why: str


def extract(signature: bytes) -> str:
    text = base64.urlsafe_b64encode(signature).decode()
    return "".join(text[place - 1] for place in EXTRACT)


def ticket(sealed: Sealed, columns: int, copy: Copy | None = None) -> tuple[Row, ...]:
    """A sale, as it was sealed."""
    body = cast("dict[int, Any]", sealed.event.body)
    sheet = Sheet(columns)
    _identity(sheet, Identity.of(body[11]))
    _duplicate(sheet, copy)
    kind = "VENTE" if body[2] == "sale" else "REMBOURSEMENT"
    sheet.pair(kind, f"Ticket n° {body[1]:06d}", bold=True)
    _moment(sheet, sealed.event)
    sheet.rule()
    _lines(sheet, body)
    sheet.rule()
    sheet.pair("TOTAL EUR", plain(body[4]), double=True)
    lines = words.counted(len(body[5]), "ligne")
    sheet.text(f"{lines}, {words.counted(body[8], 'article')}")
    sheet.blank()
    for label, kind_of, amount in body[7]:
        sheet.pair(label, plain(amount), bold=kind_of == "change")
    sheet.rule()
    _vat(sheet, body[6], tuple(body[12]))
    for mention in body[13]:
        sheet.center(mention)
    _footer(sheet, Identity.of(body[11]))
    _seal(sheet, sealed, body[14], copy)
    _banner(sheet, copy)
    return sheet.rows()


def _identity(sheet: Sheet, identity: Identity) -> None:
    sheet.title(identity.name.upper())
    for line in identity.address:
        sheet.center(line)
    siret = identity.siret
    sheet.center(f"SIRET {siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}")
    naf = f"NAF {identity.naf}"
    vat = f"TVA {identity.vat_number[:4]} {' '.join(_threes(identity.vat_number[4:]))}" if identity.vat_number else ""
    sheet.center_parts(naf, vat)
    sheet.blank()


def _threes(text: str) -> Iterator[str]:
    return (text[place : place + 3] for place in range(0, len(text), 3))


def _duplicate(sheet: Sheet, copy: Copy | None) -> None:
    if copy is None:
        return
    _banner(sheet, copy)
    sheet.center(f"imprimé le {words.paper_time(moment(copy.t, copy.tz)).replace(' ', ' à ')}")
    sheet.center(f"opérateur {copy.operator}, {copy.why}")
    sheet.blank()


def _banner(sheet: Sheet, copy: Copy | None) -> None:
    if copy is not None:
        sheet.banner(f"DUPLICATA n° {copy.number}")


def _moment(sheet: Sheet, event: Event) -> None:
    when = words.paper_time(moment(event.t, event.tz))
    sheet.triple(when, till_name(event.till), f"Opérateur {event.operator}")


def till_name(till: str) -> str:
    return f"Caisse {till}" if till.isdecimal() else till


def _lines(sheet: Sheet, body: dict[int, Any]) -> None:
    rates = tuple(body[12])
    for line in body[5]:
        label, quantity, price, amount, rate, unit = line[1], line[2], line[3], line[4], line[5], line[10]
        sign = letter(rate, rates) if rate else " "
        if quantity == 1000 and unit == "piece":
            sheet.item(label, plain(amount), sign)
        else:
            sheet.wrapped(label)
            many = str(quantity // 1000) if unit == "piece" else f"{quantity // 1000},{quantity % 1000:03d} {unit}"
            sheet.product(f"   {many} x {plain(price)}", plain(amount), sign)


def _vat(sheet: Sheet, rows: list[Any], rates: tuple[int, ...]) -> None:
    """A table by rate, then its total; nothing to show in the franchise regime."""
    taxed = [row for row in rows if row[0]]
    if not taxed:
        return
    sheet.cells("TVA", "HT", "TVA", "TTC")
    for rate, ht, vat, ttc in taxed:
        sheet.cells(f"{letter(rate, rates)} {percent(rate)}", plain(ht), plain(vat), plain(ttc))
    sums = [plain(sum(row[place] for row in taxed)) for place in (1, 2, 3)]
    sheet.cells("Total", *sums, bold=True)
    sheet.rule()


def _footer(sheet: Sheet, identity: Identity) -> None:
    for line in identity.footer:
        sheet.center(line)
    sheet.blank()


def _seal(sheet: Sheet, sealed: Sealed, software: str, copy: Copy | None) -> None:
    sheet.pair(f"Sceau {software}", ATTESTATION)
    sheet.pair(f"Signature {extract(sealed.signature)}", f"Réimpression {copy.number if copy else 0}")


def closing(sealed: Sealed, columns: int, copy: Copy | None = None) -> tuple[Row, ...]:
    """The Z of a day."""
    body = cast("dict[int, Any]", sealed.event.body)
    sheet = Sheet(columns)
    _identity(sheet, Identity.of(body[27]))
    _duplicate(sheet, copy)
    sheet.title("CLÔTURE DU JOUR")
    sheet.title(f"Z n° {body[1]}")
    sheet.blank()
    _z_head(sheet, sealed, body)
    _z_sales(sheet, body)
    _z_drawer(sheet, body)
    _z_traces(sheet, body)
    _z_totals(sheet, body)
    _seal(sheet, sealed, body[29], copy)
    _z_chain(sheet, sealed)
    _banner(sheet, copy)
    return sheet.rows()


def _z_head(sheet: Sheet, sealed: Sealed, body: dict[int, Any]) -> None:
    year, month, day = body[2].split("-")
    event = sealed.event
    sheet.pair("Journée du", f"{day}/{month}/{year}")
    sheet.pair("Ouverte", words.paper_time(moment(*body[3])))
    sheet.pair("Clôturée", words.paper_time(moment(event.t, event.tz)))
    sheet.pair(till_name(event.till), f"Opérateur {event.operator}")
    sheet.rule()


def _z_sales(sheet: Sheet, body: dict[int, Any]) -> None:
    tickets = f"Tickets {body[4]:06d} à {body[5]:06d}" if body[6] else "Tickets"
    sheet.pair(tickets, str(body[6]))
    sheet.pair("Ventes TTC", plain(body[7]))
    sheet.pair(f"Remboursements TTC ({body[9]})", plain(body[8]))
    sheet.pair("TOTAL EUR", plain(body[10]), double=True)
    sheet.rule()
    _vat(sheet, body[11], tuple(body[28]))
    sheet.text("MOYENS DE PAIEMENT", bold=True)
    for label, _, count, amount in body[12]:
        sheet.cells(label, "", str(count), plain(amount))
    sheet.rule()


def _z_drawer(sheet: Sheet, body: dict[int, Any]) -> None:
    ins, outs = body[30]
    sheet.text("TIROIR", bold=True)
    sheet.pair("Fond du matin", plain(body[13]))
    sheet.pair("Espèces des ventes", plain(body[14]))
    sheet.pair(f"Entrées ({ins})", plain(body[15]))
    sheet.pair(f"Sorties ({outs})", plain(-body[16]))
    sheet.pair("Attendu", plain(body[17]))
    sheet.pair("Compté", plain(body[18]))
    sheet.pair("ÉCART", plain(body[19]), double=True)
    sheet.rule()


TRACES = (
    "Lignes annulées",
    "Tickets annulés",
    "Ouvertures de tiroir sans vente",
    "Duplicatas",
    "Identifications refusées",
    "Coupures de courant",
    "Tickets non imprimés",
)


def _z_traces(sheet: Sheet, body: dict[int, Any]) -> None:
    sheet.text("TRACES", bold=True)
    for label, count in zip(TRACES, body[20], strict=False):
        sheet.pair(label, str(count))
    sheet.rule()


def _z_totals(sheet: Sheet, body: dict[int, Any]) -> None:
    year, month = body[21].split("-")
    since_year, since_month = body[23].split("-")
    sheet.text("CUMULS TTC", bold=True)
    sheet.pair(f"Mois ({month}/{year})", plain(body[22]))
    sheet.pair(f"Exercice (depuis le 01/{since_month}/{since_year})", plain(body[24]))
    sheet.pair("Perpétuel", plain(body[25]))
    sheet.pair("Perpétuel absolu", plain(body[26]))
    sheet.rule()


def _z_chain(sheet: Sheet, sealed: Sealed) -> None:
    """What an inspector compares: the id of the chain, and the head of the journal after this closing."""
    sheet.text("Chaîne de la caisse")
    for line in _groups(sealed.chain.hex(), sheet.columns):
        sheet.text(f"  {line}", bold=True)
    sheet.text(f"Tête du journal, acte {sealed.event.seq}")
    for line in _groups(sealed.head.hex(), sheet.columns):
        sheet.text(f"  {line}")


def _groups(text: str, columns: int) -> list[str]:
    """Groups of four characters, as many as fit a line, by fours."""
    groups = [text[place : place + 4] for place in range(0, len(text), 4)]
    room = 8 if columns >= 42 else 4
    return [" ".join(groups[place : place + room]) for place in range(0, len(groups), room)]


TEST_SIGNS = "€ é è ê ç à ù œ Œ É È « » – — ° ’"


def test_page(sealed: Sealed, columns: int) -> tuple[Row, ...]:
    """The technician's page: every sign that a ticket needs, both sizes, the width in columns."""
    sheet = Sheet(columns)
    sheet.title("ESSAI")
    sheet.center(words.paper_time(moment(sealed.event.t, sealed.event.tz)))
    sheet.text(TEST_SIGNS)
    sheet.text("0123456789" * 5)
    sheet.text("gras", bold=True)
    sheet.pair("DOUBLE", "12,40", double=True)
    sheet.banner("BLANC SUR NOIR")
    return sheet.rows()
