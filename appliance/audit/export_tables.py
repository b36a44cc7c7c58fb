"""The elementary data of sales as plain tables: what every export of them says, whatever its format (INA-03, CON-01).

A cell is an int or a text; the column's sort says what the int is. Amounts are cents here, euros in every file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple

from appliance.audit.dump import time
from appliance.audit.reading import Calendar, Period
from appliance.core import event as ev
from appliance.storage.record import Record

Sort = Literal["text", "int", "money", "quantity", "rate", "date"]
Cell = int | str | None
Line = tuple[str, tuple[Cell, ...]]  # table, cells


class Column(NamedTuple):
    """`name` for files that machines read, `title` for people: French, with its unit."""

    name: str
    title: str
    sort: Sort = "text"


def _money(name: str, title: str) -> Column:
    return Column(name, f"{title} (EUR)", "money")


_TICKET = Column("ticket", "N° de ticket", "int")
_RATE = Column("taux", "Taux de TVA (%)", "rate")
_TAXES = (_money("ht", "Montant HT"), _money("tva", "Montant TVA"), _money("ttc", "Montant TTC"))
_LEVEL = (Column("niveau", "Niveau"), Column("numero", "N° de clôture", "int"))

TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "tickets": (
        _TICKET,
        Column("type", "Type"),
        Column("journee", "Journée", "date"),
        Column("date_heure", "Date et heure"),
        Column("siret", "SIRET"),
        Column("caisse", "Caisse"),
        Column("operateur", "Opérateur"),
        Column("session", "N° de session (Z)", "int"),
        _money("total_ttc", "Total TTC"),
        _money("total_ht", "Total HT"),
        _money("total_tva", "Total TVA"),
        Column("lignes", "Nombre de lignes", "int"),
        Column("ticket_origine", "Ticket d'origine", "int"),
        Column("motif", "Motif"),
        _money("perpetuel", "Total perpétuel"),
        _money("perpetuel_absolu", "Total perpétuel absolu"),
        Column("logiciel", "Version du logiciel"),
        Column("acte", "N° d'acte", "int"),
    ),
    "lignes": (
        _TICKET,
        Column("ligne", "N° de ligne", "int"),
        Column("libelle", "Libellé"),
        Column("code", "Code article"),
        Column("nature", "Nature"),
        Column("quantite", "Quantité", "quantity"),
        Column("unite", "Unité"),
        _money("prix_unitaire_ttc", "Prix unitaire TTC"),
        _money("remise_ttc", "Remise TTC"),
        _RATE,
        *_TAXES,
    ),
    "paiements": (
        _TICKET,
        Column("journee", "Journée", "date"),
        Column("date_heure", "Date et heure"),
        Column("moyen", "Moyen de paiement"),
        Column("nature", "Nature du moyen"),
        _money("montant", "Montant"),
        Column("correction", "Correction (motif)"),
        Column("acte", "N° d'acte", "int"),
    ),
    "taxes": (_TICKET, Column("journee", "Journée", "date"), _RATE, *_TAXES),
    "totaux": (
        *_LEVEL,
        Column("periode", "Période"),
        Column("cloture", "Clôturé le"),
        Column("premier_ticket", "Premier ticket", "int"),
        Column("dernier_ticket", "Dernier ticket", "int"),
        Column("tickets", "Nombre de tickets", "int"),
        _money("ventes_ttc", "Ventes TTC"),
        _money("remboursements_ttc", "Remboursements TTC"),
        _money("total_ttc", "Total TTC"),
        _money("perpetuel", "Total perpétuel"),
        _money("perpetuel_absolu", "Total perpétuel absolu"),
        _money("attendu", "Espèces attendues"),
        _money("compte", "Espèces comptées"),
        _money("ecart", "Écart"),
        Column("acte", "N° d'acte", "int"),
    ),
    "totaux_taxes": (*_LEVEL, _RATE, *_TAXES),
    "totaux_moyens": (
        *_LEVEL,
        Column("moyen", "Moyen de paiement"),
        Column("nature", "Nature du moyen"),
        Column("nombre", "Nombre", "int"),
        _money("montant", "Montant"),
    ),
}
NATURES: Final = {"goods": "bien", "service": "service"}
UNITS: Final = {"piece": "pièce"}
KINDS: Final = {
    "cash": "espèces",
    "change": "rendu",
    "card": "carte",
    "cheque": "chèque",
    "meal-voucher": "titre-restaurant",
    "voucher": "bon",
    "credit": "avoir",
}
TYPES: Final = {"sale": "Vente", "refund": "Remboursement"}
_LEVELS: Final = {ev.DAY_CLOSE: "jour", ev.MONTH_CLOSE: "mois", ev.YEAR_CLOSE: "exercice"}


def lines(records: Iterable[Record], period: Period) -> Iterator[Line]:
    """Rows in the order of the acts; those of training are none. Raises ValueError for a body that does not fit."""
    calendar, siret = Calendar(), ""
    for record in records:
        date, body = calendar.date(record), dict[int, Any](record.body)
        if record.kind == ev.DAY_OPEN:
            siret = body[4][2]
        if not period.holds(date):
            continue
        try:
            yield from _rows(record, body, date, siret)
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(f"the body of record {record.seq} does not fit its kind") from error


def _rows(record: Record, body: dict[int, Any], date: str, siret: str) -> Iterator[Line]:
    if record.kind == ev.TICKET:
        yield "tickets", _ticket(record, body, date, siret)
        for line in body[5]:
            yield "lignes", _line(body[1], line)
        for label, kind, amount in body[7]:
            yield "paiements", _payment(record, body[1], date, (label, kind, amount), "")
        for row in body[6]:
            yield "taxes", (body[1], date, *row)
    elif record.kind == ev.PAYMENT_FIX:
        for each in (body[3], body[4]):
            yield "paiements", _payment(record, body[1], date, each, body[5])
    elif record.kind in _LEVELS:
        yield from _closing(record, body)


def _ticket(record: Record, body: dict[int, Any], date: str, siret: str) -> tuple[Cell, ...]:
    ht, vat = (sum(row[place] for row in body[6]) for place in (1, 2))
    original = body.get(15) or [None]
    return (
        body[1],
        TYPES.get(body[2], body[2]),
        date,
        time(record.t, record.tz),
        siret,
        record.till,
        record.operator,
        record.session,
        body[4],
        ht,
        vat,
        len(body[5]),
        original[0],
        body.get(16) or "",
        body[9],
        body[10],
        body[14],
        record.seq,
    )


def _line(ticket: int, line: list[Any]) -> tuple[Cell, ...]:
    number, label, quantity, price, amount, rate, ht, vat, code, nature, unit, _, *discount = line
    what = (number, label, code, NATURES.get(nature, nature), quantity, UNITS.get(unit, unit))
    return (ticket, *what, price, discount[0] if discount else 0, rate, ht, vat, amount)


def _payment(record: Record, ticket: int, date: str, payment: Any, why: str) -> tuple[Cell, ...]:  # noqa: ANN401
    label, kind, amount = payment
    return ticket, date, time(record.t, record.tz), label, KINDS.get(kind, kind), amount, why, record.seq


def _closing(record: Record, body: dict[int, Any]) -> Iterator[Line]:
    """A month and a year count no drawer."""
    first, day = (4, True) if record.kind == ev.DAY_CLOSE else (6, False)
    level, at = (_LEVELS[record.kind], body[1]), time(record.t, record.tz)
    perpetual, drawer = (25, (17, 18, 19)) if day else (15, ())
    sales = [body[first + place] for place in (0, 1, 2, 3, 4, 6)]
    sums = [body[perpetual], body[perpetual + 1], *([body[key] for key in drawer] or [None] * 3)]
    yield "totaux", (*level, body[2], at, *sales, *sums, record.seq)
    for row in body[first + 7]:
        yield "totaux_taxes", (*level, *row)
    for label, kind, count, amount in body[first + 8]:
        yield "totaux_moyens", (*level, label, KINDS.get(kind, kind), count, amount)


def decimal(value: int, sort: Sort, point: str = ".") -> str:
    """`-12.40` of cents, `1.250` of thousandths, `5.50` of basis points; any other int as it is."""
    places = {"money": 2, "rate": 2, "quantity": 3}.get(sort, 0)
    if not places:
        return str(value)
    whole, rest = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole}{point}{rest:0{places}d}"
