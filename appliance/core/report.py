"""Closings on paper: the Z of a day, the X of one that goes on, months and fiscal years; from sealed records."""

from __future__ import annotations

from typing import Any, cast

from appliance.core import event as ev
from appliance.core import words
from appliance.core.event import Event
from appliance.core.layout import Sheet
from appliance.core.money import plain
from appliance.core.paper import Row
from appliance.core.receipt import Copy, Sealed, copy_banner, copy_head, proof, seller, till_name, vat_table
from appliance.core.scenes.header import moment
from appliance.core.shop import Identity


def closing(sealed: Sealed, columns: int, copy: Copy | None = None) -> tuple[Row, ...]:
    """The Z of a day, or the X of one that goes on."""
    body = cast("dict[int, Any]", sealed.event.body)
    sheet = Sheet(columns)
    seller(sheet, Identity.of(body[27]))
    copy_head(sheet, copy)
    is_x = sealed.event.kind == ev.X_REPORT
    sheet.title("RELEVÉ SANS CLÔTURE" if is_x else "CLÔTURE DU JOUR")
    sheet.title(f"X du jour {body[1]}" if is_x else f"Z n° {body[1]}")
    sheet.blank()
    _z_head(sheet, sealed, body)
    _z_sales(sheet, body)
    _z_drawer(sheet, body)
    _z_traces(sheet, body)
    _z_totals(sheet, body)
    _differences(sheet, body[31])
    proof(sheet, sealed, (body[29], body[32]), copy)
    _z_chain(sheet, sealed)
    copy_banner(sheet, copy)
    return sheet.rows()


def _z_head(sheet: Sheet, sealed: Sealed, body: dict[int, Any]) -> None:
    year, month, day = body[2].split("-")
    event = sealed.event
    sheet.pair("Journée du", f"{day}/{month}/{year}")
    sheet.pair("Ouverte", words.paper_time(moment(*body[3])))
    sheet.pair("Relevé" if event.kind == ev.X_REPORT else "Clôturée", words.paper_time(moment(event.t, event.tz)))
    sheet.pair(till_name(event.till), _who(event))
    sheet.rule()


def _who(event: Event) -> str:
    """A closing without an operator is one that the till made by itself (CLO-03)."""
    return f"Opérateur {event.operator}" if event.operator else "automatique"


def _z_sales(sheet: Sheet, body: dict[int, Any]) -> None:
    tickets = f"Tickets {body[4]:06d} à {body[5]:06d}" if body[6] else "Tickets"
    sheet.pair(tickets, str(body[6]))
    sheet.pair("Ventes TTC", plain(body[7]))
    sheet.pair(f"Remboursements TTC ({body[9]})", plain(body[8]))
    sheet.pair("TOTAL EUR", plain(body[10]), double=True)
    sheet.rule()
    vat_table(sheet, body[11], tuple(body[28]))
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
    if body[18] is None:
        sheet.pair("Compté", "non compté")
    else:
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
    "Remises",
    "Lignes modifiées",
    "Paiements corrigés",
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
    sheet.pair(f"Exercice (depuis {since_month}/{since_year})", plain(body[24]))
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


def period(sealed: Sealed, columns: int, copy: Copy | None = None) -> tuple[Row, ...]:
    """The closing of a month or of a fiscal year (CLO-08)."""
    body = cast("dict[int, Any]", sealed.event.body)
    sheet = Sheet(columns)
    seller(sheet, Identity.of(body[17]))
    copy_head(sheet, copy)
    is_month = sealed.event.kind == ev.MONTH_CLOSE
    sheet.title("CLÔTURE DU MOIS" if is_month else "CLÔTURE DE L'EXERCICE")
    sheet.title(words.month_name(body[2]).upper() if is_month else f"OUVERT EN {words.month_name(body[2]).upper()}")
    sheet.blank()
    _period_head(sheet, sealed.event, body, "Z" if is_month else "Mois")
    _period_sales(sheet, body)
    sheet.pair("Perpétuel", plain(body[15]))
    sheet.pair("Perpétuel absolu", plain(body[16]))
    sheet.rule()
    _differences(sheet, body[20])
    proof(sheet, sealed, (body[19], body[21]), copy)
    _z_chain(sheet, sealed)
    copy_banner(sheet, copy)
    return sheet.rows()


def _period_head(sheet: Sheet, event: Event, body: dict[int, Any], parts: str) -> None:
    sheet.pair("Clôture n°", str(body[1]))
    sheet.pair("Clôturé", words.paper_time(moment(event.t, event.tz)))
    sheet.pair(till_name(event.till), _who(event))
    sheet.pair(f"{parts} n° {body[3]} à {body[4]}", str(body[5]))
    sheet.rule()


def _period_sales(sheet: Sheet, body: dict[int, Any]) -> None:
    tickets = f"Tickets {body[6]:06d} à {body[7]:06d}" if body[8] else "Tickets"
    sheet.pair(tickets, str(body[8]))
    sheet.pair("Ventes TTC", plain(body[9]))
    sheet.pair(f"Remboursements TTC ({body[11]})", plain(body[10]))
    sheet.pair("TOTAL EUR", plain(body[12]), double=True)
    sheet.rule()
    vat_table(sheet, body[13], tuple(body[18]))
    sheet.text("MOYENS DE PAIEMENT", bold=True)
    for label, _, count, amount in body[14]:
        sheet.cells(label, "", str(count), plain(amount))
    sheet.rule()


def _differences(sheet: Sheet, found: list[Any]) -> None:
    """CLO-10: a closing whose sums do not agree says where."""
    if not found:
        return
    sheet.banner("SOMMES EN DÉSACCORD")
    for what, wanted, seen in found:
        sheet.cells(what, "", plain(wanted), plain(seen))
    sheet.rule()
