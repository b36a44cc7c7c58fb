"""E-reporting: sales to consumers by day, rate and category (flux 10.3), and services paid (flux 10.4) (EREP-01…07).

The names of the fields are ours: the State's schema goes through an approved platform, which maps them. Lines are goods
(TLB1) or services (TPS1); the other categories (TNT1, TMA1) have no line in this till. Nothing is written unless the
sums are those of the signed closings, to the cent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, NamedTuple
from xml.sax.saxutils import quoteattr

from appliance.audit.export import Mismatch, Refusal, Source
from appliance.audit.export_tables import decimal
from appliance.audit.reading import Calendar, Period
from appliance.core import event as ev
from appliance.storage.record import Record

CATEGORIES: Final = {"goods": "TLB1", "service": "TPS1"}
SERVICES: Final = "TPS1"


class Key(NamedTuple):
    date: str
    rate: int
    category: str


@dataclass
class Sums:
    """Cents; `tickets` that have such a line."""

    ht: int = 0
    vat: int = 0
    ttc: int = 0
    tickets: int = 0


@dataclass
class Report:
    """`before` and `after`: the perpetual total around the period, as the closings say it."""

    siren: str = ""
    rows: dict[Key, Sums] = field(default_factory=dict)
    before: int | None = None
    after: int | None = None

    @property
    def total(self) -> int:
        return sum(sums.ttc for sums in self.rows.values())

    @property
    def payments(self) -> dict[tuple[str, int], int]:
        """(date, rate) -> what was paid for services, VAT included: a ticket is paid when it is made."""
        found: dict[tuple[str, int], int] = {}
        for key, sums in self.rows.items():
            if key.category == SERVICES:
                found[key.date, key.rate] = found.get((key.date, key.rate), 0) + sums.ttc
        return found


def report(records: Iterable[Record], period: Period) -> Report:
    """Raises Refusal when a day of the period is not closed, or when its sums are not its closing's."""
    found, calendar, opened = Report(), Calendar(), ""
    for record in records:
        date, body = calendar.date(record), dict[int, Any](record.body)
        if record.kind == ev.GENESIS:
            found.before = 0
        elif record.kind == ev.DAY_OPEN:
            found.siren = str(body[4][2])[:9]
            opened = date if period.holds(date) else ""
        elif record.kind == ev.TICKET and period.holds(date):
            _add(found.rows, date, body[5])
        elif record.kind == ev.DAY_CLOSE:
            opened = ""
            _closed(found, body, period)
    if opened:
        raise Refusal(f"the day of {opened} is still open: close it, then report it")
    if found.before is not None and found.after is not None and found.after - found.before != found.total:
        raise Mismatch(_differs("the perpetual total of the period", found.after - found.before, found.total))
    return found


def _add(rows: dict[Key, Sums], date: str, lines: list[Any]) -> None:
    touched = set()
    for line in lines:
        amount, rate, ht, vat, nature = line[4], line[5], line[6], line[7], line[9]
        if nature not in CATEGORIES:
            raise Refusal(f"a line of {date} is {nature!r}: no category of e-reporting is known for it")
        key = Key(date, rate, CATEGORIES[nature])
        sums = rows.setdefault(key, Sums())
        sums.ht, sums.vat, sums.ttc = sums.ht + ht, sums.vat + vat, sums.ttc + amount
        touched.add(key)
    for key in touched:
        rows[key].tickets += 1


def _closed(found: Report, body: dict[int, Any], period: Period) -> None:
    """Each rate of the day against its closing (EREP-07)."""
    date, perpetual = str(body[2]), body[25]
    if not period.holds(date):
        if found.after is None:
            found.before = perpetual
        return
    if found.before is None:
        found.before = perpetual - body[10]
    found.after = perpetual
    said = {row[0]: row[1:] for row in body[11]}
    made: dict[int, list[int]] = {}
    for key, sums in found.rows.items():
        if key.date == date:
            row = made.setdefault(key.rate, [0, 0, 0])
            for place, value in enumerate((sums.ht, sums.vat, sums.ttc)):
                row[place] += value
    total = sum(row[2] for row in made.values())
    if body[10] != total:
        raise Mismatch(_differs(f"the closing Z {body[1]} of {date}", body[10], total))
    for rate in sorted(said.keys() | made.keys()):
        one, other = said.get(rate, [0, 0, 0]), made.get(rate, [0, 0, 0])
        if list(one) != other:
            where = f"the closing Z {body[1]} of {date} at {rate / 100:g} %"
            raise Mismatch(_differs(where, one[2], other[2]))


def _differs(where: str, said: int, made: int) -> str:
    sums = f"{decimal(said, 'money')} and its tickets {decimal(made, 'money')}"
    return f"{where} says {sums}: run sceau report replay before anything is reported"


def write(source: Source, file: BinaryIO) -> None:
    """JSON. Raises Refusal, Broken, Unreadable."""
    found = report(source.records(), source.period)
    said = {
        "version": 1,
        "siren": {"schemeID": "0002", "value": found.siren},
        "type": "INITIAL",
        "currency": "EUR",
        "period": {"start": source.period.first, "end": source.period.last},
        "transactions": [row for _, row in _transactions(found)],
        "payments": [row for _, row in _payments(found)],
        "total": decimal(found.total, "money"),
    }
    file.write((json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())


def write_xml(source: Source, file: BinaryIO) -> None:
    """The same as attributes."""
    found = report(source.records(), source.period)
    file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    head = {"siren": found.siren, "scheme": "0002", "type": "INITIAL", "currency": "EUR"}
    sums = {"start": source.period.first, "end": source.period.last, "total": decimal(found.total, "money")}
    file.write(f"<ereporting{_attributes({**head, **sums})}>\n".encode())
    for name, row in (*_transactions(found), *_payments(found)):
        file.write(f"<{name}{_attributes(row)}/>\n".encode())
    file.write(b"</ereporting>\n")


def _attributes(row: dict[str, Any]) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in row.items())


def _transactions(found: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, sums in sorted(found.rows.items()):
        yield (
            "transaction",
            {
                "date": key.date,
                "category": key.category,
                "rate": decimal(key.rate, "rate"),
                "base": decimal(sums.ht, "money"),
                "vat": decimal(sums.vat, "money"),
                "ttc": decimal(sums.ttc, "money"),
                "tickets": sums.tickets,
            },
        )


def _payments(found: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    for (date, rate), amount in sorted(found.payments.items()):
        yield "payment", {"date": date, "rate": decimal(rate, "rate"), "amount": decimal(amount, "money")}
