"""The basket: lines that keep their numbers for ever, payments taken on it, sums."""

from __future__ import annotations

from typing import NamedTuple, cast

from appliance.core.catalogue import Article
from appliance.core.event import Value
from appliance.core.money import divide, times
from appliance.core.vat import Rows, VatRow, extract

MAX_LINES = 300
MAX_SIZE = 19_500  # bytes of a ticket's lines in the journal: seller, payments and sums fit beside in 24 KiB
MAX_PAYMENTS = 12
MAX_QUANTITY = 999_000
CREDIT = "credit-note"  # kind of the means by which a credit note (avoir) is given and spent


class Line(NamedTuple):
    """Everything by value: label, price, rate and what follows from them (INA-03, VAT-04)."""

    number: int
    label: str
    quantity: int  # thousandths
    unit_price: int
    amount: int
    rate: int
    ht: int
    vat: int
    code: str = ""
    nature: str = "goods"
    unit: str = "piece"
    warranty: int = 0
    discount: int = 0  # cents taken off: the amount is quantity times price, less this
    void: bool = False

    @property
    def size(self) -> int:
        """Bytes in the journal: a head of one to five bytes a value, and the texts."""
        numbers = (self.quantity, self.unit_price, self.amount, self.rate, self.ht, self.vat, self.discount)
        texts = [len(text.encode()) for text in (self.label, self.code, self.nature, self.unit)]
        return 2 + sum(_head(abs(each)) for each in (self.number, *numbers, *texts)) + sum(texts)

    def body(self) -> list[Value]:
        """All but `void`: a line that was given up is in no ticket."""
        return list(self[:-1])

    @staticmethod
    def of(value: Value) -> Line:
        return Line(*cast("list[int]", value))  # type: ignore[arg-type]

    def discounted(self, discount: int) -> Line:
        """With this much taken off in all, and the VAT of what remains."""
        amount = times(self.unit_price, self.quantity) - discount
        ht, vat = extract(amount, self.rate)
        return self._replace(amount=amount, ht=ht, vat=vat, discount=discount)

    def mirrored(self, number: int) -> Line:
        """The same line given back: the stored amounts with the opposite sign (INA-02)."""
        return self._replace(
            number=number,
            quantity=-self.quantity,
            amount=-self.amount,
            ht=-self.ht,
            vat=-self.vat,
            discount=-self.discount,
        )

    @staticmethod
    def ring(number: int, article: Article, price: int, quantity: int, rate: int) -> Line:
        amount = times(price, quantity)
        ht, vat = extract(amount, rate)
        return Line(
            number,
            article.label,
            quantity,
            price,
            amount,
            rate,
            ht,
            vat,
            article.code,
            article.nature,
            article.unit,
            int(article.warranty),
        )


def _head(number: int) -> int:
    return 1 if number < 24 else 2 if number < 1 << 8 else 3 if number < 1 << 16 else 5


class Payment(NamedTuple):
    """`amount` in cents; change is a payment of kind "change" with a negative amount (PAY-01)."""

    label: str
    kind: str
    amount: int

    def body(self) -> list[Value]:
        return [self.label, self.kind, self.amount]

    @staticmethod
    def of(value: Value) -> Payment:
        label, kind, amount = cast("tuple[str, str, int]", value)
        return Payment(label, kind, amount)


class Rebate(NamedTuple):
    """Taken off a whole ticket: `rate` basis points of it, or `amount` cents when there is no rate."""

    rate: int | None
    amount: int
    why: str

    def of(self, total: int) -> int:
        """Cents to take off `total`: never more than there is."""
        return min(self.amount, total) if self.rate is None else divide(total * self.rate, 10_000)


def shared(lines: tuple[Line, ...], rebate: Rebate) -> tuple[Line, ...]:
    """Each share is rounded; what remains, of either sign, goes to the largest line, the first on a tie."""
    total = sum(line.amount for line in lines)
    off = rebate.of(total)
    if off <= 0 or total <= 0:
        return lines
    shares = [divide(off * line.amount, total) for line in lines]
    largest = max(range(len(lines)), key=lambda place: (lines[place].amount, -place))
    shares[largest] += off - sum(shares)
    return tuple(
        line.discounted(line.discount + share) if share else line for line, share in zip(lines, shares, strict=True)
    )


class Order(NamedTuple):
    number: int
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()
    asked: Payment | None = None  # a card sum whose outcome the cashier has not said yet
    rebate: Rebate | None = None
    original: Value = None  # of a refund: [ticket number, record, t, tz, [line numbers]]

    @property
    def standing(self) -> tuple[Line, ...]:
        """As rung, before what is taken off the whole ticket."""
        return tuple(line for line in self.lines if not line.void)

    @property
    def live(self) -> tuple[Line, ...]:
        return shared(self.standing, self.rebate) if self.rebate else self.standing

    def line(self, number: int) -> Line:
        """Raises KeyError when no such line stands."""
        for line in self.lines:
            if line.number == number and not line.void:
                return line
        raise KeyError(number)

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.live)

    @property
    def size(self) -> int:
        return sum(line.size for line in self.lines if not line.void)

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments)

    @property
    def due(self) -> int:
        return self.total - self.paid

    @property
    def cash_kept(self) -> int:
        """Cash given less change: what the cap of PAY-02 counts."""
        return sum(p.amount for p in self.payments if p.kind in ("cash", "change"))

    @property
    def articles(self) -> int:
        """Pieces, and one for each weighed line; negative for what comes back."""
        return sum(_pieces(line) for line in self.standing)

    @property
    def vat(self) -> Rows:
        """Summed before rows are made: one row a rate, not two a line."""
        sums: dict[int, list[int]] = {}
        for line in self.live:
            row = sums.setdefault(line.rate, [0, 0, 0])
            row[0] += line.ht
            row[1] += line.vat
            row[2] += line.amount
        return tuple(VatRow(rate, *sums[rate]) for rate in sorted(sums, reverse=True))

    def with_line(self, line: Line) -> Order:
        return self._replace(lines=(*self.lines, line))

    def with_changed(self, line: Line) -> Order:
        """`line` in the place of the one with its number."""
        return self._replace(lines=tuple(line if old.number == line.number else old for old in self.lines))

    def without(self, number: int) -> Order:
        lines = tuple(line._replace(void=True) if line.number == number else line for line in self.lines)
        return self._replace(lines=lines)

    def with_payment(self, payment: Payment) -> Order:
        return self._replace(payments=(*self.payments, payment), asked=None)


def _pieces(line: Line) -> int:
    if line.unit == "piece":
        return line.quantity // 1000
    return 1 if line.quantity >= 0 else -1
