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
from appliance.core.sale import CREDIT
from appliance.core.scenes.header import moment
from appliance.core.shop import Identity
from appliance.core.vat import letter, percent

EXTRACT = (3, 7, 13, 19)  # SEC-06: these characters, counted from 1, of the signature in base64url


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record as it stands on flash: its event, the chain head after it, and the signature of its own string.

    A record without a string of its own has the signature of its frame. `school`: it belongs to an exercise.
    """

    event: Event
    head: bytes
    signature: bytes
    chain: bytes
    school: bool = False


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
    """A sale or a refund, as it was sealed."""
    body = cast("dict[int, Any]", sealed.event.body)
    sheet = Sheet(columns)
    school_banner(sheet, sealed)
    seller(sheet, Identity.of(body[11]))
    copy_head(sheet, copy)
    _head(sheet, sealed.event, body)
    sheet.rule()
    _lines(sheet, body)
    sheet.rule()
    sheet.pair("TOTAL EUR", plain(body[4]), double=True)
    lines = words.counted(len(body[5]), "ligne")
    sheet.text(f"{lines}, {words.counted(abs(body[8]), 'article')}")
    if off := sum(line[12] for line in body[5]):
        sheet.text(f"Remises comprises : {plain(abs(off))} EUR")
    sheet.blank()
    for label, kind_of, amount in body[7]:
        sheet.pair(label, plain(amount), bold=kind_of == "change")
    sheet.rule()
    vat_table(sheet, body[6], tuple(body[12]))
    for mention in body[13]:
        sheet.center(mention)
    _credit(sheet, body)
    _footer(sheet, Identity.of(body[11]))
    proof(sheet, sealed, (body[14], body[17]), copy)
    copy_banner(sheet, copy)
    school_banner(sheet, sealed)
    return sheet.rows()


def _head(sheet: Sheet, event: Event, body: dict[int, Any]) -> None:
    refund = body[2] != "sale"
    sheet.pair("REMBOURSEMENT" if refund else "VENTE", f"Ticket n° {body[1]:06d}", bold=True)
    _moment(sheet, event)
    if refund:
        number, _, t, tz, _ = body[15]
        sheet.text(f"Du ticket n° {number:06d}, {words.paper_time(moment(t, tz))[:10]}")
        sheet.text(f"Motif : {body[16]}")


def _credit(sheet: Sheet, body: dict[int, Any]) -> None:
    """What a refund left as a credit note: its number is the ticket's (INA-02)."""
    owed = -sum(amount for _, kind, amount in body[7] if kind == CREDIT and amount < 0)
    if owed:
        sheet.banner(f"AVOIR n° {body[1]:06d}")
        sheet.pair("À valoir EUR", plain(owed), double=True)
        sheet.rule()


def school_banner(sheet: Sheet, sealed: Sealed) -> None:
    """TRN-01: on every paper of an exercise, first and last."""
    if sealed.school:
        sheet.banner("MODE ÉCOLE - SANS VALEUR")


def seller(sheet: Sheet, identity: Identity) -> None:
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


def copy_head(sheet: Sheet, copy: Copy | None) -> None:
    if copy is None:
        return
    copy_banner(sheet, copy)
    sheet.center(f"imprimé le {words.paper_time(moment(copy.t, copy.tz)).replace(' ', ' à ')}")
    sheet.center(f"opérateur {copy.operator}, {copy.why}")
    sheet.blank()


def copy_banner(sheet: Sheet, copy: Copy | None) -> None:
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
        if abs(quantity) == 1000 and unit == "piece":
            sheet.item(label, plain(amount + line[12]), sign)
        else:
            sheet.wrapped(label)
            sheet.product(f"   {_many(quantity, unit)} x {plain(price)}", plain(amount + line[12]), sign)
        if line[12]:
            sheet.product("   Remise", plain(-line[12]), " ")


def _many(quantity: int, unit: str) -> str:
    sign, size = "-" if quantity < 0 else "", abs(quantity)
    return f"{sign}{size // 1000}" if unit == "piece" else f"{sign}{size // 1000},{size % 1000:03d} {unit}"


def vat_table(sheet: Sheet, rows: list[Any], rates: tuple[int, ...]) -> None:
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


def proof(sheet: Sheet, sealed: Sealed, said: tuple[str, str], copy: Copy | None) -> None:
    """`said`: version of the software, and its certificate or attestation (VER-03)."""
    sheet.pair(f"Sceau {said[0]}", said[1])
    sheet.pair(f"Signature {extract(sealed.signature)}", f"Réimpression {copy.number if copy else 0}")


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
