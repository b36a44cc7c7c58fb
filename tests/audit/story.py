"""A till's story told act by act, with its sums kept in the plainest way: what the audit must find again.

It writes whatever it is told, also what no till would.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from appliance.core import event as ev
from appliance.storage.flash import OsDisk
from appliance.storage.record import Record
from tests.storage.till import KEY, opened

SIRET = "12345678200010"
IDENTITY: list[Any] = ["Épicerie des Halles", ["12 rue des Halles, 35000 Rennes"], SIRET, "4711B", "FR11123456782"]
IDENTITY += ["real", ["Merci de votre visite"]]
MEANS: list[Any] = [["Espèces", "cash", "change", 1], ["Carte", "card", "refuse", 0], ["Chèque", "cheque", "refuse", 0]]
RATES = [2000, 1000, 550, 210]
PROOF = "sans certificat ni attestation"
SOFTWARE = "0.1.0"


def split(amount: int, rate: int) -> tuple[int, int]:
    """(ht, vat), with fractions of a cent to the nearest, halves away from zero."""
    exact = 2 * abs(amount) * rate
    vat = (exact // (10_000 + rate) + 1) // 2
    return (amount - vat, vat) if amount >= 0 else (amount + vat, -vat)


class Story:
    """`records` is what the till has written. Amounts in cents."""

    def __init__(self, *, letter: str = "C", fiscal_start: int = 1) -> None:
        self.records: list[Record] = []
        self._t, self._tz, self.operator = stamp(date(2026, 11, 2), 8), 60, ""
        self.day: dict[str, Any] | None = None
        self.days: list[dict[str, Any]] = []
        self.number = self.orders = self.z = self.months = self.years = 0
        self.perpetual = self.absolute = 0
        self.fiscal_start = fiscal_start
        born = {
            1: 1,
            2: SOFTWARE,
            3: "1",
            4: SIRET,
            5: KEY.public,
            6: 1,
            7: 1,
            8: letter,
            9: None,
            10: bytes(16),
            11: b"",
        }
        self.put(ev.GENESIS, born)
        self.put(ev.START, {1: SOFTWARE, 2: "first start", 3: b""})

    def put(self, kind: int, body: dict[int, Any]) -> int:
        self._t += 1000
        session = self.day["number"] if self.day and kind != ev.DAY_OPEN else 0
        seq = len(self.records)
        self.records.append(Record(seq, self._t, self._tz, self._t % 10**9, "1", self.operator, session, kind, body))
        return seq

    def at(self, when: date, hour: int = 8) -> Story:
        self._t = max(self._t, stamp(when, hour))
        return self

    def open(self, when: date, amount: int = 10_000) -> Story:
        self.at(when)
        self.operator = "01"
        self.put(ev.LOGIN, {1: "nfc", 2: "cashier"})
        config = {1: IDENTITY, 2: MEANS, 3: [["01", "Sophie", "cashier"], ["02", "Marc", "manager"]], 4: RATES}
        self.put(ev.CONFIG, {**config, 5: "Europe/Paris", 6: "metropole", 7: self.fiscal_start, 8: 0})
        self.z += 1
        day = {"number": self.z, "date": when.isoformat(), "float": amount, "in": 0, "out": 0, "moves": [0, 0]}
        self.day = {**day, "tickets": [], "fixes": [], "traces": [0] * 10, "counted": None, "opened": self._t + 1000}
        self.put(ev.DAY_OPEN, {1: self.z, 2: amount, 3: when.isoformat(), 4: IDENTITY})
        return self

    def trace(self, place: int) -> None:
        if self.day:
            self.day["traces"][place] += 1

    def order(self, original: list[Any] | None = None) -> int:
        self.orders += 1
        self.put(ev.ORDER, {1: self.orders, **({2: original} if original else {})})
        return self.orders

    def line(self, order: int, line: list[Any]) -> None:
        self.put(ev.LINE, _line(order, line))

    def sale(self, goods: Sequence[tuple[int, int, int]], means: str = "Espèces", over: int = 0, **how: Any) -> int:
        """`goods`: (quantity in thousandths, unit price, rate). Returns the seq of the ticket's record."""
        order = self.order()
        nature = how.get("nature", "goods")
        lines = [item(at, *each, nature=nature) for at, each in enumerate(goods, start=1)]
        for line in lines:
            self.line(order, line)
        for at, quantity in how.get("changes", {}).items():
            lines[at - 1] = self.change(order, lines[at - 1], quantity)
        for at, cents in how.get("discounts", {}).items():
            lines[at - 1] = self.discount(order, lines[at - 1], cents)
        total = sum(line[4] for line in lines)
        kind = next(each[1] for each in MEANS if each[0] == means)
        payments = [[means, kind, total + over]]
        self.put(ev.PAYMENT, {1: order, 2: means, 3: kind, 4: total + over, 5: total + over})
        if over:
            self.put(ev.CHANGE, {1: order, 2: "Rendu", 3: "change", 4: -over})
            payments.append(["Rendu", "change", -over])
        return self.ticket("sale", order, lines, payments)

    def discount(self, order: int, line: list[Any], cents: int, why: str = "geste commercial") -> list[Any]:
        self.put(ev.DISCOUNT, {1: order, 2: line[0], 3: None, 4: cents, 5: why})
        self.trace(7)
        return item(line[0], line[2], line[3], line[5], discount=cents)

    def change(self, order: int, line: list[Any], quantity: int, why: str = "quantité") -> list[Any]:
        changed = item(line[0], quantity, line[3], line[5])
        sums = {5: changed[4], 6: changed[6], 7: changed[7], 8: why, 9: 0}
        self.put(ev.LINE_CHANGE, {1: order, 2: line[0], 3: quantity, 4: line[3], **sums})
        self.trace(8)
        return changed

    def refund(self, original: int, why: str = "article rendu", means: str = "Espèces") -> int:
        """All of the sale of record `original`, mirrored."""
        fact = self.records[original]
        lines = [mirrored(line) for line in _list(fact.body[5])]
        kind, total = next(each[1] for each in MEANS if each[0] == means), sum(line[4] for line in lines)
        reference = [fact.body[1], original, fact.t, fact.tz, [line[0] for line in lines]]
        order = self.order(reference)
        for line in lines:
            self.line(order, line)
        self.put(ev.PAYMENT, {1: order, 2: means, 3: kind, 4: total, 5: total})
        return self.ticket("refund", order, lines, [[means, kind, total]], {15: reference, 16: why})

    def ticket(
        self, kind: str, order: int, lines: list[Any], payments: list[Any], more: dict[int, Any] | None = None
    ) -> int:
        total, vat = sum(line[4] for line in lines), vat_of(lines)
        self.number += 1
        self.perpetual += total
        self.absolute += abs(total)
        if self.day:
            self.day["tickets"].append((self.number, total, vat, payments))
        head = {1: self.number, 2: kind, 3: order, 4: total, 5: lines, 6: vat, 7: payments, 8: len(lines)}
        tail = {9: self.perpetual, 10: self.absolute, 11: IDENTITY, 12: RATES, 13: [], 14: SOFTWARE}
        return self.put(ev.TICKET, {**head, **tail, **(more or {}), 17: PROOF})

    def void_line(self, goods: tuple[int, int, int] = (1000, 110, 550)) -> Story:
        """A basket of one line that is taken off, then given up."""
        order, line = self.order(), item(1, *goods)
        self.line(order, line)
        self.put(ev.LINE_VOID, {1: order, 2: 1, 3: line[1], 4: -line[4], 5: "erreur"})
        self.put(ev.ORDER_VOID, {1: order, 2: 0, 3: 0, 4: "client parti"})
        self.trace(0)
        self.trace(1)
        return self

    def fix(self, ticket: int, minus: list[Any], plus: list[Any]) -> Story:
        body = self.records[ticket].body
        self.put(ev.PAYMENT_FIX, {1: body[1], 2: ticket, 3: minus, 4: plus, 5: "erreur de moyen"})
        if self.day:
            self.day["fixes"].append((minus, plus))
        self.trace(9)
        return self

    def duplicate(self, ticket: int, copy: int = 1) -> Story:
        number = self.records[ticket].body[1]
        self.put(ev.DUPLICATE, {1: "ticket", 2: number, 3: ticket, 4: copy, 5: "demande du client"})
        self.trace(3)
        return self

    def drawer(self, why: str = "vérification") -> Story:
        self.put(ev.DRAWER, {1: "asked", 2: why, 3: None})
        self.trace(2)
        return self

    def cash(self, amount: int, why: str = "monnaie") -> Story:
        """Positive: in; negative: out."""
        self.put(ev.CASH_IN if amount > 0 else ev.CASH_OUT, {1: abs(amount), 2: why})
        if self.day:
            self.day["in" if amount > 0 else "out"] += abs(amount)
            self.day["moves"][amount < 0] += 1
        return self

    def close(self, gap: int = 0, *, counted: bool = True) -> Story:
        day = self.day
        assert day
        if counted:
            day["counted"] = (expected := expected_of(day)) + gap
            self.put(ev.COUNT, {1: day["counted"], 2: expected, 3: gap, 4: []})
        self.days.append(day)
        self.put(ev.DAY_CLOSE, self.closing(day))
        self.day = None
        return self

    def closing(self, day: dict[str, Any]) -> dict[int, Any]:
        expected, counted = expected_of(day), day["counted"]
        same_month = [each for each in self.days if each["date"][:7] == day["date"][:7]]
        year = self.fiscal(day["date"])
        same_year = [each for each in self.days if self.fiscal(each["date"]) == year]
        return {
            1: day["number"],
            2: day["date"],
            3: [day["opened"], self._tz],
            **dict(enumerate(sums_of([day]), start=4)),
            13: day["float"],
            14: expected - day["float"] - day["in"] + day["out"],
            15: day["in"],
            16: day["out"],
            17: expected,
            18: counted,
            19: None if counted is None else counted - expected,
            20: day["traces"],
            21: day["date"][:7],
            22: sum(total_of(each) for each in same_month),
            23: year,
            24: sum(total_of(each) for each in same_year),
            25: self.perpetual,
            26: self.absolute,
            27: IDENTITY,
            28: RATES,
            29: SOFTWARE,
            30: day["moves"],
            31: [],
        }

    def fiscal(self, day: str) -> str:
        year, month = int(day[:4]), int(day[5:7])
        return f"{year if month >= self.fiscal_start else year - 1}-{self.fiscal_start:02d}"

    def close_month(self) -> Story:
        last = self.days[-1]["date"][:7]
        days = [each for each in self.days if each["date"][:7] == last]
        self.months += 1
        self.put(ev.MONTH_CLOSE, self._period(self.months, last, days, [each["number"] for each in days]))
        return self

    def close_year(self) -> Story:
        """Of all months closed so far."""
        self.years += 1
        name = self.fiscal(self.days[-1]["date"])
        self.put(ev.YEAR_CLOSE, self._period(self.years, name, self.days, list(range(1, self.months + 1))))
        return self

    def _period(self, number: int, name: str, days: list[Any], parts: list[int]) -> dict[int, Any]:
        head = {1: number, 2: name, 3: parts[0], 4: parts[-1], 5: len(parts), **dict(enumerate(sums_of(days), start=6))}
        return {**head, 15: self.perpetual, 16: self.absolute, 17: IDENTITY, 18: RATES, 19: SOFTWARE, 20: []}

    def changed(self, seq: int, key: int, value: Any) -> list[Record]:
        """The same story with one field of one record otherwise."""
        there = self.records[seq]
        return [*self.records[:seq], there._replace(body={**there.body, key: value}), *self.records[seq + 1 :]]

    def last(self, kind: int) -> Record:
        return next(record for record in reversed(self.records) if record.kind == kind)

    def save(self, home: Path, batch: int = 8) -> Path:
        """A journal of these records."""
        home.mkdir(parents=True, exist_ok=True)
        journal = opened(OsDisk(), home)
        journal.append(self.records[:1])
        for start in range(1, len(self.records), batch):
            journal.append(self.records[start : start + batch])
        journal.close()
        return home


def stamp(day: date, hour: int) -> int:
    """UTC ms of an hour of a day, an hour east of Greenwich."""
    return int(datetime(day.year, day.month, day.day, hour - 1, tzinfo=UTC).timestamp() * 1000)


def item(number: int, quantity: int, price: int, rate: int, *, nature: str = "goods", discount: int = 0) -> list[Any]:
    amount = (2 * quantity * price + 1000) // 2000 - discount
    ht, vat = split(amount, rate)
    label = f"Article à {rate / 100:g} %"
    return [number, label, quantity, price, amount, rate, ht, vat, "", nature, "piece", 0, discount]


def mirrored(line: Any) -> list[Any]:
    number, label, quantity, price, amount, rate, ht, vat, *rest, discount = line
    return [number, label, -quantity, price, -amount, rate, -ht, -vat, *rest, -discount]


def _line(order: int, line: list[Any]) -> dict[int, Any]:
    *before, discount = line
    return {1: order, **dict(enumerate(before, start=2)), 14: "scan", 15: discount}


def _list(value: Any) -> list[Any]:
    assert isinstance(value, list)
    return value


def vat_of(lines: list[Any]) -> list[list[int]]:
    return [
        [rate, *(sum(line[place] for line in lines if line[5] == rate) for place in (6, 7, 4))]
        for rate in sorted({line[5] for line in lines}, reverse=True)
    ]


def total_of(day: dict[str, Any]) -> int:
    return sum(total for _, total, _, _ in day["tickets"])


def sums_of(days: list[dict[str, Any]]) -> list[Any]:
    """The nine fields of sales that each closing has."""
    tickets = [ticket for day in days for ticket in day["tickets"]]
    totals = [total for _, total, _, _ in tickets]
    back = [total for total in totals if total < 0]
    numbers = [number for number, _, _, _ in tickets] or [0]
    counts = [numbers[0], numbers[-1], len(tickets), sum(totals) - sum(back), sum(back), len(back), sum(totals)]
    rows = [row for _, _, vat, _ in tickets for row in vat]
    vat = [
        [rate, *(sum(row[place] for row in rows if row[0] == rate) for place in (1, 2, 3))]
        for rate in sorted({row[0] for row in rows}, reverse=True)
    ]
    return [*counts, vat, means_of(days)]


def means_of(days: list[dict[str, Any]]) -> list[Any]:
    paid = [each for day in days for _, _, _, payments in day["tickets"] for each in payments]
    minus = [pair[0] for day in days for pair in day["fixes"]]
    plus = [pair[1] for day in days for pair in day["fixes"]]
    found = []
    for label, kind in dict.fromkeys((each[0], each[1]) for each in [*paid, *minus, *plus] if each[1] != "change"):
        count = sum(each[0] == label for each in paid) + sum(each[0] == label for each in plus)
        amount = sum(each[2] for each in [*paid, *minus, *plus] if each[0] == label)
        amount += sum(each[2] for each in paid if each[1] == "change") if kind == "cash" else 0
        found.append([label, kind, count - sum(each[0] == label for each in minus), amount])
    return found


def expected_of(day: dict[str, Any]) -> int:
    cash = sum(row[3] for row in means_of([day]) if row[1] == "cash")
    return int(day["float"] + cash + day["in"] - day["out"])
